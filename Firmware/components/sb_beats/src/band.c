#include "sb_beats/sb_band.h"

#include <string.h>

enum {
  /// Fractional bits of states: at 0.5 Hz a rounding lives for 40 samples and its sum must stay far under one unit.
  FRACTION = 12,
  COEFFICIENT_BITS = 30,
};

typedef struct {
  int32_t b0, b1, b2, a1, a2;
} section_t;

/// By the bilinear transform with prewarped corners, in 2^-30: `tools/design_band.py` prints them.
static const section_t SECTIONS[SB_BAND_SECTIONS] = {
#include "band_sections.h"
};

void sb_band_restart(sb_band_t *band) { memset(band, 0, sizeof *band); }

static int32_t section(sb_band_t *band, int number, int32_t input) {
  const section_t *c = &SECTIONS[number];
  int32_t *x = band->x[number], *y = band->y[number];
  // States are below 2^30, coefficients below 2^31: the five products stay below 2^63.
  int64_t sum = (int64_t)c->b0 * input + (int64_t)c->b1 * x[0] + (int64_t)c->b2 * x[1] - (int64_t)c->a1 * y[0] -
                (int64_t)c->a2 * y[1];
  int64_t output = (sum + (1LL << (COEFFICIENT_BITS - 1))) >> COEFFICIENT_BITS;
  const int64_t most = (1 << 30) - 1;
  int32_t limited = (int32_t)(output > most ? most : output < -most ? -most : output);
  x[1] = x[0];
  x[0] = input;
  y[1] = y[0];
  y[0] = limited;
  return limited;
}

int32_t sb_band_push(sb_band_t *band, int16_t sample) {
  int32_t value = sample * (1 << FRACTION);
  if (!band->is_settled) {
    // As if it had been so for ever: the high-pass has let nothing through.
    band->x[0][0] = band->x[0][1] = value;
    band->is_settled = true;
  }
  for (int i = 0; i < SB_BAND_SECTIONS; i++) value = section(band, i, value);
  return value >> (FRACTION - SB_BAND_FRACTION);
}
