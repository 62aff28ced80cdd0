#include <string.h>

#include "device_state.h"
#include "sealedbeat/sb_seal.h"
#include "try.h"

/// The session that is open now is remembered, so that the next one can name it.
static sb_err_t load_previous_session(sb_device_t *device) {
  size_t length;
  sb_err_t error = device->config.nvs.get(device->config.nvs.context, SB_NVS_SESSION, device->previous_session.bytes,
                                          SB_SESSION_ID_SIZE, &length);
  if (error == SB_ERR_NOT_FOUND) return SB_OK;
  if (error != SB_OK) return error;
  device->has_previous_session = length == SB_SESSION_ID_SIZE;
  return SB_OK;
}

sb_err_t sb_device_load_outbox(sb_device_t *device) {
  const sb_storage_t *storage = &device->config.storage;
  sb_outbox_t *outbox = &device->outbox;
  uint32_t age = outbox->next_age;
  sb_storage_record_t record;
  uint32_t cursor = 0;
  sb_err_t error;
  device->stats.chunks_waiting = 0;
  while ((error = storage->next(storage->context, &cursor, &record)) == SB_OK) {
    if (sb_outbox_knows_before(outbox, &record.session, age)) continue;
    // One place stays free for the session that is about to begin.
    if (!sb_outbox_knows_before(outbox, &record.session, UINT32_MAX) && sb_outbox_session_room(outbox) < 2) {
      device->stats.chunks_waiting++;
      continue;
    }
    TRY(sb_outbox_open(outbox, &record.session));
    TRY(sb_outbox_append(outbox, &record.session, record.sequence, record.record));
    device->stats.chunks_found++;
  }
  sb_outbox_close_since(outbox, age);
  return error == SB_ERR_EMPTY ? SB_OK : error;
}

static bool config_is_valid(const sb_device_config_t *config) {
  if (!sb_device_id_is_valid(config->device) || config->sample_rate_millihertz == 0) return false;
  if (config->channel_count == 0 || config->channel_count > SB_DEVICE_KINDS_MAX) return false;
  return config->outbox_capacity > SB_OUTBOX_RESERVED && config->session_capacity > 0 && config->window > 0;
}

size_t sb_device_size(const sb_device_config_t *config) {
  return sizeof(sb_device_t) + config->session_capacity * sizeof(sb_outbox_session_t) +
         config->outbox_capacity * sizeof(sb_outbox_entry_t) + config->ram_capacity * sizeof(sb_tier_slot_t);
}

_Static_assert(sizeof(sb_device_t) % _Alignof(sb_outbox_session_t) == 0, "the sessions follow the device in memory");
_Static_assert(sizeof(sb_outbox_entry_t) % _Alignof(sb_tier_slot_t) == 0, "the places in RAM follow the entries");
_Static_assert(sizeof(sb_outbox_session_t) % _Alignof(sb_outbox_entry_t) == 0, "the entries follow the sessions");

sb_err_t sb_device_create(void *memory, size_t size, const sb_device_config_t *config, sb_device_t **out) {
  if (memory == NULL || !config_is_valid(config)) return SB_ERR_ARGUMENT;
  if (size < sb_device_size(config)) return SB_ERR_SPACE;
  TRY(sb_crypto_start());
  sb_device_t *device = memory;
  memset(device, 0, sizeof *device);
  memcpy(device->id, config->device, strlen(config->device) + 1);
  device->config = *config;
  device->config.device = device->id;
  sb_outbox_session_t *sessions = (sb_outbox_session_t *)(device + 1);
  sb_outbox_entry_t *entries = (sb_outbox_entry_t *)(sessions + config->session_capacity);
  sb_outbox_init(&device->outbox, entries, config->outbox_capacity, sessions, config->session_capacity,
                 config->window);
  sb_tier_init(&device->tier, (sb_tier_slot_t *)(entries + config->outbox_capacity), config->ram_capacity);
  sb_err_t error = sb_device_load_keys(device);
  if (error == SB_OK) error = load_previous_session(device);
  if (error == SB_OK) error = sb_device_load_outbox(device);
  if (error != SB_OK) {
    sb_wipe(device, sizeof *device);
    return error;
  }
  *out = device;
  return SB_OK;
}

void sb_device_destroy(sb_device_t *device) { sb_wipe(device, sizeof *device); }

bool sb_device_session(const sb_device_t *device, sb_session_id_t *session) {
  if (device->session.is_open) *session = device->session.id;
  return device->session.is_open;
}

void sb_device_set_health(sb_device_t *device, const sb_status_t *health) { device->health = *health; }

void sb_device_set_beats(sb_device_t *device, uint64_t judged, uint64_t flagged) {
  device->beats_judged = judged;
  device->beats_flagged = flagged;
}

void sb_device_stats(const sb_device_t *device, sb_device_stats_t *stats) {
  *stats = device->stats;
  stats->held = device->outbox.held;
  stats->key_version = device->key.version;
  stats->in_flight = 0;
  stats->held_in_ram = 0;
  for (uint32_t i = 0; i < device->tier.capacity; i++) stats->held_in_ram += device->tier.slots[i].is_used;
  for (uint32_t i = 0; i < device->outbox.session_capacity; i++) {
    if (device->outbox.sessions[i].is_used) stats->in_flight += device->outbox.sessions[i].in_flight;
  }
}
