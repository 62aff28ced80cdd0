#include <string.h>

#include "sealedbeat/sb_enrol.h"
#include "vectors.h"

// The key pairs of RFC 9180 A.3.1 (DHKEM(P-256, HKDF-SHA256), base mode) are public, so they serve as test keys.
static const uint8_t VAULT_PRIVATE[] = {0xf3, 0xce, 0x7f, 0xda, 0xe5, 0x7e, 0x1a, 0x31, 0x0d, 0x87, 0xf1,
                                        0xeb, 0xbd, 0xe6, 0xf3, 0x28, 0xbe, 0x0a, 0x99, 0xcd, 0xbc, 0xad,
                                        0xf4, 0xd6, 0x58, 0x9c, 0xf2, 0x9d, 0xe4, 0xb8, 0xff, 0xd2};
static const sb_hpke_ephemeral_t EPHEMERAL = {{0x49, 0x95, 0x78, 0x8e, 0xf4, 0xb9, 0xd6, 0x13, 0x2b, 0x24, 0x9c,
                                               0xe5, 0x9a, 0x77, 0x28, 0x14, 0x93, 0xeb, 0x39, 0xaf, 0x37, 0x3d,
                                               0x23, 0x6a, 0x1f, 0xe4, 0x15, 0xcb, 0x0c, 0x2d, 0x7b, 0xeb}};

typedef struct {
  const char *device;
  uint8_t vault_public[SB_P256_POINT_SIZE];
  uint8_t claim[SB_CLAIM_TOKEN_SIZE];
  uint8_t key[SB_KEY_SIZE];
  sb_identity_t identity;
} actors_t;

static bool make_actors(actors_t *actors) {
  sb_identity_t vault;
  actors->device = "test-device-1";
  memcpy(vault.scalar, VAULT_PRIVATE, sizeof VAULT_PRIVATE);
  for (uint8_t i = 0; i < SB_KEY_SIZE; i++) {
    actors->key[i] = i;
    actors->claim[i] = (uint8_t)(0xc0 + i % 16);
    actors->identity.scalar[i] = (uint8_t)(0x31 + i);
  }
  return sb_identity_public_key(&vault, actors->vault_public) == SB_OK;
}

static void begin(json_t *json, const actors_t *actors, const char *name, const char *description, const char *kind,
                  const uint8_t *message, size_t length, const char *expected) {
  json_begin_object(json, NULL);
  json_text(json, "name", name);
  json_text(json, "description", description);
  json_text(json, "kind", kind);
  json_text(json, "device", actors->device);
  json_hex(json, "vaultPrivateKey", VAULT_PRIVATE, sizeof VAULT_PRIVATE);
  json_hex(json, "vaultPublicKey", actors->vault_public, SB_P256_POINT_SIZE);
  json_hex(json, "message", message, length);
  json_text(json, "expected", expected);
}

static bool emit_enrol(json_t *json, const actors_t *actors) {
  uint8_t message[SB_ENROL_MESSAGE_MAX], csr[SB_CSR_MAX];
  size_t length, csr_length;
  if (sb_identity_csr(&actors->identity, actors->device, csr, sizeof csr, &csr_length) != SB_OK) return false;
  if (sb_enrol_request(actors->vault_public, actors->device, actors->claim, actors->key, &actors->identity, &EPHEMERAL,
                       message, sizeof message, &length) != SB_OK) {
    return false;
  }
  begin(json, actors, "enrol", "A first boot.", "enrol", message, length, "ok");
  json_hex(json, "claimToken", actors->claim, SB_CLAIM_TOKEN_SIZE);
  json_hex(json, "deviceKey", actors->key, SB_KEY_SIZE);
  json_hex(json, "csr", csr, csr_length);
  json_end_object(json);

  message[length - 1] ^= 1;
  begin(json, actors, "enrol-wrong-tag", "The last bit of the tag is flipped.", "enrol", message, length, "wrong-tag");
  json_end_object(json);
  message[length - 1] ^= 1;
  begin(json, actors, "enrol-truncated", "The last octet is missing.", "enrol", message, length - 1, "truncated");
  json_end_object(json);
  message[length] = 0;
  begin(json, actors, "enrol-trailing", "An octet after it.", "enrol", message, length + 1, "trailing-bytes");
  json_end_object(json);
  message[1] = 2;
  begin(json, actors, "enrol-version", "Message version 2.", "enrol", message, length, "out-of-range");
  json_end_object(json);
  message[1] = 1;
  begin(json, actors, "enrol-as-rotate", "An enrolment posted as a rotation.", "rotate", message, length, "wrong-tag");
  json_end_object(json);
  return true;
}

static bool emit_rotate(json_t *json, const actors_t *actors) {
  uint8_t message[SB_ENROL_MESSAGE_MAX];
  size_t length;
  if (sb_rotate_request(actors->vault_public, actors->device, 2, actors->key, &EPHEMERAL, message, sizeof message,
                        &length) != SB_OK) {
    return false;
  }
  begin(json, actors, "rotate", "A second key version.", "rotate", message, length, "ok");
  json_uint(json, "version", 2);
  json_hex(json, "deviceKey", actors->key, SB_KEY_SIZE);
  json_end_object(json);
  actors_t other = *actors;
  other.device = "test-device-2";
  begin(json, &other, "rotate-wrong-device", "Posted under another device's certificate.", "rotate", message, length,
        "wrong-device");
  json_end_object(json);
  return true;
}

bool emit_enrolment_vectors(const char *directory) {
  json_t json;
  actors_t actors;
  if (!make_actors(&actors) || !json_open(&json, directory, "enrolment.json")) return false;
  json_text(&json, "format", "SealedBeat enrolment vectors 1");
  json_begin_array(&json, "vectors");
  bool ok = emit_enrol(&json, &actors) && emit_rotate(&json, &actors);
  json_end_array(&json);
  json_close(&json);
  return ok;
}
