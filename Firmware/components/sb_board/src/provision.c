#include "sb_board/sb_provision.h"

#include <string.h>

#include "try.h"

static const char *const NAMES[SB_SETTING_COUNT] = {"wifi-ssid", "wifi-password", "device",    "claim",
                                                    "enrol-url", "service-url",   "ca",        "hpke",
                                                    "mqtt-host", "mqtt-port",     "update-url"};

const char *sb_setting_name(sb_setting_t setting) { return NAMES[setting]; }

static int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

static sb_err_t set_hex(uint8_t *out, size_t size, const char *value, size_t length) {
  if (length != 2 * size) return SB_ERR_MALFORMED;
  for (size_t i = 0; i < length; i++) {
    if (hex_digit(value[i]) < 0) return SB_ERR_MALFORMED;
  }
  for (size_t i = 0; i < size; i++) out[i] = (uint8_t)(hex_digit(value[2 * i]) << 4 | hex_digit(value[2 * i + 1]));
  return SB_OK;
}

static int base64_digit(char digit) {
  if (digit >= 'A' && digit <= 'Z') return digit - 'A';
  if (digit >= 'a' && digit <= 'z') return digit - 'a' + 26;
  if (digit >= '0' && digit <= '9') return digit - '0' + 52;
  if (digit == '+') return 62;
  return digit == '/' ? 63 : -1;
}

/// Base64 (RFC 4648 §4) with its padding, in one line. Nothing is written unless all of it is well-formed.
static sb_err_t set_base64(uint8_t *out, size_t capacity, size_t *out_length, const char *value, size_t length) {
  if (length == 0 || length % 4 != 0) return SB_ERR_MALFORMED;
  size_t padding = value[length - 1] == '=' ? (value[length - 2] == '=' ? 2 : 1) : 0;
  for (size_t i = 0; i < length - padding; i++) {
    if (base64_digit(value[i]) < 0) return SB_ERR_MALFORMED;
  }
  // The bits that padding leaves over must be zero, so that every certificate has one encoding.
  if (padding > 0 && (base64_digit(value[length - padding - 1]) & ((1 << 2 * padding) - 1)) != 0) {
    return SB_ERR_MALFORMED;
  }
  size_t size = length / 4 * 3 - padding;
  if (size > capacity) return SB_ERR_RANGE;
  for (size_t i = 0; i < size; i++) {
    const char *group = value + i / 3 * 4 + i % 3;
    uint32_t high = (uint32_t)base64_digit(group[0]), low = (uint32_t)base64_digit(group[1]);
    out[i] = (uint8_t)(high << (2 + 2 * (i % 3)) | low >> (4 - 2 * (i % 3)));
  }
  *out_length = size;
  return SB_OK;
}

static sb_err_t set_text(char *out, size_t least, size_t most, const char *value, size_t length) {
  if (length < least || length > most) return SB_ERR_RANGE;
  for (size_t i = 0; i < length; i++) {
    if (value[i] < ' ' || value[i] > '~') return SB_ERR_MALFORMED;
  }
  memcpy(out, value, length);
  out[length] = '\0';
  return SB_OK;
}

static bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':';
}

/// A name or an address, and in a URL its port; no path, no user.
static bool is_host(const char *value, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if (!is_host_character(value[i])) return false;
  }
  return length > 0;
}

static sb_err_t set_url(char *out, const char *value, size_t length, bool may_have_path) {
  static const char scheme[] = "https://";
  const size_t head = sizeof scheme - 1;
  if (length > SB_URL_MAX) return SB_ERR_RANGE;
  if (length <= head || memcmp(value, scheme, head) != 0) return SB_ERR_MALFORMED;
  const char *path = memchr(value + head, '/', length - head);
  size_t host = path == NULL ? length - head : (size_t)(path - value) - head;
  if (!is_host(value + head, host) || (path != NULL && !may_have_path)) return SB_ERR_MALFORMED;
  return set_text(out, head + 1, SB_URL_MAX, value, length);
}

static sb_err_t set_host(char *out, const char *value, size_t length) {
  if (length > SB_HOST_MAX) return SB_ERR_RANGE;
  if (!is_host(value, length)) return SB_ERR_MALFORMED;
  return set_text(out, 1, SB_HOST_MAX, value, length);
}

