#include "sealedbeat/sb_hpke.h"

#include <psa/crypto.h>
#include <string.h>

#include "psa_status.h"
#include "sealedbeat/sb_seal.h"
#include "try.h"

enum {
  HASH_SIZE = 32,
  // Longest input of one HMAC below: the label and suite id around our info strings or two points.
  MESSAGE_MAX = 256,
};

// suite ids (RFC 9180 §4.1 and §5.1): "KEM" kem_id, and "HPKE" kem_id kdf_id aead_id.
static const uint8_t KEM_SUITE[] = {'K', 'E', 'M', 0x00, 0x10};
static const uint8_t HPKE_SUITE[] = {'H', 'P', 'K', 'E', 0x00, 0x10, 0x00, 0x01, 0x00, 0x02};

typedef struct {
  const uint8_t *bytes;
  size_t length;
} suite_t;

static const suite_t KEM = {KEM_SUITE, sizeof KEM_SUITE};
static const suite_t HPKE = {HPKE_SUITE, sizeof HPKE_SUITE};

typedef struct {
  uint8_t bytes[MESSAGE_MAX];
  size_t length;
  bool overflowed;
} message_t;

static void append(message_t *message, const void *bytes, size_t length) {
  if (length > MESSAGE_MAX - message->length) {
    message->overflowed = true;
    return;
  }
  if (length > 0) memcpy(message->bytes + message->length, bytes, length);
  message->length += length;
}

static sb_err_t hmac(const uint8_t key[HASH_SIZE], const message_t *message, uint8_t out[HASH_SIZE]) {
  if (message->overflowed) return SB_ERR_RANGE;
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_type(&attributes, PSA_KEY_TYPE_HMAC);
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_MESSAGE);
  psa_set_key_algorithm(&attributes, PSA_ALG_HMAC(PSA_ALG_SHA_256));
  psa_key_id_t id;
  psa_status_t status = psa_import_key(&attributes, key, HASH_SIZE, &id);
  if (status != PSA_SUCCESS) return sb_err_from_psa(status);
  size_t length;
  status = psa_mac_compute(id, PSA_ALG_HMAC(PSA_ALG_SHA_256), message->bytes, message->length, out, HASH_SIZE, &length);
  psa_destroy_key(id);
  return sb_err_from_psa(status);
}

/// LabeledExtract(salt, label, ikm); no salt is a string of zeros (RFC 5869 §2.2).
static sb_err_t labeled_extract(suite_t suite, const uint8_t *salt, const char *label, const uint8_t *ikm, size_t length,
                                uint8_t out[HASH_SIZE]) {
  static const uint8_t zeros[HASH_SIZE] = {0};
  message_t message = {.length = 0};
  append(&message, "HPKE-v1", 7);
  append(&message, suite.bytes, suite.length);
  append(&message, label, strlen(label));
  append(&message, ikm, length);
  sb_err_t error = hmac(salt == NULL ? zeros : salt, &message, out);
  sb_wipe(&message, sizeof message);
  return error;
}

/// LabeledExpand(prk, label, info, size) of at most one hash length, so one round of HKDF-Expand.
static sb_err_t labeled_expand(suite_t suite, const uint8_t prk[HASH_SIZE], const char *label, const uint8_t *info,
                               size_t length, uint8_t *out, size_t size) {
  const uint8_t announced[2] = {(uint8_t)(size >> 8), (uint8_t)size};
  const uint8_t first_round = 1;
  message_t message = {.length = 0};
  append(&message, announced, sizeof announced);
  append(&message, "HPKE-v1", 7);
  append(&message, suite.bytes, suite.length);
  append(&message, label, strlen(label));
  append(&message, info, length);
  append(&message, &first_round, 1);
  uint8_t block[HASH_SIZE];
  sb_err_t error = size <= HASH_SIZE ? hmac(prk, &message, block) : SB_ERR_RANGE;
  if (error == SB_OK) memcpy(out, block, size);
  sb_wipe(block, sizeof block);
  return error;
}

