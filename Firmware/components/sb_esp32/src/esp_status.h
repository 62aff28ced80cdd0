#pragma once

#include "esp_err.h"
#include "sealedbeat/sb_err.h"

/// Our name for an answer of ESP-IDF, where only success and failure matter.
static inline sb_err_t sb_err_from_esp(esp_err_t error, sb_err_t otherwise) {
  return error == ESP_OK ? SB_OK : otherwise;
}
