#include "sb_board/sb_update.h"

sb_err_t sb_version_parse(const char *text, uint32_t *version) {
  uint32_t packed = 0;
  for (int part = 0; part < 3; part++) {
    if (*text < '0' || *text > '9') return SB_ERR_MALFORMED;
    uint32_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++) {
      number = number * 10 + (uint32_t)(*text - '0');
      if (number > 255) return SB_ERR_RANGE;
    }
    packed = packed << 8 | number;
    if (*text != (part < 2 ? '.' : '\0')) return SB_ERR_MALFORMED;
    text++;
  }
  *version = packed;
  return SB_OK;
}

bool sb_update_is_due(uint64_t last_s, uint64_t now_s) {
  return now_s < last_s || now_s - last_s >= SB_UPDATE_INTERVAL_S;
}

sb_update_answer_t sb_update_judge(const sb_update_situation_t *situation, uint32_t offered) {
  // An older image may have a fault that is known: never back, whoever signed it.
  if (offered <= situation->running) return SB_UPDATE_NOT_NEWER;
  if (offered == situation->rejected) return SB_UPDATE_REJECTED_BEFORE;
  if (situation->has_battery && situation->battery_permille < SB_UPDATE_BATTERY_PERMILLE) return SB_UPDATE_BATTERY_LOW;
  return SB_UPDATE_TAKE;
}

sb_trial_action_t sb_trial_judge(sb_trial_t *trial, uint64_t now_us) {
  if (!trial->is_on_trial) return SB_TRIAL_GO_ON;
  if (trial->has_samples && trial->has_receipt) {
    trial->is_on_trial = false;
    return SB_TRIAL_CONFIRM;
  }
  if (now_us - trial->began_us < SB_TRIAL_S * 1000000ull) return SB_TRIAL_GO_ON;
  trial->is_on_trial = false;
  return SB_TRIAL_ROLL_BACK;
}
