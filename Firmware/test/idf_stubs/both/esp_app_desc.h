#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v5.5 and v6.0, "App Image Format".

#include <stdint.h>
typedef struct {
  uint32_t magic_word;
  uint32_t secure_version;
  uint32_t reserv1[2];
  char version[32];
  char project_name[32];
} esp_app_desc_t;
const esp_app_desc_t *esp_app_get_description(void);
