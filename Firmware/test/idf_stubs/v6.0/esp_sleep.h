#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v6.0, "Sleep Modes" and the migration guide from 5.5 ("System"); what is deprecated or gone in v6.0 is not here.

#include "esp_sleep_common.h"
typedef enum { ESP_GPIO_WAKEUP_GPIO_LOW, ESP_GPIO_WAKEUP_GPIO_HIGH } esp_sleep_gpio_wake_up_mode_t;
uint32_t esp_sleep_get_wakeup_causes(void);
esp_err_t esp_sleep_enable_gpio_wakeup_on_hp_periph_powerdown(uint64_t gpio_pin_mask,
                                                              esp_sleep_gpio_wake_up_mode_t mode);