/// Makes or imports the ephemeral key, exports its public half and agrees with the recipient's.
static sb_err_t agree(const uint8_t recipient[SB_P256_POINT_SIZE], const sb_hpke_ephemeral_t *ephemeral,
                      uint8_t encapsulated[SB_P256_POINT_SIZE], uint8_t shared[HASH_SIZE]) {
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&attributes, 256);
  psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
  psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
  psa_key_id_t id;
  psa_status_t status = ephemeral == NULL ? psa_generate_key(&attributes, &id)
                                          : psa_import_key(&attributes, ephemeral->scalar, SB_P256_SCALAR_SIZE, &id);
  if (status != PSA_SUCCESS) return sb_err_from_psa(status);
  size_t length;
  status = psa_export_public_key(id, encapsulated, SB_P256_POINT_SIZE, &length);
  if (status == PSA_SUCCESS) {
    status = psa_raw_key_agreement(PSA_ALG_ECDH, id, recipient, SB_P256_POINT_SIZE, shared, HASH_SIZE, &length);
  }
  psa_destroy_key(id);
  return sb_err_from_psa(status);
}

/// DHKEM's Encap (RFC 9180 §4.1).
static sb_err_t encapsulate(const uint8_t recipient[SB_P256_POINT_SIZE], const sb_hpke_ephemeral_t *ephemeral,
                            uint8_t encapsulated[SB_P256_POINT_SIZE], uint8_t shared_secret[HASH_SIZE]) {
  uint8_t dh[HASH_SIZE];
  uint8_t prk[HASH_SIZE];
  uint8_t context[2 * SB_P256_POINT_SIZE];
  sb_err_t error = agree(recipient, ephemeral, encapsulated, dh);
  if (error == SB_OK) error = labeled_extract(KEM, NULL, "eae_prk", dh, sizeof dh, prk);
  if (error == SB_OK) {
    memcpy(context, encapsulated, SB_P256_POINT_SIZE);
    memcpy(context + SB_P256_POINT_SIZE, recipient, SB_P256_POINT_SIZE);
    error = labeled_expand(KEM, prk, "shared_secret", context, sizeof context, shared_secret, HASH_SIZE);
  }
  sb_wipe(dh, sizeof dh);
  sb_wipe(prk, sizeof prk);
  return error;
}

/// KeySchedule of base mode (RFC 9180 §5.1).
static sb_err_t key_schedule(const uint8_t shared_secret[HASH_SIZE], const uint8_t *info, size_t info_length,
                             uint8_t key[SB_KEY_SIZE], uint8_t nonce[SB_IV_SIZE]) {
  uint8_t context[1 + 2 * HASH_SIZE] = {0};  // mode_base
  uint8_t secret[HASH_SIZE];
  TRY(labeled_extract(HPKE, NULL, "psk_id_hash", NULL, 0, context + 1));
  TRY(labeled_extract(HPKE, NULL, "info_hash", info, info_length, context + 1 + HASH_SIZE));
  sb_err_t error = labeled_extract(HPKE, shared_secret, "secret", NULL, 0, secret);
  if (error == SB_OK) error = labeled_expand(HPKE, secret, "key", context, sizeof context, key, SB_KEY_SIZE);
  if (error == SB_OK) error = labeled_expand(HPKE, secret, "base_nonce", context, sizeof context, nonce, SB_IV_SIZE);
  sb_wipe(secret, sizeof secret);
  return error;
}

sb_err_t sb_hpke_seal(const uint8_t recipient[SB_P256_POINT_SIZE], const uint8_t *info, size_t info_length,
                      const uint8_t *additional, size_t additional_length, const uint8_t *plaintext, size_t length,
                      const sb_hpke_ephemeral_t *ephemeral, uint8_t encapsulated[SB_P256_POINT_SIZE], uint8_t *out,
                      size_t capacity, size_t *out_length) {
  uint8_t shared_secret[HASH_SIZE];
  uint8_t key[SB_KEY_SIZE];
  uint8_t nonce[SB_IV_SIZE];
  sb_err_t error = encapsulate(recipient, ephemeral, encapsulated, shared_secret);
  if (error == SB_OK) error = key_schedule(shared_secret, info, info_length, key, nonce);
  if (error == SB_OK) {
    error = sb_aead_seal(key, nonce, additional, additional_length, plaintext, length, out, capacity, out_length);
  }
  sb_wipe(shared_secret, sizeof shared_secret);
  sb_wipe(key, sizeof key);
  return error;
}
