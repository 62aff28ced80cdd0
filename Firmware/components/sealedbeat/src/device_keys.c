#include <string.h>

#include "device_state.h"
#include "sealedbeat/sb_seal.h"
#include "try.h"

_Static_assert(sizeof(sb_data_key_t) == 36, "a data key rests as its version and its octets");

static sb_err_t load(const sb_device_t *device, const char *name, void *out, size_t size, bool *is_there) {
  size_t length;
  sb_err_t error = device->config.nvs.get(device->config.nvs.context, name, out, size, &length);
  *is_there = error == SB_OK;
  if (error == SB_ERR_NOT_FOUND) return SB_OK;
  if (error == SB_OK && length != size) return SB_ERR_STORAGE;
  return error;
}

static sb_err_t save(const sb_device_t *device, const char *name, const void *bytes, size_t size) {
  return device->config.nvs.set(device->config.nvs.context, name, bytes, size);
}

sb_err_t sb_device_load_keys(sb_device_t *device) {
  bool has_key, has_pending;
  TRY(load(device, SB_NVS_IDENTITY, &device->identity, sizeof device->identity, &device->has_identity));
  TRY(load(device, SB_NVS_DATA_KEY, &device->key, sizeof device->key, &has_key));
  TRY(load(device, SB_NVS_PENDING_KEY, &device->pending, sizeof device->pending, &has_pending));
  // The key was taken over, but the power went before the pending one was erased.
  if (!has_pending || device->pending.version <= device->key.version) sb_wipe(&device->pending, sizeof device->pending);
  // Whether it is there is enough here; its octets need not be on the stack.
  uint8_t first;
  size_t length;
  sb_err_t error = sb_device_certificate(device, &first, 1, &length);
  device->has_certificate = error == SB_OK || error == SB_ERR_SPACE;
  if (error == SB_ERR_SPACE) return SB_OK;
  return error == SB_ERR_NOT_FOUND ? SB_OK : error;
}

bool sb_device_is_enrolled(const sb_device_t *device) {
  return device->has_identity && device->has_certificate && device->key.version > 0;
}

/// Keys are durable before anybody hears of them.
static sb_err_t make_keys(sb_device_t *device) {
  bool has_key = false;
  if (!device->has_identity) {
    TRY(sb_identity_generate(&device->identity));
    TRY(save(device, SB_NVS_IDENTITY, &device->identity, sizeof device->identity));
    device->has_identity = true;
  }
  TRY(load(device, SB_NVS_DATA_KEY, &device->key, sizeof device->key, &has_key));
  if (has_key) return SB_OK;
  device->key.version = 0;
  TRY(sb_random(device->key.bytes, SB_KEY_SIZE));
  return save(device, SB_NVS_DATA_KEY, &device->key, sizeof device->key);
}

sb_err_t sb_device_enrol_request(sb_device_t *device, const uint8_t vault[SB_P256_POINT_SIZE],
                                 const uint8_t claim_token[SB_CLAIM_TOKEN_SIZE], uint8_t *out, size_t capacity,
                                 size_t *length) {
  if (sb_device_is_enrolled(device)) return SB_ERR_ARGUMENT;
  TRY(make_keys(device));
  return sb_enrol_request(vault, device->id, claim_token, device->key.bytes, &device->identity, NULL, out, capacity,
                          length);
}

sb_err_t sb_device_on_enrol_answer(sb_device_t *device, const uint8_t *bytes, size_t length) {
  sb_enrol_answer_t answer;
  if (sb_device_is_enrolled(device) || !device->has_identity) return SB_ERR_ARGUMENT;
  TRY(sb_enrol_answer_parse(bytes, length, &answer));
  TRY(save(device, SB_NVS_ISSUER, answer.issuer.bytes, answer.issuer.length));
  TRY(save(device, SB_NVS_CERTIFICATE, answer.certificate.bytes, answer.certificate.length));
  sb_data_key_t taken = device->key;
  taken.version = answer.key_version;
  // The version is written last: with it the device is enrolled.
  sb_err_t error = save(device, SB_NVS_DATA_KEY, &taken, sizeof taken);
  if (error == SB_OK) {
    device->key = taken;
    device->has_certificate = true;
  }
  sb_wipe(&taken, sizeof taken);
  return error;
}

sb_err_t sb_device_certificate(sb_device_t *device, uint8_t *out, size_t capacity, size_t *length) {
  return device->config.nvs.get(device->config.nvs.context, SB_NVS_CERTIFICATE, out, capacity, length);
}

sb_err_t sb_device_issuer(sb_device_t *device, uint8_t *out, size_t capacity, size_t *length) {
  return device->config.nvs.get(device->config.nvs.context, SB_NVS_ISSUER, out, capacity, length);
}

sb_err_t sb_device_private_key(sb_device_t *device, uint8_t out[SB_IDENTITY_DER_SIZE]) {
  if (!device->has_identity) return SB_ERR_NOT_ENROLLED;
  return sb_identity_private_der(&device->identity, out);
}

sb_err_t sb_device_on_command(sb_device_t *device, const uint8_t *bytes, size_t length) {
  sb_rotate_command_t command;
  sb_err_t error = sb_command_parse(bytes, length, &command);
  if (error != SB_OK) {
    device->stats.refused_messages++;
    return error;
  }
  // Only ever the next version: a forged command with a high one would make the device deaf to all later ones.
  if (command.version != device->key.version + 1 || command.version == device->pending.version) return SB_OK;
  sb_data_key_t pending = {.version = command.version};
  error = sb_random(pending.bytes, SB_KEY_SIZE);
  if (error == SB_OK) error = save(device, SB_NVS_PENDING_KEY, &pending, sizeof pending);
  if (error == SB_OK) device->pending = pending;
  sb_wipe(&pending, sizeof pending);
  return error;
}

uint32_t sb_device_rotation_wanted(const sb_device_t *device) { return device->pending.version; }

sb_err_t sb_device_rotate_request(sb_device_t *device, const uint8_t vault[SB_P256_POINT_SIZE], uint8_t *out,
                                  size_t capacity, size_t *length) {
  if (device->pending.version == 0) return SB_ERR_EMPTY;
  return sb_rotate_request(vault, device->id, device->pending.version, device->pending.bytes, NULL, out, capacity,
                           length);
}

sb_err_t sb_device_on_rotate_answer(sb_device_t *device, const uint8_t *bytes, size_t length, sb_time_t now) {
  uint32_t version;
  TRY(sb_rotate_answer_parse(bytes, length, &version));
  if (device->pending.version == 0 || version != device->pending.version) return SB_ERR_KEY_VERSION;
  TRY(save(device, SB_NVS_DATA_KEY, &device->pending, sizeof device->pending));
  device->key = device->pending;
  sb_wipe(&device->pending, sizeof device->pending);
  TRY(device->config.nvs.erase(device->config.nvs.context, SB_NVS_PENDING_KEY));
  return sb_device_end_session(device, now);
}
