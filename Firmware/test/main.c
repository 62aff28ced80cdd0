#include "board_test.h"
#include "sealedbeat/sb_seal.h"

int main(void) {
  const test_t *suites[] = {FRONT_TESTS, RESAMPLER_TESTS, QRS_TESTS,       BEAT_TESTS,   OXIMETER_TESTS, DISPLAY_TESTS,
                            FLASH_TESTS, POLICY_TESTS,    PROVISION_TESTS, SCREEN_TESTS,   BOARD_TESTS};
  if (sb_crypto_start() != SB_OK) return 1;
  return test_run(suites, sizeof suites / sizeof suites[0]);
}
