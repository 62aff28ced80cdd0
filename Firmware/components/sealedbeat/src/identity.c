#include "sealedbeat/sb_identity.h"

#include <psa/crypto.h>
#include <string.h>

#include "psa_status.h"
#include "try.h"

enum { SIGNATURE_SIZE = 64 };

static psa_key_attributes_t identity_attributes(psa_key_usage_t usage) {
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
  psa_set_key_bits(&attributes, 256);
  psa_set_key_usage_flags(&attributes, usage);
  psa_set_key_algorithm(&attributes, PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256));
  return attributes;
}

sb_err_t sb_identity_generate(sb_identity_t *identity) {
  psa_key_attributes_t attributes = identity_attributes(PSA_KEY_USAGE_EXPORT);
  psa_key_id_t id;
  psa_status_t status = psa_generate_key(&attributes, &id);
  if (status != PSA_SUCCESS) return sb_err_from_psa(status);
  size_t length;
  status = psa_export_key(id, identity->scalar, sizeof identity->scalar, &length);
  psa_destroy_key(id);
  return sb_err_from_psa(status);
}

sb_err_t sb_identity_public_key(const sb_identity_t *identity, uint8_t point[SB_P256_POINT_SIZE]) {
  psa_key_attributes_t attributes = identity_attributes(PSA_KEY_USAGE_SIGN_HASH);
  psa_key_id_t id;
  psa_status_t status = psa_import_key(&attributes, identity->scalar, sizeof identity->scalar, &id);
  if (status != PSA_SUCCESS) return sb_err_from_psa(status);
  size_t length;
  status = psa_export_public_key(id, point, SB_P256_POINT_SIZE, &length);
  psa_destroy_key(id);
  return sb_err_from_psa(status);
}

static sb_err_t sign(const sb_identity_t *identity, const uint8_t *message, size_t length,
                     uint8_t signature[SIGNATURE_SIZE]) {
  uint8_t hash[32];
  size_t hash_length, signature_length;
  psa_status_t status = psa_hash_compute(PSA_ALG_SHA_256, message, length, hash, sizeof hash, &hash_length);
  if (status != PSA_SUCCESS) return sb_err_from_psa(status);
  psa_key_attributes_t attributes = identity_attributes(PSA_KEY_USAGE_SIGN_HASH);
  psa_key_id_t id;
  status = psa_import_key(&attributes, identity->scalar, sizeof identity->scalar, &id);
  if (status != PSA_SUCCESS) return sb_err_from_psa(status);
  status = psa_sign_hash(id, PSA_ALG_DETERMINISTIC_ECDSA(PSA_ALG_SHA_256), hash, hash_length, signature, SIGNATURE_SIZE,
                         &signature_length);
  psa_destroy_key(id);
  return sb_err_from_psa(status);
}

/// DER, written from its end to its beginning, so that every length is known when its head is written.
typedef struct {
  uint8_t *start;
  uint8_t *next;
  bool overflowed;
} der_t;

static void der_raw(der_t *der, const void *bytes, size_t length) {
  if (der->overflowed || (size_t)(der->next - der->start) < length) {
    der->overflowed = true;
    return;
  }
  der->next -= length;
  memcpy(der->next, bytes, length);
}

/// Puts the head of the element that ends at `end` and begins at the current place.
static void der_head(der_t *der, uint8_t tag, const uint8_t *end) {
  size_t length = (size_t)(end - der->next);
  uint8_t head[4] = {tag, 0, 0, 0};
  if (length < 0x80) {
    head[1] = (uint8_t)length;
    der_raw(der, head, 2);
  } else if (length <= 0xff) {
    head[1] = 0x81;
    head[2] = (uint8_t)length;
    der_raw(der, head, 3);
  } else {
    head[1] = 0x82;
    head[2] = (uint8_t)(length >> 8);
    head[3] = (uint8_t)length;
    der_raw(der, head, 4);
  }
}

static void der_integer(der_t *der, const uint8_t bytes[32]) {
  const uint8_t *end = der->next;
  size_t leading = 0;
  while (leading < 31 && bytes[leading] == 0) leading++;
  der_raw(der, bytes + leading, 32 - leading);
  static const uint8_t zero = 0;
  if (bytes[leading] & 0x80) der_raw(der, &zero, 1);
  der_head(der, 0x02, end);
}

