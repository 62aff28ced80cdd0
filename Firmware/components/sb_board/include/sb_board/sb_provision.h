#pragma once

#include <stdbool.h>

#include "sealedbeat/sb_enrol.h"
#include "sealedbeat/sb_nvs.h"
#include "sealedbeat/sb_types.h"

/// What a device is told before its first boot, as `sealedbeat vault claim` wrote it: over the serial console, one
/// setting a line (`name value`), or as an NVS image in which every setting rests as the same text. One parser judges
/// both. Two settings are secrets (the Wi-Fi password and the claim token): no answer and no log ever quotes a value.
enum {
  SB_URL_MAX = 127,
  SB_HOST_MAX = 63,
  /// IEEE 802.11: an SSID has at most 32 octets, a WPA passphrase 8 to 63.
  SB_SSID_MAX = 32,
  SB_PASSWORD_MAX = 63,
  /// A line of the console: the authority's certificate in base64.
  SB_LINE_MAX = 2100,
};

typedef enum {
  SB_SETTING_WIFI_SSID,
  SB_SETTING_WIFI_PASSWORD,
  SB_SETTING_DEVICE,
  SB_SETTING_CLAIM,
  SB_SETTING_ENROL_URL,
  SB_SETTING_SERVICE_URL,
  SB_SETTING_CA,
  SB_SETTING_HPKE,
  SB_SETTING_MQTT_HOST,
  SB_SETTING_MQTT_PORT,
  SB_SETTING_UPDATE_URL,
  SB_SETTING_COUNT,
} sb_setting_t;

typedef struct {
  /// Which settings are there: 1 << sb_setting_t.
  uint32_t present;
  char wifi_ssid[SB_SSID_MAX + 1];
  char wifi_password[SB_PASSWORD_MAX + 1];
  char device[SB_DEVICE_ID_MAX + 1];
  uint8_t claim[SB_CLAIM_TOKEN_SIZE];
  char enrol_url[SB_URL_MAX + 1];
  char service_url[SB_URL_MAX + 1];
  /// DER.
  uint8_t ca[SB_CERTIFICATE_MAX];
  size_t ca_length;
  uint8_t hpke[SB_P256_POINT_SIZE];
  char mqtt_host[SB_HOST_MAX + 1];
  uint16_t mqtt_port;
  /// Empty where the device takes no updates.
  char update_url[SB_URL_MAX + 1];
} sb_provision_t;

/// The setting's name on the console and in NVS.
const char *sb_setting_name(sb_setting_t setting);

/// Judges and takes one setting. `SB_ERR_MALFORMED`, `SB_ERR_RANGE`; then nothing has changed.
sb_err_t sb_provision_set(sb_provision_t *provision, sb_setting_t setting, const char *value, size_t length);

/// Takes a line of the console without its end. `SB_ERR_NOT_FOUND` for a name that does not exist.
sb_err_t sb_provision_line(sb_provision_t *provision, const char *line, size_t length, sb_setting_t *setting);

/// Whether all is there that the device needs: `claim` only until it is enrolled, `update-url` never, `wifi-password`
/// not for an open network.
bool sb_provision_is_complete(const sb_provision_t *provision, bool is_enrolled);

/// Reads every setting from NVS. What is missing is left out; what is there and wrong is an error.
sb_err_t sb_provision_load(sb_provision_t *provision, const sb_nvs_t *nvs);

/// Keeps a line's setting in NVS as the text that it is.
sb_err_t sb_provision_keep(const sb_nvs_t *nvs, sb_setting_t setting, const char *value, size_t length);
