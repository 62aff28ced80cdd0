#include "board_test.h"
#include "sb_board/sb_power.h"
#include "sb_board/sb_radio.h"
#include "sb_board/sb_update.h"

static const uint64_t SECOND = 1000000;

static void three_tries_then_rest(void) {
  sb_radio_t radio = {.state = SB_RADIO_OFF};
  uint64_t now = 0;
  for (int i = 0; i < 2; i++) {
    CHECK(sb_radio_should_try(&radio, now) && !sb_radio_should_try(&radio, now));
    CHECK(!sb_radio_has_timed_out(&radio, now) && sb_radio_has_timed_out(&radio, now + 30 * SECOND));
    sb_radio_failed(&radio, now, 500);
    CHECK(!sb_radio_has_given_up(&radio) && !sb_radio_should_try(&radio, now + SECOND / 2 - 1));
    now += SECOND / 2;
  }
  CHECK(sb_radio_should_try(&radio, now));
  sb_radio_failed(&radio, now, 500);
  CHECK(sb_radio_has_given_up(&radio) && !sb_radio_should_try(&radio, now + 300 * SECOND));
  now += 300 * SECOND + SECOND / 2;
  CHECK(sb_radio_should_try(&radio, now));
  sb_radio_failed(&radio, now, 500);
  CHECK(sb_radio_has_given_up(&radio));  // one try only, while it stays away
  CHECK(sb_radio_should_try(&radio, now + 301 * SECOND));
  sb_radio_succeeded(&radio);
  sb_radio_failed(&radio, now, 500);
  CHECK(!sb_radio_has_given_up(&radio));  // what once worked gets three quick tries again
}

static void nobody_wears_it_so_it_sleeps(void) {
  sb_power_t power;
  sb_worn_t nobody = {.held = 5, .can_send = true}, finger = {.has_finger = true};
  sb_power_init(&power, true);
  CHECK(sb_power_judge(&power, &nobody, 0) == SB_POWER_GO_ON);
  CHECK(sb_power_judge(&power, &finger, 59 * SECOND) == SB_POWER_GO_ON);
  CHECK(sb_power_judge(&power, &nobody, 60 * SECOND) == SB_POWER_GO_ON);
  CHECK(sb_power_judge(&power, &nobody, 119 * SECOND) == SB_POWER_GO_ON);
  CHECK(sb_power_judge(&power, &nobody, 120 * SECOND) == SB_POWER_END_SESSION);
  CHECK(sb_power_judge(&power, &nobody, 130 * SECOND) == SB_POWER_GO_ON);
  sb_worn_t drained = {.held = 0, .can_send = true};
  CHECK(sb_power_judge(&power, &drained, 131 * SECOND) == SB_POWER_SLEEP);
  CHECK(sb_power_judge(&power, &drained, 132 * SECOND) == SB_POWER_GO_ON);  // once
  sb_power_init(&power, false);
  CHECK(sb_power_judge(&power, &nobody, 0) == SB_POWER_GO_ON);
  CHECK(sb_power_judge(&power, &nobody, 119 * SECOND) == SB_POWER_GO_ON);
  CHECK(sb_power_judge(&power, &nobody, 120 * SECOND) == SB_POWER_SLEEP);  // it cannot wait for ever
  sb_power_init(&power, false);
  sb_worn_t alone = {.held = 5};
  CHECK(sb_power_judge(&power, &alone, 0) == SB_POWER_GO_ON);
  CHECK(sb_power_judge(&power, &alone, 5 * SECOND) == SB_POWER_SLEEP);
  sb_power_init(&power, false);
  CHECK(sb_power_judge(&power, &finger, 0) == SB_POWER_GO_ON && power.state == SB_POWER_AWAKE);
}

static void versions(void) {
  uint32_t version;
  CHECK_OK(sb_version_parse("1.2.3", &version));
  CHECK(version == 0x010203);
  CHECK_OK(sb_version_parse("255.255.255", &version));
  const char *bad[] = {"", "1", "1.2", "1.2.3.4", "1.2.3-rc1", "v1.2.3", "1..3", " 1.2.3", "1.2."};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    CHECK_ERR(sb_version_parse(bad[i], &version), SB_ERR_MALFORMED);
  CHECK_ERR(sb_version_parse("1.256.3", &version), SB_ERR_RANGE);
}

static void updates_go_forward_and_only_when_they_may(void) {
  sb_update_situation_t now = {.running = 0x010203, .rejected = 0x010300, .battery_permille = 900, .has_battery = true};
  CHECK(sb_update_judge(&now, 0x010204) == SB_UPDATE_TAKE);
  CHECK(sb_update_judge(&now, 0x010203) == SB_UPDATE_NOT_NEWER);
  CHECK(sb_update_judge(&now, 0x000900) == SB_UPDATE_NOT_NEWER);
  CHECK(sb_update_judge(&now, 0x010300) == SB_UPDATE_REJECTED_BEFORE);
  now.battery_permille = 299;
  CHECK(sb_update_judge(&now, 0x010204) == SB_UPDATE_BATTERY_LOW);
  now.has_battery = false;
  CHECK(sb_update_judge(&now, 0x010204) == SB_UPDATE_TAKE);
  CHECK(sb_update_is_due(0, 1790000000) && !sb_update_is_due(1790000000, 1790086399));
  CHECK(sb_update_is_due(1790000000, 1790086400) && sb_update_is_due(1790000001, 1790000000));
}

static void a_new_image_must_show_that_it_works(void) {
  sb_trial_t settled = {.is_on_trial = false};
  CHECK(sb_trial_judge(&settled, 99999 * SECOND) == SB_TRIAL_GO_ON);
  sb_trial_t good = {.is_on_trial = true};
  CHECK(sb_trial_judge(&good, 1) == SB_TRIAL_GO_ON);
  good.has_samples = true;
  CHECK(sb_trial_judge(&good, 2) == SB_TRIAL_GO_ON);
  good.has_receipt = true;
  CHECK(sb_trial_judge(&good, 3) == SB_TRIAL_CONFIRM);
  CHECK(sb_trial_judge(&good, 99999 * SECOND) == SB_TRIAL_GO_ON);
  sb_trial_t mute = {.is_on_trial = true, .has_samples = true};
  CHECK(sb_trial_judge(&mute, SB_TRIAL_S * SECOND - 1) == SB_TRIAL_GO_ON);
  CHECK(sb_trial_judge(&mute, SB_TRIAL_S * SECOND) == SB_TRIAL_ROLL_BACK);
  CHECK(sb_trial_judge(&mute, SB_TRIAL_S * SECOND + 1) == SB_TRIAL_GO_ON);
}

const test_t POLICY_TESTS[] = {
    {"radio: three quick tries, then it rests", three_tries_then_rest},
    {"power: nobody wears it, so it sends and sleeps", nobody_wears_it_so_it_sleeps},
    {"update: versions", versions},
    {"update: forward only, and only when it may", updates_go_forward_and_only_when_they_may},
    {"update: a new image must show that it works, or goes", a_new_image_must_show_that_it_works},
    {NULL, NULL},
};
