#include "sb_signal/sb_blocks.h"

#include <string.h>

void sb_blocks_init(sb_blocks_t *blocks, sb_ring_t *ring, uint8_t channel) {
  memset(blocks, 0, sizeof *blocks);
  blocks->ring = ring;
  blocks->block.channel = channel;
}

sb_err_t sb_blocks_flush(sb_blocks_t *blocks) {
  sb_block_t *block = &blocks->block;
  if (block->count == 0) return SB_OK;
  sb_block_t *place = sb_ring_claim(blocks->ring);
  if (place == NULL) {
    blocks->lost += block->count;
    blocks->lost_ever += block->count;
    block->count = 0;
    return SB_ERR_FULL;
  }
  block->lost_before = blocks->lost;
  blocks->lost = 0;
  *place = *block;
  sb_ring_commit(blocks->ring);
  block->count = 0;
  return SB_OK;
}

sb_err_t sb_blocks_sample(sb_blocks_t *blocks, int16_t sample, uint8_t lead_off, uint64_t us) {
  sb_block_t *block = &blocks->block;
  sb_err_t error = SB_OK;
  if (block->count > 0 && block->lead_off != lead_off) error = sb_blocks_flush(blocks);
  if (block->count == 0) {
    block->first_us = us;
    block->lead_off = lead_off;
  }
  block->samples[block->count++] = sample;
  if (block->count < SB_BLOCK_SAMPLES) return error;
  sb_err_t flushed = sb_blocks_flush(blocks);
  return flushed != SB_OK ? flushed : error;
}

sb_err_t sb_blocks_lost(sb_blocks_t *blocks, uint64_t count) {
  sb_err_t error = count > 0 ? sb_blocks_flush(blocks) : SB_OK;
  blocks->lost += count;
  blocks->lost_ever += count;
  return error;
}
