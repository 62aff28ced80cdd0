#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v5.5 and v6.0, "USB Serial/JTAG Controller Console" (ESP32-S3 and C3).

#include <stdint.h>

#include "esp_err.h"
#include "freertos/FreeRTOS.h"
typedef struct {
  uint32_t tx_buffer_size;
  uint32_t rx_buffer_size;
} usb_serial_jtag_driver_config_t;
esp_err_t usb_serial_jtag_driver_install(usb_serial_jtag_driver_config_t *usb_serial_jtag_driver_config);
int usb_serial_jtag_read_bytes(void *buf, uint32_t length, TickType_t ticks_to_wait);
