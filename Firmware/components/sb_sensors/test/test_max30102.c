#include <math.h>
#include <stdlib.h>

#include "virtual_max30102.h"

enum { PLACES = 256 };
static sb_block_t places[PLACES];
static sb_ring_t ring;
static sb_resampler_t resampler;
static virtual_max30102_t virtual;
static sb_max30102_t sensor;
static uint64_t now_us;
static uint64_t taken[3], lost[3], last_us[3], first_us[3];

static sb_err_t start(void) {
  const uint8_t channels[SB_RESAMPLER_CHANNELS] = {1, 2};
  sb_ring_init(&ring, places, sizeof places[0], PLACES);
  sb_resampler_init(&resampler, &ring, channels);
  memset(taken, 0, sizeof taken);
  memset(lost, 0, sizeof lost);
  now_us = 1000000;
  sb_i2c_t bus = virtual_max30102_bus(&virtual);
  return sb_max30102_init(&sensor, &bus, &resampler);
}

/// Runs for `seconds`; a task empties the FIFO `delay_us` after each interrupt.
static void run(double seconds, uint64_t delay_us) {
  uint64_t until = now_us + (uint64_t)(seconds * 1e6);
  uint64_t interrupt_us = 0;
  for (; now_us < until; now_us += 1000) {
    virtual_max30102_run(&virtual, now_us);
    if (interrupt_us == 0) interrupt_us = virtual.interrupt_us;
    if (interrupt_us == 0 || now_us < interrupt_us + delay_us) continue;
    CHECK_OK(sb_max30102_poll(&sensor, interrupt_us));
    interrupt_us = 0;
    for (const sb_block_t *block; (block = sb_ring_oldest(&ring)) != NULL; sb_ring_release(&ring)) {
      if (taken[block->channel] == 0) first_us[block->channel] = block->first_us;
      taken[block->channel] += block->count;
      lost[block->channel] += block->lost_before;
      last_us[block->channel] = block->first_us + 8000 * (uint64_t)(block->count - 1);
    }
  }
}

static void only_the_right_part_is_driven(void) {
  virtual_max30102_init(&virtual);
  virtual.part_id = 0x11;
  CHECK_ERR(start(), SB_ERR_NOT_FOUND);
  virtual.is_absent = true;
  CHECK_ERR(start(), SB_ERR_NOT_FOUND);
}

static void without_a_finger_it_watches_in_the_dark(void) {
  virtual_max30102_init(&virtual);
  CHECK_OK(start());
  CHECK(virtual.registers[0x09] >> 7 == 1 && virtual.registers[0x0c] == 0);
  CHECK_OK(sb_max30102_set_state(&sensor, SB_MAX30102_WATCHING));
  run(20, 1000);
  CHECK(sensor.state == SB_MAX30102_WATCHING && !sensor.has_finger && taken[1] == 0);
  CHECK(virtual.registers[0x0c] == 0);  // no red light while nobody is there
  uint64_t reads = virtual.reads;
  run(10, 1000);
  CHECK(virtual.reads - reads <= 3 * 31);  // one interrupt in 17 samples of 50 Hz
}

static void a_finger_is_measured_and_missed(void) {
  virtual_max30102_init(&virtual);
  virtual.ppm = 4000;
  CHECK_OK(start());
  CHECK_OK(sb_max30102_set_state(&sensor, SB_MAX30102_WATCHING));
  run(5, 1000);
  virtual.finger = 0.02;
  run(60, 3000);
  CHECK(sensor.state == SB_MAX30102_MEASURING && sensor.has_finger);
  CHECK(taken[1] > 55 * 125 && taken[1] == taken[2] && lost[1] == lost[2]);
  CHECK((taken[1] + lost[1] - 1) * 8000 == last_us[1] - first_us[1]);
  virtual.finger = 0;
  run(20, 3000);
  CHECK(sensor.state == SB_MAX30102_WATCHING && !sensor.has_finger);
  uint64_t before = taken[1];
  run(30, 3000);
  CHECK(taken[1] == before);
  virtual.finger = 0.02;
  run(30, 3000);
  CHECK(taken[1] > before + 20 * 125 && (taken[1] + lost[1] - 1) * 8000 == last_us[1] - first_us[1]);
}

