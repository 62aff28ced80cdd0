#include "sealedbeat/sb_seal.h"

#include <psa/crypto.h>
#include <string.h>

#include "psa_status.h"
#include "try.h"

// Kept in flash, not on the stack: the label of HKDF's info.
static const char SESSION_LABEL[] = "SealedBeat/1 session";

enum {
  INFO_MAX = sizeof SESSION_LABEL + SB_DEVICE_ID_MAX + 1 + SB_SESSION_ID_SIZE,
  ADDITIONAL_MAX = 1 + 9 + 2 + SB_PROTECTED_MAX + 2 + SB_DEVICE_ID_MAX,
};

sb_err_t sb_crypto_start(void) { return sb_err_from_psa(psa_crypto_init()); }

sb_err_t sb_random(uint8_t *out, size_t size) { return sb_err_from_psa(psa_generate_random(out, size)); }

sb_err_t sb_session_key_derive(const uint8_t device_key[SB_KEY_SIZE], const char *device, const sb_session_id_t *session,
                               const uint8_t session_iv[SB_IV_SIZE], uint8_t session_key[SB_KEY_SIZE]) {
  if (!sb_device_id_is_valid(device)) return SB_ERR_ARGUMENT;
  uint8_t info[INFO_MAX];
  size_t length = 0;
  memcpy(info, SESSION_LABEL, sizeof SESSION_LABEL);  // its terminating zero is the separator
  length += sizeof SESSION_LABEL;
  size_t device_length = strlen(device);
  memcpy(info + length, device, device_length + 1);
  length += device_length + 1;
  memcpy(info + length, session->bytes, SB_SESSION_ID_SIZE);
  length += SB_SESSION_ID_SIZE;

  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_type(&attributes, PSA_KEY_TYPE_DERIVE);
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
  psa_set_key_algorithm(&attributes, PSA_ALG_HKDF(PSA_ALG_SHA_256));
  psa_key_id_t key;
  psa_status_t status = psa_import_key(&attributes, device_key, SB_KEY_SIZE, &key);
  if (status != PSA_SUCCESS) return sb_err_from_psa(status);
  psa_key_derivation_operation_t operation = PSA_KEY_DERIVATION_OPERATION_INIT;
  status = psa_key_derivation_setup(&operation, PSA_ALG_HKDF(PSA_ALG_SHA_256));
  if (status == PSA_SUCCESS) {
    status = psa_key_derivation_input_bytes(&operation, PSA_KEY_DERIVATION_INPUT_SALT, session_iv, SB_IV_SIZE);
  }
  if (status == PSA_SUCCESS) {
    status = psa_key_derivation_input_key(&operation, PSA_KEY_DERIVATION_INPUT_SECRET, key);
  }
  if (status == PSA_SUCCESS) {
    status = psa_key_derivation_input_bytes(&operation, PSA_KEY_DERIVATION_INPUT_INFO, info, length);
  }
  if (status == PSA_SUCCESS) status = psa_key_derivation_output_bytes(&operation, session_key, SB_KEY_SIZE);
  psa_key_derivation_abort(&operation);
  psa_destroy_key(key);
  return sb_err_from_psa(status);
}

static psa_status_t import_aead_key(const uint8_t bytes[SB_KEY_SIZE], psa_key_usage_t usage, psa_key_id_t *key) {
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
  psa_set_key_bits(&attributes, SB_KEY_SIZE * 8);
  psa_set_key_usage_flags(&attributes, usage);
  psa_set_key_algorithm(&attributes, PSA_ALG_GCM);
  return psa_import_key(&attributes, bytes, SB_KEY_SIZE, key);
}

