#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v5.5 and v6.0, "ESP Timer (High Resolution Timer)".

#include <stdint.h>
int64_t esp_timer_get_time(void);
