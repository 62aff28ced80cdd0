#pragma once

#include "sb_signal/sb_ring.h"
#include "sealedbeat/sb_err.h"

/// What the acquiring core hands to the sealing core: contiguous samples of one channel under one set of flags, and how
/// many samples were lost before them. A ring that is full loses samples, and the next block says how many.
enum {
  /// 200 ms.
  SB_BLOCK_SAMPLES = 25,
};

typedef struct {
  /// When the first sample was taken (crystal time).
  uint64_t first_us;
  /// Samples of this channel that were lost just before the first one.
  uint64_t lost_before;
  uint16_t count;
  /// Number of the channel in the device's configuration.
  uint8_t channel;
  uint8_t lead_off;
  int16_t samples[SB_BLOCK_SAMPLES];
} sb_block_t;

typedef struct {
  sb_ring_t *ring;
  sb_block_t block;
  uint64_t lost;
  /// All samples ever lost, for reports.
  uint64_t lost_ever;
} sb_blocks_t;

void sb_blocks_init(sb_blocks_t *blocks, sb_ring_t *ring, uint8_t channel);

/// Takes one sample, taken at `us`. `SB_ERR_FULL` where a block found no place: it is counted as lost.
sb_err_t sb_blocks_sample(sb_blocks_t *blocks, int16_t sample, uint8_t lead_off, uint64_t us);

/// Declares samples that were never taken.
sb_err_t sb_blocks_lost(sb_blocks_t *blocks, uint64_t count);

/// Hands over what is begun.
sb_err_t sb_blocks_flush(sb_blocks_t *blocks);
