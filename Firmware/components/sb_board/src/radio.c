#include "sb_board/sb_radio.h"

bool sb_radio_should_try(sb_radio_t *radio, uint64_t now_us) {
  if (radio->state != SB_RADIO_OFF || now_us < radio->until_us) return false;
  radio->state = SB_RADIO_TRYING;
  radio->until_us = now_us + SB_RADIO_ATTEMPT_MS * 1000ull;
  return true;
}

bool sb_radio_has_timed_out(const sb_radio_t *radio, uint64_t now_us) {
  return radio->state == SB_RADIO_TRYING && now_us >= radio->until_us;
}

void sb_radio_succeeded(sb_radio_t *radio) {
  radio->state = SB_RADIO_ON;
  radio->failures = 0;
}

void sb_radio_failed(sb_radio_t *radio, uint64_t now_us, uint32_t wait_ms) {
  radio->state = SB_RADIO_OFF;
  if (radio->failures < SB_RADIO_QUICK_TRIES) radio->failures++;
  // The back-off's jitter stays in the wait, so that a ward does not come back in one moment.
  uint64_t rest_ms = sb_radio_has_given_up(radio) ? SB_RADIO_REST_MS : 0;
  radio->until_us = now_us + (rest_ms + wait_ms) * 1000ull;
}

bool sb_radio_has_given_up(const sb_radio_t *radio) { return radio->failures >= SB_RADIO_QUICK_TRIES; }
