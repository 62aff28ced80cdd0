#pragma once

#include "test.h"

/// The suites of the board's components, beside those of the core in components/sealedbeat/test.
extern const test_t FRONT_TESTS[], RESAMPLER_TESTS[], QRS_TESTS[], OXIMETER_TESTS[], BEAT_TESTS[], DISPLAY_TESTS[], FLASH_TESTS[],
    POLICY_TESTS[], PROVISION_TESTS[], SCREEN_TESTS[], BOARD_TESTS[];

/// A synthetic heart: millivolts at `seconds`, at `bpm` beats a minute, the first R peak at 0.4 s.
double test_heart_mv(double seconds, double bpm);
