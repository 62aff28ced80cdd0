#pragma once

// Minimal declarations for a compile check, written from: the defaults of components/*/Kconfig and sdkconfig.defaults.

#include "sdkconfig_common.h"

#define CONFIG_IDF_TARGET_ESP32 1
#define CONFIG_FREERTOS_NUMBER_OF_CORES 2
#define CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG 0
#define CONFIG_SB_JUDGE_BEATS 1
#define CONFIG_SB_PIN_ECG 36
#define CONFIG_SB_PIN_LEAD_OFF_PLUS 32
#define CONFIG_SB_PIN_LEAD_OFF_MINUS 33
#define CONFIG_SB_PIN_SDA 21
#define CONFIG_SB_PIN_SCL 22
#define CONFIG_SB_PIN_OXIMETER_INT 27