// SubjectPublicKeyInfo of an uncompressed P-256 key up to the point itself (RFC 5480 §2).
static const uint8_t SPKI_HEAD[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
                                    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
// commonName, 2.5.4.3.
static const uint8_t COMMON_NAME[] = {0x06, 0x03, 0x55, 0x04, 0x03};
// AlgorithmIdentifier ecdsa-with-SHA256 (RFC 5758 §3.2).
static const uint8_t ECDSA_SHA256[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
static const uint8_t VERSION_0[] = {0x02, 0x01, 0x00};
static const uint8_t NO_ATTRIBUTES[] = {0xa0, 0x00};

static void der_request_info(der_t *der, const uint8_t point[SB_P256_POINT_SIZE], const char *device) {
  const uint8_t *end = der->next;
  der_raw(der, NO_ATTRIBUTES, sizeof NO_ATTRIBUTES);
  der_raw(der, point, SB_P256_POINT_SIZE);
  der_raw(der, SPKI_HEAD, sizeof SPKI_HEAD);
  const uint8_t *name_end = der->next;
  der_raw(der, device, strlen(device));
  der_head(der, 0x0c, name_end);  // UTF8String
  der_raw(der, COMMON_NAME, sizeof COMMON_NAME);
  der_head(der, 0x30, name_end);
  der_head(der, 0x31, name_end);
  der_head(der, 0x30, name_end);
  der_raw(der, VERSION_0, sizeof VERSION_0);
  der_head(der, 0x30, end);
}

sb_err_t sb_identity_csr(const sb_identity_t *identity, const char *device, uint8_t *out, size_t capacity,
                         size_t *length) {
  if (!sb_device_id_is_valid(device)) return SB_ERR_ARGUMENT;
  if (capacity < SB_CSR_MAX) return SB_ERR_SPACE;
  uint8_t point[SB_P256_POINT_SIZE];
  TRY(sb_identity_public_key(identity, point));
  uint8_t info[SB_CSR_MAX];
  der_t info_der = {info, info + sizeof info, false};
  der_request_info(&info_der, point, device);
  size_t info_length = (size_t)(info + sizeof info - info_der.next);
  uint8_t signature[SIGNATURE_SIZE];
  TRY(sign(identity, info_der.next, info_length, signature));

  der_t der = {out, out + capacity, info_der.overflowed};
  static const uint8_t no_unused_bits = 0;
  der_integer(&der, signature + 32);
  der_integer(&der, signature);
  der_head(&der, 0x30, out + capacity);
  der_raw(&der, &no_unused_bits, 1);
  der_head(&der, 0x03, out + capacity);
  der_raw(&der, ECDSA_SHA256, sizeof ECDSA_SHA256);
  der_raw(&der, info_der.next, info_length);
  der_head(&der, 0x30, out + capacity);
  if (der.overflowed) return SB_ERR_SPACE;
  *length = (size_t)(out + capacity - der.next);
  memmove(out, der.next, *length);
  return SB_OK;
}

sb_err_t sb_identity_private_der(const sb_identity_t *identity, uint8_t out[SB_IDENTITY_DER_SIZE]) {
  static const uint8_t head[] = {0x30, 0x81, 0x87, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86,
                                 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
                                 0x03, 0x01, 0x07, 0x04, 0x6d, 0x30, 0x6b, 0x02, 0x01, 0x01, 0x04, 0x20};
  static const uint8_t public_head[] = {0xa1, 0x44, 0x03, 0x42, 0x00};
  _Static_assert(sizeof head + SB_P256_SCALAR_SIZE + sizeof public_head + SB_P256_POINT_SIZE == SB_IDENTITY_DER_SIZE,
                 "the parts fill the structure");
  memcpy(out, head, sizeof head);
  memcpy(out + sizeof head, identity->scalar, SB_P256_SCALAR_SIZE);
  memcpy(out + sizeof head + SB_P256_SCALAR_SIZE, public_head, sizeof public_head);
  return sb_identity_public_key(identity, out + SB_IDENTITY_DER_SIZE - SB_P256_POINT_SIZE);
}
