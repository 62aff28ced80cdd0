#include "virtual_max30102.h"

#include <math.h>

enum {
  STATUS = 0x00,
  ENABLE = 0x02,
  WRITE = 0x04,
  OVERFLOW = 0x05,
  READ = 0x06,
  DATA = 0x07,
  FIFO = 0x08,
  MODE = 0x09,
  SPO2 = 0x0a,
  RED = 0x0c,
  INFRARED = 0x0d,
  PILOT = 0x10,
  THRESHOLD = 0x30,
  PART = 0xff
};

void virtual_max30102_init(virtual_max30102_t *sensor) {
  *sensor = (virtual_max30102_t){.part_id = SB_MAX30102_PART_ID, .bpm = 72};
  sensor->registers[MODE] = 0x80;
}

static double period_us(const virtual_max30102_t *sensor) {
  static const double rates[] = {50, 100, 200, 400, 800, 1000, 1600, 3200};
  unsigned average = 1u << (sensor->registers[FIFO] >> 5);
  return 1e6 * average / rates[sensor->registers[SPO2] >> 2 & 7] / (1 + sensor->ppm / 1e6);
}

/// Waits for a finger with the pilot's current; then the interrupt comes and normal operation begins.
static bool is_waiting_for_finger(virtual_max30102_t *sensor, double us) {
  if (!sensor->has_proximity || (sensor->registers[ENABLE] & 0x10) == 0 || sensor->has_detected) return false;
  double level = 262143 * (0.0005 + sensor->finger * sensor->registers[PILOT] * 0.2);
  sensor->has_detected = level >= sensor->registers[THRESHOLD] * 1024.0;
  if (!sensor->has_detected) return true;
  sensor->registers[STATUS] |= 0x10;
  sensor->interrupt_us = (uint64_t)us;
  return false;
}

static void put_sample(virtual_max30102_t *sensor, double us) {
  if (is_waiting_for_finger(sensor, us)) return;
  if (sensor->waiting == SB_MAX30102_FIFO) {
    if (sensor->registers[OVERFLOW] < 31) sensor->registers[OVERFLOW]++;
    return;
  }
  double beat = us / 1e6 * sensor->bpm / 60;
  double pulse = 0.01 * sin(2 * 3.14159265358979 * beat);
  for (int i = 0; i < 2; i++) {
    double milliamperes = sensor->registers[i == 0 ? RED : INFRARED] * 0.2;
    double absorbed = 1 + pulse * (i == 0 ? 0.5 : 1);
    double level = 262143 * (0.0005 + sensor->finger * milliamperes * absorbed);
    uint32_t value = (uint32_t)(level > 262143 ? 262143 : level);
    uint8_t *place = sensor->fifo[sensor->registers[WRITE]] + 3 * i;
    place[0] = (uint8_t)(value >> 16);
    place[1] = (uint8_t)(value >> 8);
    place[2] = (uint8_t)value;
  }
  sensor->registers[WRITE] = (uint8_t)((sensor->registers[WRITE] + 1) % SB_MAX30102_FIFO);
  sensor->waiting++;
  uint32_t almost_full = SB_MAX30102_FIFO - (sensor->registers[FIFO] & 15u);
  if (sensor->waiting == almost_full) {
    sensor->registers[STATUS] |= 0x80;
    if ((sensor->registers[ENABLE] & 0x80) != 0) sensor->interrupt_us = (uint64_t)us;
  }
}

void virtual_max30102_run(virtual_max30102_t *sensor, uint64_t now_us) {
  bool is_running = (sensor->registers[MODE] & 0x80) == 0;
  if (!is_running || sensor->next_us == 0) sensor->next_us = (double)now_us + period_us(sensor);
  while (is_running && sensor->next_us <= (double)now_us) {
    put_sample(sensor, sensor->next_us);
    sensor->next_us += period_us(sensor);
  }
}

static sb_err_t write(void *context, uint8_t address, const uint8_t *bytes, size_t length) {
  virtual_max30102_t *sensor = context;
  if (sensor->is_absent || address != SB_MAX30102_ADDRESS) return SB_ERR_NOT_FOUND;
  CHECK(length == 2);
  uint8_t reg = bytes[0], value = bytes[1];
  if (reg == MODE && (value & 0x40) != 0) {
    memset(sensor->registers, 0, sizeof sensor->registers);
    sensor->waiting = 0;
    sensor->interrupt_us = 0;
    return SB_OK;
  }
  bool is_of_proximity = reg == PILOT || reg == THRESHOLD;
  if (is_of_proximity && !sensor->has_proximity) return SB_OK;
  if (reg == MODE) sensor->has_detected = false;
  // Table 11: at 1,000 samples a second a pulse lasts 118 µs at most.
  if (reg == SPO2 && (value >> 2 & 7) == 5) CHECK((value & 3) <= 1);
  if (reg == WRITE || reg == READ) sensor->waiting = 0;
  sensor->registers[reg] = value;
  return SB_OK;
}

static void read_fifo(virtual_max30102_t *sensor, uint8_t *out, size_t length) {
  CHECK(length % 6 == 0 && length / 6 <= sensor->waiting);
  for (; length >= 6; length -= 6, out += 6) {
    memcpy(out, sensor->fifo[sensor->registers[READ]], 6);
    sensor->registers[READ] = (uint8_t)((sensor->registers[READ] + 1) % SB_MAX30102_FIFO);
    sensor->waiting--;
    sensor->registers[OVERFLOW] = 0;
  }
}

static sb_err_t read(void *context, uint8_t address, uint8_t reg, uint8_t *out, size_t length) {
  virtual_max30102_t *sensor = context;
  if (sensor->is_absent || address != SB_MAX30102_ADDRESS) return SB_ERR_NOT_FOUND;
  sensor->reads++;
  if (reg == DATA) {
    read_fifo(sensor, out, length);
    return SB_OK;
  }
  for (size_t i = 0; i < length; i++) out[i] = reg + i == PART ? sensor->part_id : sensor->registers[reg + i];
  if (reg == STATUS) {
    sensor->registers[STATUS] = 0;
    sensor->interrupt_us = 0;
  }
  return SB_OK;
}

sb_i2c_t virtual_max30102_bus(virtual_max30102_t *sensor) { return (sb_i2c_t){sensor, write, read}; }
