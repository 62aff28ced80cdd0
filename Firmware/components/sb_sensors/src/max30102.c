#include "sb_sensors/sb_max30102.h"

#include <string.h>

#include "try.h"

// Data sheet, "Register Maps and Descriptions".
enum {
  REG_STATUS_1 = 0x00,
  REG_ENABLE_1 = 0x02,
  REG_FIFO_WRITE = 0x04,
  REG_FIFO_OVERFLOW = 0x05,
  REG_FIFO_READ = 0x06,
  REG_FIFO_DATA = 0x07,
  REG_FIFO_CONFIG = 0x08,
  REG_MODE = 0x09,
  REG_SPO2_CONFIG = 0x0a,
  REG_LED_RED = 0x0c,
  REG_LED_INFRARED = 0x0d,
  // Data sheet rev. 0, 9/15.
  REG_LED_PILOT = 0x10,
  REG_PROXIMITY_THRESHOLD = 0x30,
  REG_PART_ID = 0xff,

  ENABLE_ALMOST_FULL = 0x80,
  ENABLE_PROXIMITY = 0x10,
  MODE_SHUTDOWN = 0x80,
  MODE_RESET = 0x40,
  MODE_SPO2 = 0x03,
  /// Averaging of eight and of none; no roll-over; interrupt at 17.
  FIFO_AVERAGE_8 = 0x60 | 0x0f,
  FIFO_AVERAGE_NONE = 0x00 | 0x0f,
  /// Range 16,384 nA; 1,000 samples a second; 118 µs (table 11 allows it).
  SPO2_MEASURE = 0x60 | 5 << 2 | 0x01,
  /// The same range; 50 samples a second; 69 µs.
  SPO2_WATCH = 0x60 | 0 << 2 | 0x00,

  BYTES_PER_SAMPLE = 6,
  VALUE_MASK = 0x3ffff,
  /// 18 bits to 15, so that a sample fits int16.
  VALUE_SHIFT = 3,
};

// Light levels, of 2^18. Thresholds hold at WATCH_CURRENT and go with the current.
enum {
  WATCH_CURRENT = 31,  // 6.2 mA
  FINGER_ON = 12000,
  FINGER_OFF = 8000,
  /// The threshold of proximity counts the upper eight of 18 bits.
  PROXIMITY_SHIFT = 10,
  LEVEL_LOW = 1 << 16,  // a quarter
  LEVEL_HIGH = 3 << 16,
  CURRENT_MIN = 5,    // 1 mA
  CURRENT_MAX = 200,  // 40 mA: within the data sheet's 50 mA
  SECOND = 125,
  WITHOUT_FINGER_S = 5,
  /// Samples that an averaging of eight can have mixed.
  MIXED = 2,
};

static sb_err_t put(const sb_max30102_t *sensor, uint8_t reg, uint8_t value) {
  const uint8_t bytes[2] = {reg, value};
  return sensor->i2c.write(sensor->i2c.context, SB_MAX30102_ADDRESS, bytes, sizeof bytes);
}

static sb_err_t get(const sb_max30102_t *sensor, uint8_t reg, uint8_t *out, size_t length) {
  return sensor->i2c.read(sensor->i2c.context, SB_MAX30102_ADDRESS, reg, out, length);
}

sb_err_t sb_max30102_init(sb_max30102_t *sensor, const sb_i2c_t *i2c, sb_resampler_t *resampler) {
  memset(sensor, 0, sizeof *sensor);
  sensor->i2c = *i2c;
  sensor->resampler = resampler;
  uint8_t part;
  TRY(get(sensor, REG_PART_ID, &part, 1));
  if (part != SB_MAX30102_PART_ID) return SB_ERR_NOT_FOUND;
  TRY(put(sensor, REG_MODE, MODE_RESET));
  // "This bit is cleared automatically back to 0 after the reset sequence is completed."
  uint8_t mode = MODE_RESET;
  for (int i = 0; i < 100 && (mode & MODE_RESET) != 0; i++) TRY(get(sensor, REG_MODE, &mode, 1));
  if ((mode & MODE_RESET) != 0) return SB_ERR_NOT_FOUND;
  return sb_max30102_set_state(sensor, SB_MAX30102_ASLEEP);
}

