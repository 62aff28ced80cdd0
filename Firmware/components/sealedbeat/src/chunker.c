#include "sealedbeat/sb_chunker.h"

#include <string.h>

void sb_chunker_init(sb_chunker_t *chunker, sb_kind_t kind) {
  memset(chunker, 0, sizeof *chunker);
  chunker->kind = kind;
}

size_t sb_chunker_push(sb_chunker_t *chunker, const int16_t *samples, size_t count, uint8_t lead_off,
                       bool *is_complete) {
  *is_complete = false;
  if (count == 0) return 0;
  if (chunker->count > 0 && chunker->lead_off != lead_off) {
    *is_complete = true;
    return 0;
  }
  chunker->lead_off = lead_off;
  size_t room = (size_t)(SB_CHUNK_SAMPLES - chunker->count);
  size_t taken = count < room ? count : room;
  memcpy(chunker->samples + chunker->count, samples, taken * sizeof *samples);
  chunker->count = (uint16_t)(chunker->count + taken);
  *is_complete = chunker->count == SB_CHUNK_SAMPLES;
  return taken;
}

void sb_chunker_next(sb_chunker_t *chunker) {
  chunker->first_sample += chunker->count;
  chunker->count = 0;
}

bool sb_chunker_skip(sb_chunker_t *chunker, uint64_t count) {
  if (chunker->count != 0) return false;
  chunker->first_sample += count;
  return true;
}
