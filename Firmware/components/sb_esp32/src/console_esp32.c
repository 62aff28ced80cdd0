#include <stdio.h>

#include "driver/uart.h"
#include "esp_status.h"
#include "freertos/FreeRTOS.h"
#include "sb_esp32/sb_esp32.h"
#include "sdkconfig.h"
#include "try.h"
#if CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG
#include "driver/usb_serial_jtag.h"
#endif

#if CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG
static sb_err_t open_console(void) {
  usb_serial_jtag_driver_config_t config = {.tx_buffer_size = 256, .rx_buffer_size = SB_LINE_MAX + 64};
  return sb_err_from_esp(usb_serial_jtag_driver_install(&config), SB_ERR_STORAGE);
}

static int read_octet(uint8_t *octet) { return usb_serial_jtag_read_bytes(octet, 1, portMAX_DELAY); }
#else
static sb_err_t open_console(void) {
  return sb_err_from_esp(uart_driver_install(CONFIG_ESP_CONSOLE_UART_NUM, SB_LINE_MAX + 64, 0, 0, NULL, 0),
                         SB_ERR_STORAGE);
}

static int read_octet(uint8_t *octet) { return uart_read_bytes(CONFIG_ESP_CONSOLE_UART_NUM, octet, 1, portMAX_DELAY); }
#endif

/// One line without its end; what is longer than any setting is cut, and then refused.
static size_t read_line(char *line, size_t capacity) {
  size_t length = 0;
  while (true) {
    uint8_t octet;
    if (read_octet(&octet) != 1 || octet == '\r') continue;
    if (octet == '\n') return length;
    if (length < capacity) line[length++] = (char)octet;
  }
}

static sb_err_t take_line(sb_provision_t *provision, const sb_nvs_t *nvs, const char *line, size_t length) {
  sb_setting_t setting;
  TRY(sb_provision_line(provision, line, length, &setting));
  size_t name = 0;
  while (line[name] != ' ') name++;
  return sb_provision_keep(nvs, setting, line + name + 1, length - name - 1);
}

sb_err_t sb_esp32_provision_by_console(sb_provision_t *provision, const sb_nvs_t *nvs) {
  static char line[SB_LINE_MAX + 1];
  TRY(open_console());
  puts("SealedBeat needs its settings: one line each, name and value.");
  while (!sb_provision_is_complete(provision, false)) {
    size_t length = read_line(line, sizeof line);
    if (length == 0) continue;
    puts(sb_err_name(take_line(provision, nvs, line, length)));
    sb_wipe(line, sizeof line);
  }
  puts("complete");
  return SB_OK;
}
