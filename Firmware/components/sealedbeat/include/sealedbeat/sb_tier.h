#pragma once

#include "sealedbeat/sb_outbox.h"
#include "sealedbeat/sb_storage.h"

/// Sealed chunks in RAM, on their way to flash or to their receipts, in the order in which they were sealed. A chunk whose
/// receipt comes soon never touches flash; whatever else leaves for flash, the oldest first, so that a loss of power takes
/// the end of what was sealed and leaves no hole before it.
enum {
  /// Longer than this no chunk stays in RAM without its receipt. It is the time after which it would be sent again, so it
  /// bounds what a loss of power can cost while there is a connection.
  SB_TIER_HOLD_US = SB_RECEIPT_TIMEOUT_S * 1000000,
  /// A full chunk of samples has 480 octets; a longer one passes RAM by.
  SB_TIER_MESSAGE_MAX = 512,
  /// Between two tries where flash cannot be written.
  SB_TIER_RETRY_US = 1000000,
  /// Set in the numbers of records that are in RAM; no storage has so many.
  SB_TIER_RECORD = 1u << 30,
};

typedef struct {
  sb_session_id_t session;
  uint64_t sequence;
  uint64_t since_us;
  uint16_t length;
  bool is_used;
  uint8_t message[SB_TIER_MESSAGE_MAX];
} sb_tier_slot_t;

typedef struct {
  sb_tier_slot_t *slots;
  uint32_t capacity;
  /// The oldest slot in use, and how many follow from there, holes included.
  uint32_t first;
  uint32_t span;
  /// No try to write flash before this.
  uint64_t retry_us;
} sb_tier_t;

/// Takes the caller's memory; 0 slots are a tier that is always full.
void sb_tier_init(sb_tier_t *tier, sb_tier_slot_t *slots, uint32_t capacity);

/// Adds a chunk and gives its record. `SB_ERR_FULL`, `SB_ERR_OVERSIZE`.
sb_err_t sb_tier_append(sb_tier_t *tier, const sb_session_id_t *session, uint64_t sequence, const uint8_t *message,
                        size_t length, uint64_t now_us, uint32_t *record);

/// Whether a record is one of the tier's.
bool sb_tier_has(const sb_tier_t *tier, uint32_t record);

/// The oldest chunk, or null where there is none.
const sb_tier_slot_t *sb_tier_oldest(const sb_tier_t *tier);

sb_err_t sb_tier_read(const sb_tier_t *tier, uint32_t record, uint8_t *out, size_t capacity, size_t *length);
sb_err_t sb_tier_remove(sb_tier_t *tier, uint32_t record);

/// Writes the oldest chunk to flash, tells the outbox where it is now, and forgets it. The storage's error: it stays.
sb_err_t sb_tier_spill(sb_tier_t *tier, const sb_storage_t *storage, sb_outbox_t *outbox);
