#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v6.0, "Sleep Modes" and the migration guide from 5.5 ("System"); what is deprecated or gone in v6.0 is not here.

#include <stdint.h>

#include "esp_err.h"
#include "sdkconfig.h"
typedef enum { ESP_SLEEP_WAKEUP_UNDEFINED = 0, ESP_SLEEP_WAKEUP_EXT1 = 3, ESP_SLEEP_WAKEUP_TIMER = 4 } esp_sleep_source_t;
#if CONFIG_IDF_TARGET_ESP32
typedef enum { ESP_EXT1_WAKEUP_ALL_LOW = 0, ESP_EXT1_WAKEUP_ANY_HIGH = 1 } esp_sleep_ext1_wakeup_mode_t;
#else
typedef enum { ESP_EXT1_WAKEUP_ANY_LOW = 0, ESP_EXT1_WAKEUP_ANY_HIGH = 1 } esp_sleep_ext1_wakeup_mode_t;
#endif
esp_err_t esp_sleep_enable_ext1_wakeup_io(uint64_t io_mask, esp_sleep_ext1_wakeup_mode_t level_mode);
esp_err_t esp_sleep_enable_timer_wakeup(uint64_t time_in_us);
void esp_deep_sleep_start(void) __attribute__((noreturn));
typedef enum { ESP_GPIO_WAKEUP_GPIO_LOW, ESP_GPIO_WAKEUP_GPIO_HIGH } esp_sleep_gpio_wake_up_mode_t;
uint32_t esp_sleep_get_wakeup_causes(void);
esp_err_t esp_sleep_enable_gpio_wakeup_on_hp_periph_powerdown(uint64_t gpio_pin_mask,
                                                              esp_sleep_gpio_wake_up_mode_t mode);
