#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sb_sensors/sb_ssd1306.h"

/// What the display says, in words. Pure.
typedef enum {
  SB_LINK_NOT_PROVISIONED,
  SB_LINK_ENROLLING,
  SB_LINK_CONNECTING,
  SB_LINK_CONNECTED,
  /// The tries are used up; the device stores and tries again later.
  SB_LINK_STORING,
} sb_link_state_t;

typedef enum {
  SB_TROUBLE_NONE,
  SB_TROUBLE_NO_ECG,
  SB_TROUBLE_NO_OXIMETER,
  SB_TROUBLE_STORAGE_FULL,
  SB_TROUBLE_STORAGE_BROKEN,
  SB_TROUBLE_ENROLMENT_REFUSED,
  SB_TROUBLE_CLOCK_NOT_SET,
  SB_TROUBLE_BATTERY_LOW,
} sb_trouble_t;

typedef struct {
  /// 0 where unknown.
  uint32_t heart_rate;
  uint32_t oxygen_percent;
  /// `SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS`.
  uint8_t lead_off;
  /// Beats that the device itself found abnormal while no server saw them.
  uint32_t flagged_beats;
  bool has_finger;
  bool has_oximeter;
  sb_link_state_t link;
  uint32_t held;
  uint32_t battery_permille;
  bool has_battery;
  sb_trouble_t trouble;
} sb_view_t;

void sb_screen_compose(const sb_view_t *view, sb_text_t *text);
