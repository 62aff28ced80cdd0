#pragma once

// Minimal declarations for a compile check, written from: the defaults of components/*/Kconfig and sdkconfig.defaults.

#include "sdkconfig_common.h"

#define CONFIG_IDF_TARGET_ESP32S3 1
#define CONFIG_FREERTOS_NUMBER_OF_CORES 2
#define CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG 1
#define CONFIG_SB_JUDGE_BEATS 1
#define CONFIG_SB_PIN_ECG 1
#define CONFIG_SB_PIN_LEAD_OFF_PLUS 4
#define CONFIG_SB_PIN_LEAD_OFF_MINUS 5
#define CONFIG_SB_PIN_SDA 8
#define CONFIG_SB_PIN_SCL 9
#define CONFIG_SB_PIN_OXIMETER_INT 10
