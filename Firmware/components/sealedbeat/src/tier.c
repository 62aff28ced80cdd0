#include "sealedbeat/sb_tier.h"

#include <string.h>

#include "try.h"

void sb_tier_init(sb_tier_t *tier, sb_tier_slot_t *slots, uint32_t capacity) {
  *tier = (sb_tier_t){.slots = slots, .capacity = capacity};
  for (uint32_t i = 0; i < capacity; i++) slots[i].is_used = false;
}

sb_err_t sb_tier_append(sb_tier_t *tier, const sb_session_id_t *session, uint64_t sequence, const uint8_t *message,
                        size_t length, uint64_t now_us, uint32_t *record) {
  if (tier->span == tier->capacity) return SB_ERR_FULL;
  if (length > SB_TIER_MESSAGE_MAX) return SB_ERR_OVERSIZE;
  uint32_t index = (tier->first + tier->span) % tier->capacity;
  sb_tier_slot_t *slot = &tier->slots[index];
  slot->session = *session;
  slot->sequence = sequence;
  slot->since_us = now_us;
  slot->length = (uint16_t)length;
  slot->is_used = true;
  memcpy(slot->message, message, length);
  tier->span++;
  *record = SB_TIER_RECORD | index;
  return SB_OK;
}

bool sb_tier_has(const sb_tier_t *tier, uint32_t record) {
  uint32_t index = record & ~(uint32_t)SB_TIER_RECORD;
  return (record & SB_TIER_RECORD) != 0 && index < tier->capacity && tier->slots[index].is_used;
}

const sb_tier_slot_t *sb_tier_oldest(const sb_tier_t *tier) {
  return tier->span == 0 ? NULL : &tier->slots[tier->first];
}

sb_err_t sb_tier_read(const sb_tier_t *tier, uint32_t record, uint8_t *out, size_t capacity, size_t *length) {
  if (!sb_tier_has(tier, record)) return SB_ERR_NOT_FOUND;
  const sb_tier_slot_t *slot = &tier->slots[record & ~(uint32_t)SB_TIER_RECORD];
  if (slot->length > capacity) return SB_ERR_SPACE;
  memcpy(out, slot->message, slot->length);
  *length = slot->length;
  return SB_OK;
}

sb_err_t sb_tier_remove(sb_tier_t *tier, uint32_t record) {
  if (!sb_tier_has(tier, record)) return SB_ERR_NOT_FOUND;
  tier->slots[record & ~(uint32_t)SB_TIER_RECORD].is_used = false;
  while (tier->span > 0 && !tier->slots[tier->first].is_used) {
    tier->first = (tier->first + 1) % tier->capacity;
    tier->span--;
  }
  return SB_OK;
}

sb_err_t sb_tier_spill(sb_tier_t *tier, const sb_storage_t *storage, sb_outbox_t *outbox) {
  const sb_tier_slot_t *slot = sb_tier_oldest(tier);
  if (slot == NULL) return SB_ERR_EMPTY;
  uint32_t record;
  TRY(storage->append(storage->context, &slot->session, slot->sequence, slot->message, slot->length, &record));
  if (sb_outbox_relocate(outbox, &slot->session, slot->sequence, record) != SB_OK) {
    // Nobody waits for it any more.
    (void)storage->remove(storage->context, record);
  }
  return sb_tier_remove(tier, SB_TIER_RECORD | tier->first);
}
