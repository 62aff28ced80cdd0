#include "sealedbeat/sb_enrol.h"

#include <string.h>

#include "try.h"

static const char ENROL_INFO[] = "SealedBeat/1 enrol";
static const char ROTATE_INFO[] = "SealedBeat/1 rotate";

enum {
  MESSAGE_VERSION = 1,
  ENROL_PLAINTEXT_MAX = 1 + 2 + SB_DEVICE_ID_MAX + 2 + SB_CLAIM_TOKEN_SIZE + 2 + SB_KEY_SIZE + 3 + SB_CSR_MAX,
  ROTATE_PLAINTEXT_MAX = 1 + 5 + 2 + SB_KEY_SIZE,
};

/// Seals `plaintext` and wraps it as `[1, enc, ciphertext]`.
static sb_err_t sealed_message(const uint8_t vault[SB_P256_POINT_SIZE], const char *info, const char *additional,
                               const uint8_t *plaintext, size_t plaintext_length, const sb_hpke_ephemeral_t *ephemeral,
                               uint8_t *out, size_t capacity, size_t *length) {
  uint8_t encapsulated[SB_P256_POINT_SIZE];
  uint8_t ciphertext[ENROL_PLAINTEXT_MAX + SB_TAG_SIZE];
  size_t ciphertext_length;
  TRY(sb_hpke_seal(vault, (const uint8_t *)info, strlen(info), (const uint8_t *)additional, strlen(additional),
                   plaintext, plaintext_length, ephemeral, encapsulated, ciphertext, sizeof ciphertext,
                   &ciphertext_length));
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, out, capacity);
  sb_cbor_write_array(&writer, 3);
  sb_cbor_write_uint(&writer, MESSAGE_VERSION);
  sb_cbor_write_bytes(&writer, encapsulated, sizeof encapsulated);
  sb_cbor_write_bytes(&writer, ciphertext, ciphertext_length);
  return sb_cbor_writer_end(&writer, length);
}

sb_err_t sb_enrol_request(const uint8_t vault[SB_P256_POINT_SIZE], const char *device,
                          const uint8_t claim_token[SB_CLAIM_TOKEN_SIZE], const uint8_t device_key[SB_KEY_SIZE],
                          const sb_identity_t *identity, const sb_hpke_ephemeral_t *ephemeral, uint8_t *out,
                          size_t capacity, size_t *length) {
  uint8_t csr[SB_CSR_MAX];
  size_t csr_length;
  TRY(sb_identity_csr(identity, device, csr, sizeof csr, &csr_length));
  uint8_t plaintext[ENROL_PLAINTEXT_MAX];
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, plaintext, sizeof plaintext);
  sb_cbor_write_array(&writer, 4);
  sb_cbor_write_text(&writer, device);
  sb_cbor_write_bytes(&writer, claim_token, SB_CLAIM_TOKEN_SIZE);
  sb_cbor_write_bytes(&writer, device_key, SB_KEY_SIZE);
  sb_cbor_write_bytes(&writer, csr, csr_length);
  size_t plaintext_length;
  sb_err_t error = sb_cbor_writer_end(&writer, &plaintext_length);
  if (error == SB_OK) {
    error = sealed_message(vault, ENROL_INFO, "", plaintext, plaintext_length, ephemeral, out, capacity, length);
  }
  sb_wipe(plaintext, sizeof plaintext);
  return error;
}

sb_err_t sb_enrol_answer_parse(const uint8_t *bytes, size_t length, sb_enrol_answer_t *answer) {
  if (length > SB_ENROL_ANSWER_MAX) return SB_ERR_OVERSIZE;
  TRY(sb_cbor_check(bytes, length));
  sb_cbor_reader_t reader;
  sb_cbor_reader_init(&reader, bytes, length);
  uint64_t code, version;
  TRY(sb_cbor_expect_array(&reader, 4));
  TRY(sb_cbor_read_uint_in(&reader, MESSAGE_VERSION, MESSAGE_VERSION, &code));
  TRY(sb_cbor_read_uint_in(&reader, 1, UINT32_MAX, &version));
  TRY(sb_cbor_read_bytes(&reader, &answer->certificate));
  TRY(sb_cbor_read_bytes(&reader, &answer->issuer));
  if (answer->certificate.length == 0 || answer->certificate.length > SB_CERTIFICATE_MAX) return SB_ERR_RANGE;
  if (answer->issuer.length == 0 || answer->issuer.length > SB_CERTIFICATE_MAX) return SB_ERR_RANGE;
  answer->key_version = (uint32_t)version;
  return sb_cbor_reader_end(&reader);
}

sb_err_t sb_rotate_request(const uint8_t vault[SB_P256_POINT_SIZE], const char *device, uint32_t version,
                           const uint8_t device_key[SB_KEY_SIZE], const sb_hpke_ephemeral_t *ephemeral, uint8_t *out,
                           size_t capacity, size_t *length) {
  uint8_t plaintext[ROTATE_PLAINTEXT_MAX];
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, plaintext, sizeof plaintext);
  sb_cbor_write_array(&writer, 2);
  sb_cbor_write_uint(&writer, version);
  sb_cbor_write_bytes(&writer, device_key, SB_KEY_SIZE);
  size_t plaintext_length;
  sb_err_t error = sb_cbor_writer_end(&writer, &plaintext_length);
  if (error == SB_OK) {
    error = sealed_message(vault, ROTATE_INFO, device, plaintext, plaintext_length, ephemeral, out, capacity, length);
  }
  sb_wipe(plaintext, sizeof plaintext);
  return error;
}

sb_err_t sb_rotate_answer_parse(const uint8_t *bytes, size_t length, uint32_t *version) {
  if (length > SB_ENROL_ANSWER_MAX) return SB_ERR_OVERSIZE;
  TRY(sb_cbor_check(bytes, length));
  sb_cbor_reader_t reader;
  sb_cbor_reader_init(&reader, bytes, length);
  uint64_t code, value;
  TRY(sb_cbor_expect_array(&reader, 2));
  TRY(sb_cbor_read_uint_in(&reader, MESSAGE_VERSION, MESSAGE_VERSION, &code));
  TRY(sb_cbor_read_uint_in(&reader, 1, UINT32_MAX, &value));
  *version = (uint32_t)value;
  return sb_cbor_reader_end(&reader);
}
