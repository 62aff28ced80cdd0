#include "sb_beats/sb_cutter.h"

#include <string.h>

// The R peak under a QRS complex, as `RPeakLocator` in Sources/Cardio finds it and with its numbers: the extremum that
// departs most from the moving mean around it, with a preference for where and on which side R peaks mostly lie.
enum {
  REACH = 13,
  WIDTH = 10,
  /// A later extremum must be larger by this: 1/0.93.
  NEARLY_LARGEST = 30474,
  ONE = 1 << 15,
};

/// exp(−((i − 11) / 12)² / 2) for i = 0 … 26, in 2^-15.
static const uint16_t WEIGHTS[2 * REACH + 1] = {
    21527, 23155, 24735, 26239, 27641, 28918, 30044, 30997, 31760, 32316, 32654, 32768, 32654, 32316,
    31760, 30997, 30044, 28918, 27641, 26239, 24735, 23155, 21527, 19875, 18222, 16592, 15002};

void sb_cutter_init(sb_cutter_t *cutter) {
  memset(cutter, 0, sizeof *cutter);
  sb_band_restart(&cutter->band);
}

static int32_t *sample(sb_cutter_t *cutter, uint64_t index) { return &cutter->ring[index % SB_CUTTER_RING]; }

void sb_cutter_push(sb_cutter_t *cutter, int16_t value) {
  *sample(cutter, cutter->index) = sb_band_push(&cutter->band, value);
  cutter->index++;
}

void sb_cutter_gap(sb_cutter_t *cutter, uint64_t samples) {
  cutter->index += samples;
  cutter->start = cutter->index;
  cutter->uncut += cutter->waiting_count;
  cutter->waiting_count = 0;
  sb_band_restart(&cutter->band);
}

/// The oldest sample that can be read.
static uint64_t oldest(const sb_cutter_t *cutter) {
  uint64_t kept = cutter->index < SB_CUTTER_RING ? 0 : cutter->index - SB_CUTTER_RING;
  return kept > cutter->start ? kept : cutter->start;
}

typedef struct {
  uint64_t at;
  uint64_t score;
  bool is_extremum;
  bool is_up;
} peak_t;

static void consider(sb_cutter_t *cutter, uint64_t at, uint64_t centre, peak_t *best) {
  uint64_t first = at - oldest(cutter) < WIDTH ? oldest(cutter) : at - WIDTH;
  uint64_t past = at + WIDTH + 1 < cutter->index ? at + WIDTH + 1 : cutter->index;
  int64_t sum = 0;
  for (uint64_t i = first; i < past; i++) sum += *sample(cutter, i);
  int64_t value = *sample(cutter, at);
  int64_t departure = value - sum / (int64_t)(past - first);
  bool is_up = departure >= 0;
  int32_t towards = is_up ? cutter->side : -cutter->side;
  // A fifth more where all peaks lay on this side.
  uint64_t preference = (uint64_t)ONE + (uint64_t)(towards > 0 ? towards : 0) / 5;
  uint64_t offset = at + REACH > centre ? at + REACH - centre : 0;
  uint64_t weight = WEIGHTS[offset > 2 * REACH ? 2 * REACH : offset];
  uint64_t score = ((uint64_t)(is_up ? departure : -departure) * weight >> 8) * preference >> 8;
  int64_t before = *sample(cutter, at - 1), after = *sample(cutter, at + 1);
  bool turns = (value > before && value >= after) || (value < before && value <= after);
  bool is_better = turns == best->is_extremum ? (turns ? score / ONE * NEARLY_LARGEST : score) > best->score : turns;
  if (is_better) *best = (peak_t){at, score, turns, is_up};
}

void sb_cutter_beat(sb_cutter_t *cutter, uint64_t at) {
  uint64_t low = oldest(cutter) + 1, high = at + REACH;
  if (at > low + REACH) low = at - REACH;
  if (high + 2 > cutter->index) high = cutter->index < 2 ? 0 : cutter->index - 2;
  if (low > high || cutter->waiting_count == SB_CUTTER_WAITING) {
    cutter->uncut++;
    return;
  }
  peak_t best = {.at = low};
  for (uint64_t i = low; i <= high; i++) consider(cutter, i, at, &best);
  if (best.score > 0) cutter->side += ((best.is_up ? ONE : -ONE) - cutter->side) / 5;
  cutter->waiting[cutter->waiting_count++] = best.at;
}

bool sb_cutter_next(sb_cutter_t *cutter, int32_t window[SB_NETWORK_WINDOW], uint64_t *peak) {
  while (cutter->waiting_count > 0) {
    uint64_t at = cutter->waiting[0];
    if (at + SB_NETWORK_WINDOW - SB_NETWORK_R_INDEX > cutter->index) return false;
    cutter->waiting_count--;
    memmove(cutter->waiting, cutter->waiting + 1, cutter->waiting_count * sizeof cutter->waiting[0]);
    uint64_t first = at < SB_NETWORK_R_INDEX ? 0 : at - SB_NETWORK_R_INDEX;
    bool is_gone = first < oldest(cutter) && oldest(cutter) > cutter->start;
    if (is_gone) {
      cutter->uncut++;
      continue;
    }
    for (int i = 0; i < SB_NETWORK_WINDOW; i++) {
      // Before the beginning of the signal its first sample stands for what was not measured.
      uint64_t index = at + (uint64_t)i < cutter->start + SB_NETWORK_R_INDEX ? cutter->start
                                                                             : at + (uint64_t)i - SB_NETWORK_R_INDEX;
      window[i] = *sample(cutter, index);
    }
    *peak = at;
    return true;
  }
  return false;
}
