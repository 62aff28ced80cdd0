#pragma once

#include "json.h"
#include "sealedbeat/sb_seal.h"

enum { VECTOR_MESSAGE_MAX = 2048 };

/// A golden chunk vector while it is being built: what a receiver knows, what it is sent, what it must say.
typedef struct {
  const char *name;
  const char *description;
  /// The device whose certificate the receiver saw.
  const char *device;
  uint32_t key_version;
  uint8_t device_key[SB_KEY_SIZE];
  sb_session_id_t session;
  uint8_t session_iv[SB_IV_SIZE];
  /// A message that the receiver took before this one.
  uint8_t preceding[VECTOR_MESSAGE_MAX];
  size_t preceding_length;
  uint8_t message[VECTOR_MESSAGE_MAX];
  size_t message_length;
  /// "ok" or the named failure.
  const char *expected;
  /// Which check must refuse it.
  const char *detected_by;

  /// What is sealed; the builders below start from these.
  sb_chunk_header_t header;
  uint8_t plaintext[VECTOR_MESSAGE_MAX];
  size_t plaintext_length;
  /// The device name that the sealer binds, where it differs from `device`.
  const char *sealed_for;
} vector_case_t;

/// A case about a full lead II chunk of the test device, which the caller then changes.
void vector_begin(vector_case_t *vector, const char *name, const char *description);

/// Seals header and plaintext with the product's own code into `message`.
void vector_seal(vector_case_t *vector);

/// Seals `plaintext` under a protected header given as octets, whatever they are, so that a wrong structure carries a
/// right tag and only the structure can refuse it.
void vector_seal_raw(vector_case_t *vector, const uint8_t *protected_header, size_t length);

/// Marks the vector as one that must be refused.
void vector_expect(vector_case_t *vector, const char *failure, const char *detected_by);

/// Sets `count` samples of a fixed, artificial wave.
void vector_set_samples(vector_case_t *vector, uint16_t count);

/// The protected header that the product's code gives for `vector->header`.
size_t vector_protected(vector_case_t *vector, uint8_t *out, size_t capacity);

/// Checks the vector with the C core's own receiver and writes it. False, with a line on stderr, on disagreement.
bool vector_emit(json_t *json, vector_case_t *vector);