static sb_err_t set_port(uint16_t *out, const char *value, size_t length) {
  if (length == 0 || length > 5 || value[0] == '0') return SB_ERR_MALFORMED;
  uint32_t port = 0;
  for (size_t i = 0; i < length; i++) {
    if (value[i] < '0' || value[i] > '9') return SB_ERR_MALFORMED;
    port = port * 10 + (uint32_t)(value[i] - '0');
  }
  if (port > UINT16_MAX) return SB_ERR_RANGE;
  *out = (uint16_t)port;
  return SB_OK;
}

static sb_err_t set_device(char *out, const char *value, size_t length) {
  char id[SB_DEVICE_ID_MAX + 1];
  TRY(set_text(id, SB_DEVICE_ID_MIN, SB_DEVICE_ID_MAX, value, length));
  if (!sb_device_id_is_valid(id)) return SB_ERR_MALFORMED;
  memcpy(out, id, length + 1);
  return SB_OK;
}

static sb_err_t take(sb_provision_t *to, sb_setting_t setting, const char *value, size_t length) {
  switch (setting) {
    case SB_SETTING_WIFI_SSID: return set_text(to->wifi_ssid, 1, SB_SSID_MAX, value, length);
    case SB_SETTING_WIFI_PASSWORD: return set_text(to->wifi_password, 8, SB_PASSWORD_MAX, value, length);
    case SB_SETTING_DEVICE: return set_device(to->device, value, length);
    case SB_SETTING_CLAIM: return set_hex(to->claim, sizeof to->claim, value, length);
    case SB_SETTING_ENROL_URL: return set_url(to->enrol_url, value, length, false);
    case SB_SETTING_SERVICE_URL: return set_url(to->service_url, value, length, false);
    case SB_SETTING_CA: return set_base64(to->ca, sizeof to->ca, &to->ca_length, value, length);
    case SB_SETTING_HPKE: return set_hex(to->hpke, sizeof to->hpke, value, length);
    case SB_SETTING_MQTT_HOST: return set_host(to->mqtt_host, value, length);
    case SB_SETTING_MQTT_PORT: return set_port(&to->mqtt_port, value, length);
    case SB_SETTING_UPDATE_URL: return set_url(to->update_url, value, length, true);
    case SB_SETTING_COUNT: break;
  }
  return SB_ERR_ARGUMENT;
}

sb_err_t sb_provision_set(sb_provision_t *provision, sb_setting_t setting, const char *value, size_t length) {
  TRY(take(provision, setting, value, length));
  provision->present |= 1u << setting;
  return SB_OK;
}

sb_err_t sb_provision_line(sb_provision_t *provision, const char *line, size_t length, sb_setting_t *setting) {
  if (length > SB_LINE_MAX) return SB_ERR_OVERSIZE;
  const char *space = memchr(line, ' ', length);
  if (space == NULL) return SB_ERR_MALFORMED;
  size_t name = (size_t)(space - line);
  for (int i = 0; i < SB_SETTING_COUNT; i++) {
    if (strlen(NAMES[i]) != name || memcmp(NAMES[i], line, name) != 0) continue;
    *setting = (sb_setting_t)i;
    return sb_provision_set(provision, *setting, space + 1, length - name - 1);
  }
  return SB_ERR_NOT_FOUND;
}

bool sb_provision_is_complete(const sb_provision_t *provision, bool is_enrolled) {
  uint32_t needed = (1u << SB_SETTING_COUNT) - 1;
  needed &= ~(1u << SB_SETTING_UPDATE_URL | 1u << SB_SETTING_WIFI_PASSWORD);
  if (is_enrolled) needed &= ~(1u << SB_SETTING_CLAIM);
  return (provision->present & needed) == needed;
}

sb_err_t sb_provision_load(sb_provision_t *provision, const sb_nvs_t *nvs) {
  memset(provision, 0, sizeof *provision);
  for (int i = 0; i < SB_SETTING_COUNT; i++) {
    char value[SB_LINE_MAX];
    size_t length;
    sb_err_t error = nvs->get(nvs->context, NAMES[i], (uint8_t *)value, sizeof value, &length);
    if (error == SB_ERR_NOT_FOUND) continue;
    if (error == SB_OK) error = sb_provision_set(provision, (sb_setting_t)i, value, length);
    sb_wipe(value, sizeof value);
    if (error != SB_OK) return error;
  }
  return SB_OK;
}

sb_err_t sb_provision_keep(const sb_nvs_t *nvs, sb_setting_t setting, const char *value, size_t length) {
  return nvs->set(nvs->context, NAMES[setting], (const uint8_t *)value, length);
}
