#pragma once

#include "sealedbeat/sb_err.h"
#include "sealedbeat/sb_types.h"

/// HPKE (RFC 9180) base mode, single shot, with DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM, composed of
/// PSA's key agreement, HMAC and AEAD.

/// An ephemeral key pair made beforehand. Only test vectors fix it; a device passes null and gets a fresh one.
typedef struct {
  uint8_t scalar[SB_P256_SCALAR_SIZE];
} sb_hpke_ephemeral_t;

/// Seals `plaintext` to `recipient`. `encapsulated` receives the ephemeral public key; `out` holds
/// `length + SB_TAG_SIZE` octets.
sb_err_t sb_hpke_seal(const uint8_t recipient[SB_P256_POINT_SIZE], const uint8_t *info, size_t info_length,
                      const uint8_t *additional, size_t additional_length, const uint8_t *plaintext, size_t length,
                      const sb_hpke_ephemeral_t *ephemeral, uint8_t encapsulated[SB_P256_POINT_SIZE], uint8_t *out,
                      size_t capacity, size_t *out_length);
