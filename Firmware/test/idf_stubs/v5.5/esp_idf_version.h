#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v5.5, "ESP-IDF Versions".

#define ESP_IDF_VERSION_VAL(major, minor, patch) ((major) << 16 | (minor) << 8 | (patch))
#define ESP_IDF_VERSION ESP_IDF_VERSION_VAL(5, 5, 0)