static sb_err_t set_currents(sb_max30102_t *sensor, uint8_t red, uint8_t infrared) {
  sensor->current[0] = red;
  sensor->current[1] = infrared;
  TRY(put(sensor, REG_LED_RED, red));
  return put(sensor, REG_LED_INFRARED, infrared);
}

sb_err_t sb_max30102_set_state(sb_max30102_t *sensor, sb_max30102_state_t state) {
  sensor->state = state;
  sensor->summed = 0;
  sensor->sums[0] = sensor->sums[1] = 0;
  sensor->without_finger = 0;
  sensor->since_observed = 0;
  sensor->is_synchronised = false;
  if (state != SB_MAX30102_MEASURING) sensor->has_finger = false;
  TRY(put(sensor, REG_MODE, MODE_SHUTDOWN | MODE_SPO2));
  TRY(put(sensor, REG_ENABLE_1, state == SB_MAX30102_ASLEEP ? 0 : ENABLE_ALMOST_FULL));
  if (state == SB_MAX30102_ASLEEP) return set_currents(sensor, 0, 0);
  bool is_watching = state == SB_MAX30102_WATCHING;
  TRY(put(sensor, REG_FIFO_CONFIG, is_watching ? FIFO_AVERAGE_NONE : FIFO_AVERAGE_8));
  TRY(put(sensor, REG_SPO2_CONFIG, is_watching ? SPO2_WATCH : SPO2_MEASURE));
  TRY(set_currents(sensor, is_watching ? 0 : WATCH_CURRENT, WATCH_CURRENT));
  // "It is recommended to clear the FIFO pointers" after changing the mode.
  TRY(put(sensor, REG_FIFO_WRITE, 0));
  TRY(put(sensor, REG_FIFO_OVERFLOW, 0));
  TRY(put(sensor, REG_FIFO_READ, 0));
  sensor->discard = MIXED;
  return put(sensor, REG_MODE, MODE_SPO2);
}

sb_err_t sb_max30102_await_finger(sb_max30102_t *sensor) {
  TRY(sb_max30102_set_state(sensor, SB_MAX30102_ASLEEP));
  const uint8_t threshold = FINGER_ON >> PROXIMITY_SHIFT;
  uint8_t read_back = 0, status;
  TRY(put(sensor, REG_PROXIMITY_THRESHOLD, threshold));
  TRY(get(sensor, REG_PROXIMITY_THRESHOLD, &read_back, 1));
  if (read_back != threshold) return SB_ERR_NOT_FOUND;
  TRY(put(sensor, REG_LED_PILOT, WATCH_CURRENT));
  TRY(put(sensor, REG_FIFO_CONFIG, FIFO_AVERAGE_NONE));
  TRY(put(sensor, REG_SPO2_CONFIG, SPO2_WATCH));
  TRY(put(sensor, REG_ENABLE_1, ENABLE_PROXIMITY));
  // What happened before must not hold the line down.
  TRY(get(sensor, REG_STATUS_1, &status, 1));
  return put(sensor, REG_MODE, MODE_SPO2);
}

static uint8_t adjusted(uint8_t current, uint64_t level) {
  uint32_t wanted = current;
  if (level > LEVEL_HIGH) wanted = wanted * 3 / 4;
  if (level < LEVEL_LOW) wanted = wanted * 5 / 4 + 1;
  if (wanted < CURRENT_MIN) wanted = CURRENT_MIN;
  if (wanted > CURRENT_MAX) wanted = CURRENT_MAX;
  return (uint8_t)wanted;
}