sb_err_t sb_aead_seal(const uint8_t key[SB_KEY_SIZE], const uint8_t nonce[SB_IV_SIZE], const uint8_t *additional,
                      size_t additional_length, const uint8_t *plaintext, size_t length, uint8_t *out, size_t capacity,
                      size_t *out_length) {
  psa_key_id_t id;
  psa_status_t status = import_aead_key(key, PSA_KEY_USAGE_ENCRYPT, &id);
  if (status != PSA_SUCCESS) return sb_err_from_psa(status);
  status = psa_aead_encrypt(id, PSA_ALG_GCM, nonce, SB_IV_SIZE, additional, additional_length, plaintext, length, out,
                            capacity, out_length);
  psa_destroy_key(id);
  return sb_err_from_psa(status);
}

sb_err_t sb_aead_open(const uint8_t key[SB_KEY_SIZE], const uint8_t nonce[SB_IV_SIZE], const uint8_t *additional,
                      size_t additional_length, const uint8_t *sealed, size_t length, uint8_t *out, size_t capacity,
                      size_t *out_length) {
  psa_key_id_t id;
  psa_status_t status = import_aead_key(key, PSA_KEY_USAGE_DECRYPT, &id);
  if (status != PSA_SUCCESS) return sb_err_from_psa(status);
  status = psa_aead_decrypt(id, PSA_ALG_GCM, nonce, SB_IV_SIZE, additional, additional_length, sealed, length, out,
                            capacity, out_length);
  psa_destroy_key(id);
  return sb_err_from_psa(status);
}

sb_err_t sb_seal_chunk(const uint8_t session_key[SB_KEY_SIZE], const uint8_t session_iv[SB_IV_SIZE], const char *device,
                       sb_chunk_header_t *header, const uint8_t *plaintext, size_t length, uint8_t *out,
                       size_t capacity, size_t *out_length) {
  if (length > SB_CHUNK_PLAINTEXT_MAX) return SB_ERR_RANGE;
  if (header->kind != SB_KIND_STATUS && length != (size_t)header->count * 2) return SB_ERR_RANGE;
  sb_chunk_nonce(session_iv, header->sequence, header->iv);
  uint8_t protected_header[SB_PROTECTED_MAX];
  size_t protected_length;
  TRY(sb_chunk_header_encode(header, protected_header, sizeof protected_header, &protected_length));
  uint8_t additional[ADDITIONAL_MAX];
  size_t additional_length;
  TRY(sb_chunk_additional_data(protected_header, protected_length, device, additional, sizeof additional,
                               &additional_length));
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, out, capacity);
  sb_cbor_write_tag(&writer, 16);
  sb_cbor_write_array(&writer, 3);
  sb_cbor_write_bytes(&writer, protected_header, protected_length);
  sb_cbor_write_map(&writer, 0);
  sb_cbor_write_bytes_head(&writer, length + SB_TAG_SIZE);
  size_t head;
  TRY(sb_cbor_writer_end(&writer, &head));
  if (capacity - head < length + SB_TAG_SIZE) return SB_ERR_SPACE;
  size_t sealed;
  TRY(sb_aead_seal(session_key, header->iv, additional, additional_length, plaintext, length, out + head,
                   capacity - head, &sealed));
  *out_length = head + sealed;
  return SB_OK;
}

sb_err_t sb_open_chunk(const uint8_t session_key[SB_KEY_SIZE], const uint8_t session_iv[SB_IV_SIZE], const char *device,
                       const sb_chunk_message_t *message, uint8_t *out, size_t capacity, size_t *out_length) {
  uint8_t nonce[SB_IV_SIZE];
  sb_chunk_nonce(session_iv, message->header.sequence, nonce);
  if (memcmp(nonce, message->header.iv, SB_IV_SIZE) != 0) return SB_ERR_NONCE;
  uint8_t additional[ADDITIONAL_MAX];
  size_t additional_length;
  TRY(sb_chunk_additional_data(message->protected_header.bytes, message->protected_header.length, device, additional,
                               sizeof additional, &additional_length));
  return sb_aead_open(session_key, nonce, additional, additional_length, message->ciphertext.bytes,
                      message->ciphertext.length, out, capacity, out_length);
}
