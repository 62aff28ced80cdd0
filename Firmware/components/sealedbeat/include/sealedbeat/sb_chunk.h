#pragma once

#include "sealedbeat/sb_cbor.h"

/// Everything that a chunk says in the clear, authenticated by its tag (docs/wire-format.md, "Chunk").
typedef struct {
  /// Version of the device's data key, from 1.
  uint32_t key_version;
  /// The AES-GCM nonce: session IV XOR sequence. Set by the parser and by `sb_seal_chunk`.
  uint8_t iv[SB_IV_SIZE];
  sb_session_id_t session;
  uint64_t sequence;
  sb_kind_t kind;
  /// Index of the first sample within its kind and session; lost samples are counted.
  uint64_t first_sample;
  uint32_t sample_rate_millihertz;
  uint16_t count;
  /// 1…1000000, or 0 where the kind is not a voltage.
  uint32_t nanovolts_per_lsb;
  /// Unix time of the first sample, in microseconds.
  uint64_t capture_time;
  bool clock_synchronised;
  /// `SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS`.
  uint8_t lead_off;
  /// major << 16 | minor << 8 | patch.
  uint32_t firmware;
  /// Chunks of this session, earlier than this one, that the device still held.
  uint64_t backlog;
} sb_chunk_header_t;

/// A chunk message taken apart; the slices point into it. Nothing in it is authenticated yet.
typedef struct {
  sb_chunk_header_t header;
  sb_slice_t protected_header;
  /// Ciphertext and tag.
  sb_slice_t ciphertext;
} sb_chunk_message_t;

/// Encodes the protected header (the map, not the byte string around it). `SB_ERR_RANGE` for a field out of range.
sb_err_t sb_chunk_header_encode(const sb_chunk_header_t *header, uint8_t *out, size_t capacity, size_t *length);

/// Parses a protected header. Errors as of `sb_cbor_read_…`, and `SB_ERR_RANGE`.
sb_err_t sb_chunk_header_parse(const uint8_t *bytes, size_t length, sb_chunk_header_t *header);

/// Parses a whole COSE_Encrypt0 message without opening it.
sb_err_t sb_chunk_message_parse(const uint8_t *bytes, size_t length, sb_chunk_message_t *message);

/// The additional data `["Encrypt0", protected, external_aad]` of RFC 9052 §5.3, with the device id as external_aad.
sb_err_t sb_chunk_additional_data(const uint8_t *protected_header, size_t protected_length, const char *device,
                                  uint8_t *out, size_t capacity, size_t *length);

/// The nonce of a chunk: `session_iv` XOR the sequence number in the last eight octets, big-endian.
void sb_chunk_nonce(const uint8_t session_iv[SB_IV_SIZE], uint64_t sequence, uint8_t nonce[SB_IV_SIZE]);

/// Whether the kind is a voltage of an ECG lead.
bool sb_kind_is_voltage(sb_kind_t kind);