static void the_light_suits_the_finger(void) {
  const double fingers[] = {0.01, 0.03, 0.15};
  for (size_t i = 0; i < sizeof fingers / sizeof fingers[0]; i++) {
    virtual_max30102_init(&virtual);
    virtual.finger = fingers[i];
    CHECK_OK(start());
    CHECK_OK(sb_max30102_set_state(&sensor, SB_MAX30102_WATCHING));
    run(60, 2000);
    double level = sensor.latest[1] / 32768.0;
    CHECK(sensor.state == SB_MAX30102_MEASURING);
    CHECK(level > 0.2 && level < 0.8);
    CHECK(sensor.current[0] >= 5 && sensor.current[0] <= 200);
    uint64_t lost_before = lost[1];
    run(30, 2000);
    CHECK(lost[1] == lost_before);  // it settles: no change of current, no gap
  }
}

static void a_task_that_comes_too_late_declares_the_gap(void) {
  virtual_max30102_init(&virtual);
  virtual.finger = 0.02;
  CHECK_OK(start());
  CHECK_OK(sb_max30102_set_state(&sensor, SB_MAX30102_WATCHING));
  run(30, 1000);
  uint64_t before = lost[1];
  run(20, 400000);  // 50 samples go by, the FIFO holds 32
  CHECK(sensor.overflows > 10 && lost[1] > before + 300);
  run(20, 1000);
  CHECK(taken[1] == taken[2] && (taken[1] + lost[1] - 1) * 8000 == last_us[1] - first_us[1]);
}

static void a_finger_pulls_the_line_of_a_sleeping_board(void) {
  virtual_max30102_init(&virtual);
  virtual.has_proximity = true;
  CHECK_OK(start());
  CHECK_OK(sb_max30102_set_state(&sensor, SB_MAX30102_WATCHING));
  virtual.finger = 0.02;
  run(5, 1000);
  CHECK_OK(sb_max30102_await_finger(&sensor));
  virtual.finger = 0;
  // Nobody polls it: the board sleeps.
  for (uint64_t until = now_us + 600000000; now_us < until; now_us += 100000) virtual_max30102_run(&virtual, now_us);
  CHECK(virtual.interrupt_us == 0 && virtual.registers[0x0c] == 0);
  virtual.finger = 0.02;
  for (uint64_t until = now_us + 200000; now_us < until; now_us += 1000) virtual_max30102_run(&virtual, now_us);
  CHECK(virtual.interrupt_us > 0);
  // A start resets it and lets the line go.
  CHECK_OK(start());
  virtual.next_us = 0;
  CHECK(virtual.interrupt_us == 0);
  CHECK_OK(sb_max30102_set_state(&sensor, SB_MAX30102_WATCHING));
  run(5, 1000);
  CHECK(sensor.state == SB_MAX30102_MEASURING && sensor.has_finger);
}

static void a_part_without_proximity_says_so(void) {
  virtual_max30102_init(&virtual);
  CHECK_OK(start());
  CHECK_ERR(sb_max30102_await_finger(&sensor), SB_ERR_NOT_FOUND);
  CHECK(sensor.state == SB_MAX30102_ASLEEP && virtual.registers[0x09] >> 7 == 1 && virtual.registers[0x02] == 0);
  virtual.finger = 0.02;
  run(5, 1000);
  CHECK(virtual.interrupt_us == 0);
}

const test_t OXIMETER_TESTS[] = {
    {"max30102: only the right part is driven", only_the_right_part_is_driven},
    {"max30102: without a finger it watches, without red light", without_a_finger_it_watches_in_the_dark},
    {"max30102: a finger is measured, missed, and measured again", a_finger_is_measured_and_missed},
    {"max30102: the light suits the finger, then stays", the_light_suits_the_finger},
    {"max30102: a task that comes too late declares the gap", a_task_that_comes_too_late_declares_the_gap},
    {"max30102: a finger pulls the line of a sleeping board", a_finger_pulls_the_line_of_a_sleeping_board},
    {"max30102: a part without proximity says so", a_part_without_proximity_says_so},
    {NULL, NULL},
};
