#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v5.5 and v6.0, "Watchdogs".

#include "esp_err.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
esp_err_t esp_task_wdt_add(TaskHandle_t task_handle);
esp_err_t esp_task_wdt_reset(void);
