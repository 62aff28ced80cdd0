#pragma once

#include "sb_signal/sb_blocks.h"
#include "sb_signal/sb_rate.h"

/// The ECG front end: from the converter's frames to 125 samples a second at the electrode.
///
///     conversions, 20 kHz nominal ── sums of 4 (in the interrupt) ── exact 1 ms means on the crystal's clock
///       ── calibration: pin volts, AD8232 gain ── 96-tap FIR ── every 8th ── blocks
///
/// A sample leaves only if every conversion that it depends on was made; any other is counted as lost, exactly once.
enum {
  /// Conversions added up in the interrupt: fewer octets to hold while flash is being erased.
  SB_ADC_SUM = 4,
  /// Sums in a frame: 200 conversions, 10 ms at the nominal rate.
  SB_ADC_FRAME_SUMS = 50,
  /// The conversion rate that the driver is asked for; 20 kHz is the least that the ESP32 can do.
  SB_ADC_RATE_HZ = 20000,
  SB_ADC_BITS = 12,
  SB_FRONT_TAPS = 96,
  /// 1 kHz to 125 Hz.
  SB_FRONT_DECIMATION = 8,
  /// The filter's delay, and half of the 1 ms over which a mean is taken.
  SB_FRONT_DELAY_US = (SB_FRONT_TAPS - 1) * 500 + 500,
  SB_CALIBRATION_KNOTS = 9,
  /// A frame that comes this much too late says that the converter stood still; the time is a gap.
  SB_FRONT_STALL_US = 100000,
};

/// What the interrupt puts into the ring.
typedef struct {
  /// When the last conversion ended (crystal time).
  uint64_t end_us;
  /// Frames that found no place before this one.
  uint32_t frames_lost_before;
  uint8_t lead_off;
  uint16_t sums[SB_ADC_FRAME_SUMS];
} sb_adc_frame_t;

/// Volts at the pin, in nanovolts, where the converter reads 0, 512, 1024 … 4096.
typedef struct {
  int64_t knots_nv[SB_CALIBRATION_KNOTS];
} sb_calibration_t;

typedef struct {
  sb_calibration_t calibration;
  /// AD8232 and its filter stage, in thousandths: 1100000 on the common breakout board.
  uint32_t gain_milli;
  /// Middle of the AD8232's output (REFOUT), in microvolts.
  uint32_t reference_uv;
  uint32_t nanovolts_per_lsb;
} sb_front_config_t;

typedef struct {
  sb_front_config_t config;
  sb_rate_t rate;
  sb_blocks_t blocks;
  int64_t reference_nv;
  /// Electrode units (sixteenths of an LSB) per nanovolt at the pin, in 2^-32.
  int64_t scale;
  /// The 1 ms mean being made: sum of value × share of the millisecond (2^-16).
  uint64_t sum;
  uint32_t share;
  bool is_broken;
  /// Unbroken means in a row, up to the filter's length.
  uint32_t whole;
  uint32_t until_output;
  bool has_begun;
  uint32_t at;
  int32_t history[SB_FRONT_TAPS];
  /// Outputs that int16 could not hold, and inputs at the end of the converter's range.
  uint64_t clipped;
} sb_front_t;

/// `SB_ERR_RANGE` where the AD8232's whole output would not fit 16 bits at this gain and resolution.
sb_err_t sb_front_init(sb_front_t *front, const sb_front_config_t *config, sb_ring_t *ring, uint8_t channel);

/// Takes one frame. `SB_ERR_FULL` where a block found no place in the ring (its samples are counted as lost).
sb_err_t sb_front_push(sb_front_t *front, const sb_adc_frame_t *frame);

/// The finest of 100, 200, 500, 1000 and 2000 nV that holds the AD8232's whole output at this gain; 0 where none does.
uint32_t sb_front_resolution(uint32_t gain_milli);

/// Makes the knots from a board's calibration function, which gives whole millivolts for a reading: each knot is the
/// mean over its neighbourhood, which takes the rounding to a millivolt out.
typedef sb_err_t (*sb_millivolts_t)(void *context, int raw, int *millivolts);
sb_err_t sb_calibration_make(sb_calibration_t *calibration, sb_millivolts_t millivolts, void *context);
