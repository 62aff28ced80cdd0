#pragma once

// Minimal declarations for a compile check, written from: components/soc of ESP-IDF v5.5 and v6.0: a result has two octets on the ESP32 and four on the others.

#include "sdkconfig.h"
#if CONFIG_IDF_TARGET_ESP32
#define SOC_ADC_DIGI_RESULT_BYTES (2)
#else
#define SOC_ADC_DIGI_RESULT_BYTES (4)
#endif
