#include "sb_board/sb_power.h"

static bool has_passed(const sb_power_t *power, uint64_t now_us, uint32_t seconds) {
  return now_us - power->since_us >= seconds * 1000000ull;
}

void sb_power_init(sb_power_t *power, bool is_worn_again) {
  *power = (sb_power_t){.state = is_worn_again ? SB_POWER_AWAKE : SB_POWER_DRAINING};
}

sb_power_action_t sb_power_judge(sb_power_t *power, const sb_worn_t *worn, uint64_t now_us) {
  if (worn->has_lead || worn->has_finger) {
    *power = (sb_power_t){.state = SB_POWER_AWAKE};
    return SB_POWER_GO_ON;
  }
  if (!power->is_counting) {
    power->is_counting = true;
    power->since_us = now_us;
  }
  switch (power->state) {
    case SB_POWER_AWAKE:
      if (!has_passed(power, now_us, SB_POWER_UNWORN_S)) return SB_POWER_GO_ON;
      power->state = SB_POWER_DRAINING;
      power->since_us = now_us;
      return SB_POWER_END_SESSION;
    case SB_POWER_DRAINING: {
      bool is_done = worn->held == 0 || !worn->can_send;
      uint32_t least = is_done ? SB_POWER_LOOK_S : SB_POWER_DRAIN_S;
      if (!has_passed(power, now_us, least)) return SB_POWER_GO_ON;
      power->state = SB_POWER_ASLEEP;
      return SB_POWER_SLEEP;
    }
    case SB_POWER_ASLEEP: break;
  }
  return SB_POWER_GO_ON;
}