/// Once a second: is there a finger, and is the light right?
static sb_err_t judge(sb_max30102_t *sensor) {
  uint64_t red = sensor->sums[0] / sensor->summed, infrared = sensor->sums[1] / sensor->summed;
  sensor->summed = 0;
  sensor->sums[0] = sensor->sums[1] = 0;
  uint64_t threshold = sensor->has_finger ? FINGER_OFF : FINGER_ON;
  sensor->has_finger = infrared * WATCH_CURRENT > threshold * sensor->current[1];
  if (sensor->state == SB_MAX30102_WATCHING) {
    return sensor->has_finger ? sb_max30102_set_state(sensor, SB_MAX30102_MEASURING) : SB_OK;
  }
  sensor->without_finger = sensor->has_finger ? 0 : sensor->without_finger + 1;
  if (sensor->without_finger >= WITHOUT_FINGER_S) return sb_max30102_set_state(sensor, SB_MAX30102_WATCHING);
  uint8_t next_red = adjusted(sensor->current[0], red), next_infrared = adjusted(sensor->current[1], infrared);
  if (!sensor->has_finger) return SB_OK;
  if (next_red == sensor->current[0] && next_infrared == sensor->current[1]) return SB_OK;
  sensor->discard = MIXED;
  return set_currents(sensor, next_red, next_infrared);
}

static sb_err_t take(sb_max30102_t *sensor, const uint8_t bytes[BYTES_PER_SAMPLE]) {
  int32_t values[2];
  for (int i = 0; i < 2; i++) {
    const uint8_t *value = bytes + 3 * i;
    int32_t raw = (value[0] << 16 | value[1] << 8 | value[2]) & VALUE_MASK;
    sensor->sums[i] += (uint64_t)raw;
    values[i] = raw >> VALUE_SHIFT;
  }
  sensor->summed++;
  sensor->latest[0] = values[0];
  sensor->latest[1] = values[1];
  if (!sensor->is_synchronised) return SB_OK;
  bool is_usable = sensor->discard == 0 && sensor->has_finger;
  if (sensor->discard > 0) sensor->discard--;
  return sb_resampler_push(sensor->resampler, is_usable ? values : NULL);
}

/// The sample just taken was taken at `us`.
static sb_err_t stamp(sb_max30102_t *sensor, uint64_t us) {
  uint32_t inputs = sensor->since_observed;
  sensor->since_observed = 0;
  if (sensor->is_synchronised) {
    sb_resampler_observe(sensor->resampler, inputs, us);
    return SB_OK;
  }
  sensor->is_synchronised = true;
  return sb_resampler_gap(sensor->resampler, us);
}

sb_err_t sb_max30102_poll(sb_max30102_t *sensor, uint64_t interrupt_us) {
  if (sensor->state == SB_MAX30102_ASLEEP) return SB_OK;
  uint8_t status, pointers[3];
  TRY(get(sensor, REG_STATUS_1, &status, 1));  // reading clears the interrupt
  TRY(get(sensor, REG_FIFO_WRITE, pointers, sizeof pointers));
  uint32_t waiting = (uint32_t)(pointers[0] - pointers[2]) & (SB_MAX30102_FIFO - 1);
  bool has_overflowed = pointers[1] != 0;
  if (waiting == 0 && (has_overflowed || (status & ENABLE_ALMOST_FULL) != 0)) waiting = SB_MAX30102_FIFO;
  uint8_t bytes[SB_MAX30102_FIFO * BYTES_PER_SAMPLE];
  if (waiting == 0) return SB_OK;
  TRY(get(sensor, REG_FIFO_DATA, bytes, waiting * BYTES_PER_SAMPLE));
  sb_err_t result = SB_OK;
  for (uint32_t i = 0; i < waiting; i++) {
    sb_err_t error = take(sensor, bytes + i * BYTES_PER_SAMPLE);
    if (error != SB_OK) result = error;
    sensor->since_observed++;
    bool is_stamped = i + 1 == SB_MAX30102_ALMOST_FULL && (status & ENABLE_ALMOST_FULL) != 0;
    if (!is_stamped || sensor->state != SB_MAX30102_MEASURING) continue;
    error = stamp(sensor, interrupt_us);
    if (error != SB_OK) result = error;
  }
  if (has_overflowed) {
    // The sensor counts what it dropped only to 31, so the clock says how much it was: at the next time stamp.
    sensor->overflows++;
    sensor->is_synchronised = false;
  }
  uint32_t second = sensor->state == SB_MAX30102_WATCHING ? 50 : SECOND;
  if (sensor->summed >= second) TRY(judge(sensor));
  return result;
}
