#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v5.5 and v6.0, "Logging Library"; every level is compiled in, so that the check of secrets sees every call.

#include <stdio.h>
#define SB_STUB_LOG(level, tag, format, ...) fprintf(stderr, level " %s: " format "\n", tag, ##__VA_ARGS__)
#define ESP_LOGE(tag, format, ...) SB_STUB_LOG("E", tag, format, ##__VA_ARGS__)
#define ESP_LOGW(tag, format, ...) SB_STUB_LOG("W", tag, format, ##__VA_ARGS__)
#define ESP_LOGI(tag, format, ...) SB_STUB_LOG("I", tag, format, ##__VA_ARGS__)
#define ESP_LOGD(tag, format, ...) SB_STUB_LOG("D", tag, format, ##__VA_ARGS__)
#define ESP_LOGV(tag, format, ...) SB_STUB_LOG("V", tag, format, ##__VA_ARGS__)
