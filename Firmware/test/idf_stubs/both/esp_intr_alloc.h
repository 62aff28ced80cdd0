#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v5.5 and v6.0, "Interrupt Allocation".

#define ESP_INTR_FLAG_IRAM (1 << 10)
