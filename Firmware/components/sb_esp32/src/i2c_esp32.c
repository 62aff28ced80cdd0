#include "driver/i2c_master.h"
#include "esp_status.h"
#include "sb_esp32/sb_esp32.h"
#include "sb_sensors/sb_max17048.h"
#include "sb_sensors/sb_ssd1306.h"
#include "sdkconfig.h"
#include "try.h"

/// Long enough for a full FIFO at 400 kHz (5 ms) behind a row of the display (3 ms).
enum { TIMEOUT_MS = 50, SPEED_HZ = 400000 };

static i2c_master_dev_handle_t oximeter, display, gauge;

static i2c_master_dev_handle_t device_at(uint8_t address) {
  if (address == SB_MAX30102_ADDRESS) return oximeter;
  if (address == SB_MAX17048_ADDRESS) return gauge;
  return address == SB_SSD1306_ADDRESS ? display : NULL;
}

static sb_err_t write(void *context, uint8_t address, const uint8_t *bytes, size_t length) {
  (void)context;
  if (device_at(address) == NULL) return SB_ERR_NOT_FOUND;
  return sb_err_from_esp(i2c_master_transmit(device_at(address), bytes, length, TIMEOUT_MS), SB_ERR_NOT_FOUND);
}

static sb_err_t read(void *context, uint8_t address, uint8_t reg, uint8_t *out, size_t length) {
  (void)context;
  if (device_at(address) == NULL) return SB_ERR_NOT_FOUND;
  return sb_err_from_esp(i2c_master_transmit_receive(device_at(address), &reg, 1, out, length, TIMEOUT_MS),
                         SB_ERR_NOT_FOUND);
}

static sb_err_t add(i2c_master_bus_handle_t bus, uint8_t address, i2c_master_dev_handle_t *device) {
  const i2c_device_config_t config = {
      .dev_addr_length = I2C_ADDR_BIT_LEN_7, .device_address = address, .scl_speed_hz = SPEED_HZ};
  return sb_err_from_esp(i2c_master_bus_add_device(bus, &config, device), SB_ERR_STORAGE);
}

sb_err_t sb_esp32_open_i2c(sb_i2c_t *i2c) {
  const i2c_master_bus_config_t config = {.i2c_port = -1,
                                          .sda_io_num = CONFIG_SB_PIN_SDA,
                                          .scl_io_num = CONFIG_SB_PIN_SCL,
                                          .clk_source = I2C_CLK_SRC_DEFAULT,
                                          .glitch_ignore_cnt = 7,
                                          .flags.enable_internal_pullup = true};
  i2c_master_bus_handle_t bus;
  TRY(sb_err_from_esp(i2c_new_master_bus(&config, &bus), SB_ERR_STORAGE));
  TRY(add(bus, SB_MAX30102_ADDRESS, &oximeter));
  TRY(add(bus, SB_SSD1306_ADDRESS, &display));
  TRY(add(bus, SB_MAX17048_ADDRESS, &gauge));
  *i2c = (sb_i2c_t){NULL, write, read};
  return SB_OK;
}
