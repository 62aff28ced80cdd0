#include "board_test.h"
#include "sb_board/sb_screen.h"

static void it_says_what_is_in_words(void) {
  sb_view_t view = {.heart_rate = 72,
                    .oxygen_percent = 97,
                    .has_finger = true,
                    .has_oximeter = true,
                    .link = SB_LINK_CONNECTED,
                    .battery_permille = 815,
                    .has_battery = true};
  sb_text_t text;
  sb_screen_compose(&view, &text);
  CHECK(strcmp(text.rows[0], "SealedBeat        81%") == 0);
  CHECK(strcmp(text.rows[1], "Heart       72 /min") == 0 && strcmp(text.rows[2], "Oxygen      97 %") == 0);
  CHECK(strcmp(text.rows[3], "Electrodes hold") == 0 && strcmp(text.rows[5], "Connected") == 0);
  CHECK(text.rows[4][0] == '\0' && text.rows[6][0] == '\0' && text.rows[7][0] == '\0');
  view.link = SB_LINK_STORING;
  view.held = 1234;
  view.lead_off = SB_LEAD_OFF_PLUS;
  view.heart_rate = 0;
  view.flagged_beats = 12;
  sb_screen_compose(&view, &text);
  CHECK(strcmp(text.rows[1], "Heart       -- /min") == 0 && strcmp(text.rows[3], "Left arm electrode?") == 0);
  CHECK(strcmp(text.rows[4], "Unusual beats: 12") == 0);
  CHECK(strcmp(text.rows[5], "No network: storing") == 0 && strcmp(text.rows[6], "1234 to be sent") == 0);
}

static void every_sentence_fits_and_can_be_drawn(void) {
  for (int link = 0; link <= SB_LINK_STORING; link++) {
    for (int trouble = 0; trouble <= SB_TROUBLE_BATTERY_LOW; trouble++) {
      for (uint8_t lead_off = 0; lead_off < 4; lead_off++) {
        sb_view_t view = {.link = (sb_link_state_t)link,
                          .trouble = (sb_trouble_t)trouble,
                          .lead_off = lead_off,
                          .held = UINT32_MAX,
                          .flagged_beats = UINT32_MAX,
                          .heart_rate = UINT32_MAX,
                          .oxygen_percent = UINT32_MAX,
                          .has_oximeter = true,
                          .has_battery = true,
                          .battery_permille = UINT32_MAX};
        sb_text_t text;
        sb_screen_compose(&view, &text);
        for (int i = 0; i < SB_SSD1306_ROWS; i++) {
          size_t length = strlen(text.rows[i]);
          CHECK(length <= SB_SSD1306_COLUMNS);
          for (size_t k = 0; k < length; k++) CHECK(text.rows[i][k] >= ' ' && text.rows[i][k] <= 'z');
        }
        CHECK(trouble == 0 || text.rows[7][0] != '\0');
      }
    }
  }
}

const test_t SCREEN_TESTS[] = {
    {"screen: it says what is, in words", it_says_what_is_in_words},
    {"screen: every sentence fits and can be drawn", every_sentence_fits_and_can_be_drawn},
    {NULL, NULL},
};
