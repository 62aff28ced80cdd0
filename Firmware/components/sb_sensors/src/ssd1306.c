#include "sb_sensors/sb_ssd1306.h"

#include <string.h>

#include "try.h"

enum { CONTROL_COMMANDS = 0x00, CONTROL_DATA = 0x40, WIDTH = 128, CHARACTER = 6 };

static sb_err_t send(const sb_ssd1306_t *display, const uint8_t *bytes, size_t length) {
  return display->i2c.write(display->i2c.context, SB_SSD1306_ADDRESS, bytes, length);
}

static sb_err_t send_row(const sb_ssd1306_t *display, uint8_t row, const char *text) {
  // Page addressing (data sheet table 9-1): the row, and column 0 in two halves.
  const uint8_t place[] = {CONTROL_COMMANDS, (uint8_t)(0xb0 | row), 0x00, 0x10};
  TRY(send(display, place, sizeof place));
  uint8_t data[1 + WIDTH] = {CONTROL_DATA};
  for (size_t i = 0; text[i] != '\0'; i++) sb_font_columns(text[i], data + 1 + i * CHARACTER);
  return send(display, data, sizeof data);
}

sb_err_t sb_ssd1306_init(sb_ssd1306_t *display, const sb_i2c_t *i2c) {
  memset(display, 0, sizeof *display);
  display->i2c = *i2c;
  // The sequence of the application note in the data sheet, with the charge pump on.
  static const uint8_t start[] = {CONTROL_COMMANDS,
                                  0xae,
                                  0xd5,
                                  0x80,
                                  0xa8,
                                  0x3f,
                                  0xd3,
                                  0x00,
                                  0x40,
                                  0x8d,
                                  0x14,
                                  0x20,
                                  0x02,
                                  0xa1,
                                  0xc8,
                                  0xda,
                                  0x12,
                                  0x81,
                                  0x7f,
                                  0xd9,
                                  0xf1,
                                  0xdb,
                                  0x40,
                                  0xa4,
                                  0xa6};
  TRY(send(display, start, sizeof start));
  for (uint8_t row = 0; row < SB_SSD1306_ROWS; row++) TRY(send_row(display, row, ""));
  return sb_ssd1306_set_on(display, true);
}

sb_err_t sb_ssd1306_show(sb_ssd1306_t *display, const sb_text_t *text) {
  for (uint8_t row = 0; row < SB_SSD1306_ROWS; row++) {
    char line[SB_SSD1306_COLUMNS + 1];
    memcpy(line, text->rows[row], sizeof line);
    line[SB_SSD1306_COLUMNS] = '\0';
    if (strcmp(line, display->shown.rows[row]) == 0) continue;
    TRY(send_row(display, row, line));
    memcpy(display->shown.rows[row], line, sizeof line);
  }
  return SB_OK;
}

sb_err_t sb_ssd1306_set_on(sb_ssd1306_t *display, bool is_on) {
  const uint8_t bytes[] = {CONTROL_COMMANDS, is_on ? 0xaf : 0xae};
  return send(display, bytes, sizeof bytes);
}
