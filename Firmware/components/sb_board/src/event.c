#include <string.h>

#include "sb_board/sb_hal.h"

bool sb_event_put(sb_ring_t *ring, sb_event_kind_t kind, const uint8_t *bytes, size_t length) {
  sb_event_t *event = sb_ring_claim(ring);
  if (event == NULL) return false;
  event->kind = (uint8_t)kind;
  event->length = (uint16_t)(length > UINT16_MAX ? UINT16_MAX : length);
  if (length > 0 && length <= sizeof event->bytes) memcpy(event->bytes, bytes, length);
  sb_ring_commit(ring);
  return true;
}
