#include <string.h>

#include "device_state.h"
#include "sealedbeat/sb_seal.h"
#include "try.h"

void sb_device_on_connected(sb_device_t *device, sb_time_t now) {
  (void)now;
  device->is_connected = true;
}

sb_err_t sb_device_on_disconnected(sb_device_t *device, sb_time_t now, uint32_t *wait_ms) {
  sb_device_see_time(device, now);
  device->is_connected = false;
  sb_outbox_disconnected(&device->outbox);
  sb_device_spill(device);
  uint32_t random = 0;
  sb_err_t error = sb_random((uint8_t *)&random, sizeof random);
  *wait_ms = sb_reconnect_after_failure(&device->reconnect, random);
  return error;
}

sb_err_t sb_device_on_receipt(sb_device_t *device, const uint8_t *bytes, size_t length, sb_time_t now) {
  sb_receipt_t receipt;
  sb_err_t error = sb_receipt_parse(bytes, length, &receipt);
  bool is_current = device->session.is_open && sb_session_id_equal(&receipt.session, &device->session.id);
  if (error == SB_OK && is_current && receipt.committed >= device->session.next_sequence) error = SB_ERR_RANGE;
  if (error != SB_OK) {
    device->stats.refused_messages++;
    return error;
  }
  sb_reconnect_succeeded(&device->reconnect);
  uint32_t record;
  while (sb_outbox_acknowledge(&device->outbox, &receipt, now.monotonic_us, &record) == SB_OK) {
    device->stats.chunks_receipted++;
    // A record that cannot be removed comes back after a restart and is sent once more, which is harmless.
    if (sb_device_remove(device, record) != SB_OK) device->stats.storage_failures++;
  }
  bool has_place = device->stats.chunks_waiting > 0 && sb_outbox_session_room(&device->outbox) >= 2;
  return has_place ? sb_device_load_outbox(device) : SB_OK;
}

sb_err_t sb_device_next_to_send(sb_device_t *device, sb_time_t now, uint8_t *out, size_t capacity, size_t *length) {
  const sb_storage_t *storage = &device->config.storage;
  if (!device->is_connected) return SB_ERR_EMPTY;
  if (!device->is_flushed) {
    TRY(storage->flush(storage->context));
    device->is_flushed = true;
  }
  sb_outbox_item_t item;
  while (sb_outbox_take(&device->outbox, now.monotonic_us, &item) == SB_OK) {
    if (sb_device_read(device, item.record, out, capacity, length) == SB_OK) {
      device->stats.chunks_sent++;
      return SB_OK;
    }
    // What cannot be read again cannot be sent: it becomes a hole that `backlog` declares.
    device->stats.chunks_unreadable++;
    TRY(sb_outbox_discard(&device->outbox, &item));
    (void)sb_device_remove(device, item.record);
  }
  return SB_ERR_EMPTY;
}
