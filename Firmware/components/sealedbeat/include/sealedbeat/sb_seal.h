#pragma once

#include "sealedbeat/sb_chunk.h"

/// Sealing through the PSA Crypto API alone. Raw keys are imported for one operation and destroyed after it: an
/// implementation has few key slots (32 in Mbed TLS 2.28), and one process may hold thousands of devices.
/// PSA before Mbed TLS 3.6 is not thread-safe: a process calls the core from one thread at a time.

/// Starts the PSA implementation; may be repeated.
sb_err_t sb_crypto_start(void);

/// Fills `out` from the PSA random generator.
sb_err_t sb_random(uint8_t *out, size_t size);

/// session key = HKDF-SHA256(device key, salt: session IV, info: "SealedBeat/1 session" 0 device id 0 session id).
sb_err_t sb_session_key_derive(const uint8_t device_key[SB_KEY_SIZE], const char *device, const sb_session_id_t *session,
                               const uint8_t session_iv[SB_IV_SIZE], uint8_t session_key[SB_KEY_SIZE]);

/// AES-256-GCM. `out` holds `length + SB_TAG_SIZE` octets.
sb_err_t sb_aead_seal(const uint8_t key[SB_KEY_SIZE], const uint8_t nonce[SB_IV_SIZE], const uint8_t *additional,
                      size_t additional_length, const uint8_t *plaintext, size_t length, uint8_t *out, size_t capacity,
                      size_t *out_length);

/// The inverse; `SB_ERR_AUTHENTICATION` where the tag does not match, and then nothing is in `out`.
sb_err_t sb_aead_open(const uint8_t key[SB_KEY_SIZE], const uint8_t nonce[SB_IV_SIZE], const uint8_t *additional,
                      size_t additional_length, const uint8_t *sealed, size_t length, uint8_t *out, size_t capacity,
                      size_t *out_length);

/// Seals one chunk into a COSE_Encrypt0 message. Sets `header->iv` from the session IV and the sequence.
sb_err_t sb_seal_chunk(const uint8_t session_key[SB_KEY_SIZE], const uint8_t session_iv[SB_IV_SIZE], const char *device,
                       sb_chunk_header_t *header, const uint8_t *plaintext, size_t length, uint8_t *out,
                       size_t capacity, size_t *out_length);

/// Opens a parsed message under the session IV that its session is known to have. `SB_ERR_NONCE`,
/// `SB_ERR_AUTHENTICATION`. The device never does this; tests and tools do.
sb_err_t sb_open_chunk(const uint8_t session_key[SB_KEY_SIZE], const uint8_t session_iv[SB_IV_SIZE], const char *device,
                       const sb_chunk_message_t *message, uint8_t *out, size_t capacity, size_t *out_length);
