#include "board_test.h"
#include "sb_sensors/sb_max17048.h"
#include "sb_sensors/sb_ssd1306.h"

/// A display's memory, as far as page addressing goes.
static uint8_t memory[SB_SSD1306_ROWS][132];
static int page, column;
static size_t octets;
static bool is_on, is_absent;

static void command(const uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    uint8_t byte = bytes[i];
    if (byte >= 0xb0 && byte <= 0xb7)
      page = byte & 7;
    else if (byte <= 0x0f)
      column = (column & 0xf0) | byte;
    else if (byte <= 0x1f)
      column = (column & 0x0f) | (byte & 15) << 4;
    else if (byte == 0xaf || byte == 0xae)
      is_on = byte == 0xaf;
    else if (byte == 0x20 || byte == 0x81 || byte == 0xa8 || byte == 0xd3 || byte == 0xd5 || byte == 0xd9 ||
             byte == 0xda || byte == 0xdb || byte == 0x8d)
      i++;  // an argument follows
  }
}

static sb_err_t write(void *context, uint8_t address, const uint8_t *bytes, size_t length) {
  (void)context;
  if (is_absent) return SB_ERR_NOT_FOUND;
  CHECK(address == SB_SSD1306_ADDRESS && length > 1);
  octets += length;
  if (bytes[0] == 0x00) {
    command(bytes + 1, length - 1);
    return SB_OK;
  }
  CHECK(bytes[0] == 0x40);
  for (size_t i = 1; i < length; i++) memory[page][column++] = bytes[i];
  return SB_OK;
}

static void text_is_drawn_and_only_changes_are_sent(void) {
  sb_i2c_t bus = {NULL, write, NULL};
  sb_ssd1306_t display;
  memset(memory, 0xaa, sizeof memory);
  CHECK_OK(sb_ssd1306_init(&display, &bus));
  CHECK(is_on);
  for (int i = 0; i < SB_SSD1306_ROWS; i++) CHECK(memory[i][0] == 0 && memory[i][127] == 0);
  sb_text_t text = {.rows = {"Heart 72", "", "123456789012345678901"}};
  CHECK_OK(sb_ssd1306_show(&display, &text));
  uint8_t columns[5];
  sb_font_columns('H', columns);
  CHECK(memcmp(memory[0], columns, 5) == 0 && memory[0][5] == 0);
  sb_font_columns('1', columns);
  CHECK(memcmp(memory[2] + 20 * 6, columns, 5) == 0);
  octets = 0;
  CHECK_OK(sb_ssd1306_show(&display, &text));
  CHECK(octets == 0);
  text.rows[0][7] = '3';
  CHECK_OK(sb_ssd1306_show(&display, &text));
  CHECK(octets < 140);
}

static void a_board_without_one_says_so(void) {
  sb_i2c_t bus = {NULL, write, NULL};
  sb_ssd1306_t display;
  is_absent = true;
  CHECK_ERR(sb_ssd1306_init(&display, &bus), SB_ERR_NOT_FOUND);
  is_absent = false;
}

static void every_character_that_we_write_has_a_shape(void) {
  for (char c = '!'; c <= 'z'; c++) {
    uint8_t columns[5], all = 0;
    sb_font_columns(c, columns);
    for (int i = 0; i < 5; i++) all |= columns[i];
    CHECK(all != 0 && (all & 0x80) == 0);
  }
}

static sb_err_t read_gauge(void *context, uint8_t address, uint8_t reg, uint8_t *out, size_t length) {
  CHECK(address == SB_MAX17048_ADDRESS && reg == 0x04 && length == 2);
  const uint8_t *charge = context;
  if (charge == NULL) return SB_ERR_NOT_FOUND;
  memcpy(out, charge, 2);
  return SB_OK;
}

static void a_gauge_gives_permille(void) {
  static const struct {
    uint8_t bytes[2];
    uint32_t permille;
  } cases[] = {{{0, 0}, 0}, {{50, 128}, 505}, {{100, 0}, 1000}, {{103, 255}, 1000}};
  uint32_t permille;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    sb_i2c_t bus = {(void *)cases[i].bytes, NULL, read_gauge};
    CHECK_OK(sb_max17048_read(&bus, &permille));
    CHECK(permille == cases[i].permille);
  }
  sb_i2c_t nobody = {NULL, NULL, read_gauge};
  CHECK_ERR(sb_max17048_read(&nobody, &permille), SB_ERR_NOT_FOUND);
}

const test_t DISPLAY_TESTS[] = {
    {"ssd1306: text is drawn, and only changes are sent", text_is_drawn_and_only_changes_are_sent},
    {"ssd1306: a board without one says so", a_board_without_one_says_so},
    {"font: every character has a shape", every_character_that_we_write_has_a_shape},
    {"max17048: the charge in permille, where there is a gauge", a_gauge_gives_permille},
    {NULL, NULL},
};
