#pragma once

#include "board_test.h"
#include "sb_sensors/sb_i2c.h"
#include "sb_sensors/sb_max30102.h"

/// A MAX30102 as its data sheet describes it: registers, a FIFO of 32 with pointers and overflow counter, an interrupt
/// line, an oscillator of its own. Driven by the crystal's time.
typedef struct {
  uint8_t registers[256];
  uint8_t fifo[SB_MAX30102_FIFO][6];
  /// Samples in the FIFO; the pointers alone cannot tell full from empty.
  uint32_t waiting;
  /// Where the interrupt line fell, or 0 while it is high.
  uint64_t interrupt_us;
  double next_us;
  /// Its clock against the crystal.
  double ppm;
  /// Light that comes back, as a share of full scale per milliampere: 0 without a finger.
  double finger;
  double bpm;
  uint8_t part_id;
  bool is_absent;
  /// A part that detects proximity, as the data sheet of 2015 has it.
  bool has_proximity;
  bool has_detected;
  /// Reads of the bus that were answered.
  uint64_t reads;
} virtual_max30102_t;

void virtual_max30102_init(virtual_max30102_t *sensor);

/// Lets it run until the crystal says `now_us`.
void virtual_max30102_run(virtual_max30102_t *sensor, uint64_t now_us);

sb_i2c_t virtual_max30102_bus(virtual_max30102_t *sensor);
