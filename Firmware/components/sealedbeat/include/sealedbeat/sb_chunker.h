#pragma once

#include "sealedbeat/sb_types.h"

/// Cuts one kind's samples into chunks: 187 samples, or fewer where a lead-off flag changes or samples were lost,
/// so that every chunk is contiguous and has one set of flags. Pure: no clock, no memory but its own.
typedef struct {
  sb_kind_t kind;
  uint8_t lead_off;
  uint16_t count;
  /// Index of `samples[0]`; lost samples are counted.
  uint64_t first_sample;
  int16_t samples[SB_CHUNK_SAMPLES];
} sb_chunker_t;

void sb_chunker_init(sb_chunker_t *chunker, sb_kind_t kind);

/// Takes as many of `samples` as fit before a chunk is complete and returns how many. `*is_complete` says that the
/// chunk in `samples[0..<count]` must be taken, with `sb_chunker_next`, before the rest is pushed.
size_t sb_chunker_push(sb_chunker_t *chunker, const int16_t *samples, size_t count, uint8_t lead_off,
                       bool *is_complete);

/// Goes on behind the current chunk, which the caller has sealed or given up.
void sb_chunker_next(sb_chunker_t *chunker);

/// Declares `count` samples that were never taken. The caller has first taken what was begun: true unless it has not.
bool sb_chunker_skip(sb_chunker_t *chunker, uint64_t count);
