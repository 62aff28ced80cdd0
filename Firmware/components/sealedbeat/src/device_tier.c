#include "device_state.h"
#include "try.h"

// Where sealed chunks wait: in RAM while receipts come soon, in flash otherwise.

void sb_device_see_time(sb_device_t *device, sb_time_t now) {
  if (now.monotonic_us > device->present_us) device->present_us = now.monotonic_us;
}

sb_err_t sb_device_keep(sb_device_t *device, uint64_t sequence, const uint8_t *message, size_t length,
                        uint32_t *record) {
  const sb_storage_t *storage = &device->config.storage;
  const sb_session_id_t *session = &device->session.id;
  if (device->tier.capacity == 0 || length > SB_TIER_MESSAGE_MAX) {
    // It must not overtake what is older.
    while (sb_tier_oldest(&device->tier) != NULL) TRY(sb_tier_spill(&device->tier, storage, &device->outbox));
    device->is_flushed = false;
    return storage->append(storage->context, session, sequence, message, length, record);
  }
  if (sb_tier_append(&device->tier, session, sequence, message, length, device->present_us, record) == SB_OK) {
    return SB_OK;
  }
  TRY(sb_tier_spill(&device->tier, storage, &device->outbox));
  device->is_flushed = false;
  return sb_tier_append(&device->tier, session, sequence, message, length, device->present_us, record);
}

sb_err_t sb_device_read(const sb_device_t *device, uint32_t record, uint8_t *out, size_t capacity, size_t *length) {
  if (sb_tier_has(&device->tier, record)) return sb_tier_read(&device->tier, record, out, capacity, length);
  const sb_storage_t *storage = &device->config.storage;
  return storage->read(storage->context, record, out, capacity, length);
}

sb_err_t sb_device_remove(sb_device_t *device, uint32_t record) {
  if (sb_tier_has(&device->tier, record)) return sb_tier_remove(&device->tier, record);
  return device->config.storage.remove(device->config.storage.context, record);
}

/// Without a connection nobody else has a chunk or will have it soon: it does not stay in RAM alone.
static bool is_due(const sb_device_t *device) {
  const sb_tier_slot_t *oldest = sb_tier_oldest(&device->tier);
  return oldest != NULL && (!device->is_connected || device->present_us - oldest->since_us >= SB_TIER_HOLD_US);
}

static sb_err_t spill_one(sb_device_t *device) {
  sb_err_t error = sb_tier_spill(&device->tier, &device->config.storage, &device->outbox);
  if (error == SB_OK) {
    device->is_flushed = false;
  } else {
    device->stats.storage_failures++;
    device->tier.retry_us = device->present_us + SB_TIER_RETRY_US;
  }
  return error;
}

void sb_device_spill(sb_device_t *device) {
  while (device->present_us >= device->tier.retry_us && is_due(device) && spill_one(device) == SB_OK) continue;
}

sb_err_t sb_device_flush(sb_device_t *device, sb_time_t now) {
  sb_device_see_time(device, now);
  while (sb_tier_oldest(&device->tier) != NULL) TRY(spill_one(device));
  return device->config.storage.flush(device->config.storage.context);
}
