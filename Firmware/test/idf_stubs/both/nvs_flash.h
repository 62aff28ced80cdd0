#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v5.5 and v6.0, "Non-Volatile Storage Library".

#include "esp_err.h"
esp_err_t nvs_flash_init(void);
