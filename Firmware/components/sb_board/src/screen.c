#include "sb_board/sb_screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sealedbeat/sb_types.h"

__attribute__((format(printf, 3, 4))) static void row(sb_text_t *text, int number, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text->rows[number], sizeof text->rows[number], format, arguments);
  va_end(arguments);
}

static const char *electrodes(uint8_t lead_off) {
  switch (lead_off) {
    case 0: return "Electrodes hold";
    case SB_LEAD_OFF_PLUS: return "Left arm electrode?";
    case SB_LEAD_OFF_MINUS: return "Right arm electrode?";
    default: return "Put on electrodes";
  }
}

static const char *link(sb_link_state_t state) {
  switch (state) {
    case SB_LINK_NOT_PROVISIONED: return "Needs set-up by cable";
    case SB_LINK_ENROLLING: return "Registering...";
    case SB_LINK_CONNECTING: return "Connecting...";
    case SB_LINK_CONNECTED: return "Connected";
    case SB_LINK_STORING: return "No network: storing";
  }
  return "";
}

static const char *trouble(sb_trouble_t trouble_now) {
  switch (trouble_now) {
    case SB_TROUBLE_NONE: return "";
    case SB_TROUBLE_NO_ECG: return "ECG part is silent";
    case SB_TROUBLE_NO_OXIMETER: return "No oximeter found";
    case SB_TROUBLE_STORAGE_FULL: return "Memory full: losing!";
    case SB_TROUBLE_STORAGE_BROKEN: return "Memory fault";
    case SB_TROUBLE_ENROLMENT_REFUSED: return "Registration refused";
    case SB_TROUBLE_CLOCK_NOT_SET: return "Clock is not set";
    case SB_TROUBLE_BATTERY_LOW: return "Battery low";
  }
  return "";
}

void sb_screen_compose(const sb_view_t *view, sb_text_t *text) {
  memset(text, 0, sizeof *text);
  if (view->has_battery) {
    row(text, 0, "SealedBeat %9u%%", (unsigned)(view->battery_permille / 10 % 1000));
  } else {
    row(text, 0, "SealedBeat");
  }
  if (view->heart_rate > 0) {
    row(text, 1, "Heart      %3u /min", (unsigned)(view->heart_rate % 1000));
  } else {
    row(text, 1, "Heart       -- /min");
  }
  if (view->has_oximeter && view->oxygen_percent > 0) {
    row(text, 2, "Oxygen     %3u %%", (unsigned)(view->oxygen_percent % 1000));
  } else if (view->has_oximeter) {
    row(text, 2, view->has_finger ? "Oxygen      -- %%" : "No finger on sensor");
  }
  row(text, 3, "%s", electrodes(view->lead_off));
  if (view->flagged_beats > 0) row(text, 4, "Unusual beats: %u", (unsigned)(view->flagged_beats % 1000000));
  row(text, 5, "%s", link(view->link));
  if (view->held > 0) row(text, 6, "%u to be sent", (unsigned)(view->held % 1000000));
  row(text, 7, "%s", trouble(view->trouble));
}
