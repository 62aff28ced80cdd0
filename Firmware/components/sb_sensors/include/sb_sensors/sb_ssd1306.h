#pragma once

#include <stdbool.h>

#include "sb_sensors/sb_i2c.h"

/// SSD1306 display of 128 × 64 points (Solomon Systech data sheet, rev. 1.1), as eight rows of text.
enum {
  SB_SSD1306_ADDRESS = 0x3c,
  SB_SSD1306_ROWS = 8,
  /// Six points a character.
  SB_SSD1306_COLUMNS = 21,
};

typedef struct {
  /// Each row ends with a zero.
  char rows[SB_SSD1306_ROWS][SB_SSD1306_COLUMNS + 1];
} sb_text_t;

typedef struct {
  sb_i2c_t i2c;
  sb_text_t shown;
} sb_ssd1306_t;

/// Starts the display, dark. `SB_ERR_NOT_FOUND` where there is none: a device without one works the same.
sb_err_t sb_ssd1306_init(sb_ssd1306_t *display, const sb_i2c_t *i2c);

/// Shows `text`; only rows that changed cross the bus.
sb_err_t sb_ssd1306_show(sb_ssd1306_t *display, const sb_text_t *text);

/// Switches the panel off (10 µA) or on.
sb_err_t sb_ssd1306_set_on(sb_ssd1306_t *display, bool is_on);

/// The five columns of a character, the lowest bit on top; a blank for what has no shape.
void sb_font_columns(char character, uint8_t columns[5]);
