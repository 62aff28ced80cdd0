#include <string.h>

#include "esp_app_desc.h"
#include "esp_http_client.h"
#include "esp_https_ota.h"
#include "esp_log.h"
#include "esp_ota_ops.h"
#include "esp_status.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "sb_esp32/sb_esp32.h"
#include "try.h"

static const char TAG[] = "update";
/// The version that was tried and did not stay.
static const char REJECTED[] = "update-rejected";
/// When an update was last looked for: Unix seconds.
static const char LOOKED[] = "update-looked";

uint32_t sb_esp32_version(void) {
  uint32_t version = 0;
  (void)sb_version_parse(esp_app_get_description()->version, &version);
  return version;
}

bool sb_esp32_is_on_trial(void) {
  esp_ota_img_states_t state;
  if (esp_ota_get_state_partition(esp_ota_get_running_partition(), &state) != ESP_OK) return false;
  return state == ESP_OTA_IMG_PENDING_VERIFY;
}

sb_err_t sb_esp32_confirm_update(void) {
  return sb_err_from_esp(esp_ota_mark_app_valid_cancel_rollback(), SB_ERR_STORAGE);
}

static uint64_t number(const sb_nvs_t *nvs, const char *name) {
  uint64_t value = 0;
  size_t length;
  sb_err_t error = nvs->get(nvs->context, name, (uint8_t *)&value, sizeof value, &length);
  return error == SB_OK && length == sizeof value ? value : 0;
}

static sb_err_t keep_number(const sb_nvs_t *nvs, const char *name, uint64_t value) {
  return nvs->set(nvs->context, name, (const uint8_t *)&value, sizeof value);
}

sb_err_t sb_esp32_roll_back(const sb_nvs_t *nvs) {
  (void)keep_number(nvs, REJECTED, sb_esp32_version());
  return sb_err_from_esp(esp_ota_mark_app_invalid_rollback_and_reboot(), SB_ERR_STORAGE);
}

/// The image's own description is in its first kilobyte, so an image that is not wanted costs no more than that.
static sb_err_t is_wanted(esp_https_ota_handle_t update, const sb_nvs_t *nvs, bool has_battery,
                          uint32_t battery_permille, bool *wanted) {
  esp_app_desc_t offered;
  uint32_t version;
  TRY(sb_err_from_esp(esp_https_ota_get_img_desc(update, &offered), SB_ERR_NOT_FOUND));
  offered.version[sizeof offered.version - 1] = '\0';
  TRY(sb_version_parse(offered.version, &version));
  const esp_app_desc_t *running = esp_app_get_description();
  if (memcmp(offered.project_name, running->project_name, sizeof offered.project_name) != 0) return SB_ERR_MALFORMED;
  const sb_update_situation_t situation = {.running = sb_esp32_version(),
                                           .rejected = (uint32_t)number(nvs, REJECTED),
                                           .has_battery = has_battery,
                                           .battery_permille = battery_permille};
  *wanted = sb_update_judge(&situation, version) == SB_UPDATE_TAKE;
  return SB_OK;
}

static sb_err_t fetch(esp_https_ota_handle_t update) {
  esp_err_t error;
  while ((error = esp_https_ota_perform(update)) == ESP_ERR_HTTPS_OTA_IN_PROGRESS) (void)esp_task_wdt_reset();
  if (error != ESP_OK || !esp_https_ota_is_complete_data_received(update)) return SB_ERR_TRUNCATED;
  return SB_OK;
}

sb_err_t sb_esp32_update(const sb_provision_t *provision, const sb_nvs_t *nvs, bool has_battery,
                         uint32_t battery_permille) {
  sb_time_t now = sb_esp32_now();
  uint64_t now_s = now.wall_us / 1000000;
  if (provision->update_url[0] == '\0' || !now.wall_is_synchronised) return SB_ERR_EMPTY;
  if (!sb_update_is_due(number(nvs, LOOKED), now_s)) return SB_ERR_EMPTY;
  TRY(keep_number(nvs, LOOKED, now_s));
  const esp_http_client_config_t http = {.url = provision->update_url,
                                         .cert_pem = (const char *)provision->ca,
                                         .cert_len = provision->ca_length,
                                         .timeout_ms = 10000};
  const esp_https_ota_config_t config = {.http_config = &http};
  esp_https_ota_handle_t update = NULL;
  TRY(sb_err_from_esp(esp_https_ota_begin(&config, &update), SB_ERR_NOT_FOUND));
  bool wanted = false;
  sb_err_t error = is_wanted(update, nvs, has_battery, battery_permille, &wanted);
  if (error == SB_OK && wanted) error = fetch(update);
  if (error != SB_OK || !wanted) {
    (void)esp_https_ota_abort(update);
    return error;
  }
  // Checks the signature (CONFIG_SECURE_SIGNED_ON_UPDATE) before the image becomes the one to boot.
  TRY(sb_err_from_esp(esp_https_ota_finish(update), SB_ERR_AUTHENTICATION));
  ESP_LOGI(TAG, "restarting with a new image, on trial");
  esp_restart();
  return SB_OK;
}
