#include <math.h>

#include "board_test.h"
#include "sb_signal/sb_resampler.h"

enum { PLACES = 64 };
static sb_block_t places[PLACES];
static sb_ring_t ring;
static sb_resampler_t resampler;

static double pulse(double seconds) { return 10000 + 200 * sin(seconds * 2 * 3.14159265358979 * 1.5); }

typedef struct {
  uint64_t count[SB_RESAMPLER_CHANNELS];
  uint64_t lost[SB_RESAMPLER_CHANNELS];
  uint64_t first_us, last_us;
  double worst;
} tally_t;

static void tally(tally_t *to) {
  for (const sb_block_t *block; (block = sb_ring_oldest(&ring)) != NULL; sb_ring_release(&ring)) {
    int channel = block->channel - 1;
    if (to->count[channel] == 0) to->first_us = block->first_us;
    to->count[channel] += block->count;
    to->lost[channel] += block->lost_before;
    to->last_us = block->first_us + 8000 * (uint64_t)(block->count - 1);
    for (int i = 0; i < block->count && block->first_us > 60000000; i++) {
      double error = fabs(block->samples[i] - pulse((double)block->first_us / 1e6 + 0.008 * i));
      if (error > to->worst) to->worst = error;
    }
  }
}

static void start(void) {
  const uint8_t channels[SB_RESAMPLER_CHANNELS] = {1, 2};
  sb_ring_init(&ring, places, sizeof places[0], PLACES);
  sb_resampler_init(&resampler, &ring, channels);
}

/// A sensor whose clock is off by `ppm`, read every 17 samples with a time stamp that is up to 1 ms late.
static void run(double ppm, uint64_t from, uint64_t samples, tally_t *to) {
  uint64_t random = 3;
  double period = 0.008 / (1 + ppm / 1e6);
  for (uint64_t i = from; i < from + samples; i++) {
    int32_t value = (int32_t)lround(pulse((double)(i + 1) * period));
    const int32_t values[SB_RESAMPLER_CHANNELS] = {value, value};
    CHECK_OK(sb_resampler_push(&resampler, values));
    if ((i + 1) % 17 != 0) continue;
    sb_resampler_observe(&resampler, 17, (uint64_t)((double)(i + 1) * period * 1e6) + test_random(&random) % 1000);
    tally(to);
  }
}

static void it_follows_the_crystal(void) {
  const double clocks[] = {-30000, -900, 0, 900, 30000};
  for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
    tally_t all = {.worst = 0};
    start();
    run(clocks[i], 0, 17 * 1764, &all);  // four minutes
    CHECK(all.count[0] == all.count[1] && all.lost[0] == 0);
    CHECK((all.count[0] - 1) * 8000 == all.last_us - all.first_us);
    double seconds = 17 * 1764 * 0.008 / (1 + clocks[i] / 1e6);
    CHECK(fabs((double)sb_rate_present(&resampler.rate) / 1e6 - seconds) < 0.003);
    CHECK(all.worst < 12);  // 6 % of the pulse: the time stamps of this test are half a millisecond late
  }
}

static void a_gap_is_declared_in_both(void) {
  tally_t all = {.worst = 0};
  start();
  run(200, 0, 17 * 100, &all);
  uint64_t before = all.count[0], before_us = all.last_us;
  double period = 0.008 / 1.0002;
  uint64_t resume = 17 * 200;
  CHECK_OK(sb_resampler_gap(&resampler, (uint64_t)((double)resume * period * 1e6)));
  run(200, resume, 17 * 100, &all);
  CHECK(all.lost[0] == all.lost[1] && all.lost[0] > 1690 && all.lost[0] < 1730);
  CHECK((all.count[0] - before + all.lost[0]) * 8000 == all.last_us - before_us);
}

const test_t RESAMPLER_TESTS[] = {
    {"resampler: 125 Hz of the crystal from a clock that is up to 3 % off", it_follows_the_crystal},
    {"resampler: a gap is declared in both channels", a_gap_is_declared_in_both},
    {NULL, NULL},
};
