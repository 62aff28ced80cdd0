#include "esp_status.h"
#include "nvs.h"
#include "nvs_flash.h"
#include "sb_esp32/sb_esp32.h"
#include "try.h"

static nvs_handle_t handle;

static sb_err_t named(esp_err_t error) {
  switch (error) {
    case ESP_OK: return SB_OK;
    case ESP_ERR_NVS_NOT_FOUND: return SB_ERR_NOT_FOUND;
    case ESP_ERR_NVS_INVALID_LENGTH: return SB_ERR_SPACE;
    default: return SB_ERR_STORAGE;
  }
}

static sb_err_t get(void *context, const char *name, uint8_t *out, size_t capacity, size_t *length) {
  (void)context;
  *length = capacity;
  return named(nvs_get_blob(handle, name, out, length));
}

static sb_err_t set(void *context, const char *name, const uint8_t *bytes, size_t length) {
  (void)context;
  TRY(named(nvs_set_blob(handle, name, bytes, length)));
  return named(nvs_commit(handle));
}

static sb_err_t erase(void *context, const char *name) {
  (void)context;
  sb_err_t error = named(nvs_erase_key(handle, name));
  if (error == SB_ERR_NOT_FOUND) return SB_OK;
  TRY(error);
  return named(nvs_commit(handle));
}

sb_err_t sb_esp32_open_nvs(sb_nvs_t *nvs) {
  TRY(sb_err_from_esp(nvs_flash_init(), SB_ERR_STORAGE));
  TRY(named(nvs_open("sealedbeat", NVS_READWRITE, &handle)));
  *nvs = (sb_nvs_t){NULL, get, set, erase};
  return SB_OK;
}
