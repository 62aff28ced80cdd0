#pragma once

#include "sealedbeat/sb_cbor.h"
#include "sealedbeat/sb_hpke.h"
#include "sealedbeat/sb_identity.h"

/// The messages of enrolment and rotation (docs/wire-format.md, "Enrolment and rotation").

/// `[1, enc, ciphertext]` for `POST /v1/enrol`. `ephemeral` is null except in test vectors.
sb_err_t sb_enrol_request(const uint8_t vault[SB_P256_POINT_SIZE], const char *device,
                          const uint8_t claim_token[SB_CLAIM_TOKEN_SIZE], const uint8_t device_key[SB_KEY_SIZE],
                          const sb_identity_t *identity, const sb_hpke_ephemeral_t *ephemeral, uint8_t *out,
                          size_t capacity, size_t *length);

/// What the vault answers; the slices point into the answer.
typedef struct {
  uint32_t key_version;
  /// X.509 DER.
  sb_slice_t certificate;
  sb_slice_t issuer;
} sb_enrol_answer_t;

enum {
  /// The largest certificate that the device keeps: a P-256 one is about 500 octets.
  SB_CERTIFICATE_MAX = 1500,
  SB_ENROL_ANSWER_MAX = 4096,
};

sb_err_t sb_enrol_answer_parse(const uint8_t *bytes, size_t length, sb_enrol_answer_t *answer);

/// `[1, enc, ciphertext]` for `POST /v1/rotate`.
sb_err_t sb_rotate_request(const uint8_t vault[SB_P256_POINT_SIZE], const char *device, uint32_t version,
                           const uint8_t device_key[SB_KEY_SIZE], const sb_hpke_ephemeral_t *ephemeral, uint8_t *out,
                           size_t capacity, size_t *length);

/// Parses `[1, version]`.
sb_err_t sb_rotate_answer_parse(const uint8_t *bytes, size_t length, uint32_t *version);
