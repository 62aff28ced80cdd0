#include <string.h>

#include "device_state.h"
#include "sealedbeat/sb_seal.h"
#include "try.h"

/// Seals `plaintext` as the next chunk of the session and puts it into storage and outbox.
static sb_err_t seal(sb_device_t *device, sb_chunk_header_t *header, const uint8_t *plaintext, size_t length) {
  header->key_version = device->session.key_version;
  header->session = device->session.id;
  header->sample_rate_millihertz = device->config.sample_rate_millihertz;
  header->firmware = device->config.firmware;
  header->clock_synchronised = device->clock.is_synchronised;
  // The number is spent even if a later step fails: a nonce is never used for a second plaintext.
  TRY(sb_session_take_sequence(&device->session, &header->sequence));
  header->backlog = sb_outbox_backlog(&device->outbox, &header->session, header->sequence);
  uint8_t message[SB_CHUNK_MESSAGE_MAX];
  size_t message_length;
  TRY(sb_seal_chunk(device->session.key, device->session.iv, device->id, header, plaintext, length, message,
                    sizeof message, &message_length));
  uint32_t record;
  sb_err_t error = sb_device_keep(device, header->sequence, message, message_length, &record);
  if (error != SB_OK) {
    device->stats.storage_failures++;
    return error;
  }
  error = sb_outbox_append(&device->outbox, &header->session, header->sequence, record);
  if (error != SB_OK) {
    (void)sb_device_remove(device, record);
    return error;
  }
  device->stats.chunks_sealed++;
  sb_device_spill(device);
  return SB_OK;
}

/// Seals what the chunker holds, or counts it as lost.
static sb_err_t seal_samples(sb_device_t *device, uint32_t channel) {
  sb_chunker_t *chunker = &device->chunkers[channel];
  if (chunker->count == 0) return SB_OK;
  sb_err_t error = SB_ERR_FULL;
  if (sb_outbox_room(&device->outbox) > SB_OUTBOX_RESERVED) {
    sb_chunk_header_t header = {
        .kind = chunker->kind,
        .first_sample = chunker->first_sample,
        .count = chunker->count,
        .nanovolts_per_lsb = device->config.channels[channel].nanovolts_per_lsb,
        .capture_time = sb_sample_clock_time(&device->clock, chunker->first_sample,
                                             device->config.sample_rate_millihertz),
        .lead_off = chunker->lead_off,
    };
    uint8_t plaintext[SB_CHUNK_PLAINTEXT_MAX];
    for (size_t i = 0; i < chunker->count; i++) {
      plaintext[2 * i] = (uint8_t)((uint16_t)chunker->samples[i] & 0xff);
      plaintext[2 * i + 1] = (uint8_t)((uint16_t)chunker->samples[i] >> 8);
    }
    error = seal(device, &header, plaintext, (size_t)chunker->count * 2);
    sb_wipe(plaintext, sizeof plaintext);
  }
  if (error != SB_OK) device->stats.samples_lost += chunker->count;
  sb_chunker_next(chunker);
  return error;
}

/// Seals a status chunk. A full outbox or storage loses it, which is no loss of signal.
static void seal_status(sb_device_t *device, sb_time_t now, bool session_ends) {
  if (sb_outbox_room(&device->outbox) == 0) return;
  const uint32_t from_hardware = 1u << SB_STATUS_FREE_MEMORY | 1u << SB_STATUS_BATTERY | 1u << SB_STATUS_RSSI |
                                 1u << SB_STATUS_RESET_REASON;
  sb_status_t status = device->health;
  status.present &= from_hardware;
  status.present |= 1u << SB_STATUS_UPTIME | 1u << SB_STATUS_HELD | 1u << SB_STATUS_LOST;
  status.uptime_s = (now.monotonic_us - device->started_us) / 1000000;
  status.held = device->outbox.held;
  status.lost_samples = device->stats.samples_lost;
  if (device->beats_judged > 0) {
    status.present |= 1u << SB_STATUS_BEATS_JUDGED | 1u << SB_STATUS_BEATS_FLAGGED;
    status.beats_judged = device->beats_judged;
    status.beats_flagged = device->beats_flagged;
  }
  if (session_ends) {
    status.present |= 1u << SB_STATUS_SESSION_ENDS;
    status.session_ends = true;
  }
  if (device->session.next_sequence == 0 && device->has_previous_session) {
    status.present |= 1u << SB_STATUS_PREVIOUS_SESSION;
    status.previous_session = device->previous_session;
  }
  uint8_t plaintext[SB_CHUNK_PLAINTEXT_MAX];
  size_t length;
  if (sb_status_encode(&status, plaintext, sizeof plaintext, &length) != SB_OK) return;
  const sb_chunker_t *first = &device->chunkers[0];
  sb_chunk_header_t header = {
      .kind = SB_KIND_STATUS,
      .capture_time = sb_sample_clock_time(&device->clock, first->first_sample + first->count,
                                           device->config.sample_rate_millihertz),
  };
  (void)seal(device, &header, plaintext, length);
}

static uint64_t status_interval_us(const sb_device_t *device) {
  return device->config.status_interval_s == 0 ? UINT64_MAX : device->config.status_interval_s * 1000000ull;
}

static void schedule_status(sb_device_t *device, sb_time_t now) {
  uint64_t interval = status_interval_us(device);
  device->next_status_us = interval > UINT64_MAX - now.monotonic_us ? UINT64_MAX : now.monotonic_us + interval;
}

sb_err_t sb_device_ensure_session(sb_device_t *device, sb_time_t now) {
  sb_device_see_time(device, now);
  if (device->session.is_open && sb_session_is_over(&device->session, now)) {
    (void)sb_device_end_session(device, now);
  }
  if (device->session.is_open) return SB_OK;
  if (!sb_device_is_enrolled(device)) return SB_ERR_NOT_ENROLLED;
  sb_session_t session;
  TRY(sb_session_begin(&session, device->id, device->key.bytes, device->key.version, now));
  sb_err_t error = sb_outbox_open(&device->outbox, &session.id);
  if (error != SB_OK) {
    sb_session_end(&session);
    return error;
  }
  error = device->config.nvs.set(device->config.nvs.context, SB_NVS_SESSION, session.id.bytes, SB_SESSION_ID_SIZE);
  if (error != SB_OK) {
    sb_outbox_close(&device->outbox, &session.id);
    sb_session_end(&session);
    return error;
  }
  if (device->stats.sessions_begun == 0) device->started_us = now.monotonic_us;
  device->session = session;
  sb_wipe(session.key, sizeof session.key);
  device->stats.sessions_begun++;
  memset(&device->clock, 0, sizeof device->clock);
  for (uint32_t i = 0; i < device->config.channel_count; i++) {
    sb_chunker_init(&device->chunkers[i], device->config.channels[i].kind);
  }
  sb_sample_clock_anchor(&device->clock, 0, device->config.sample_rate_millihertz, now);
  seal_status(device, now, false);
  schedule_status(device, now);
  return SB_OK;
}

sb_err_t sb_device_push_samples(sb_device_t *device, uint32_t channel, const int16_t *samples, size_t count,
                                uint8_t lead_off, sb_time_t now) {
  if (channel >= device->config.channel_count || lead_off > (SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS)) {
    return SB_ERR_ARGUMENT;
  }
  sb_err_t result = sb_device_ensure_session(device, now);
  if (result != SB_OK) {
    device->stats.samples_lost += count;
    return result;
  }
  sb_chunker_t *chunker = &device->chunkers[channel];
  sb_sample_clock_anchor(&device->clock, chunker->first_sample + chunker->count, device->config.sample_rate_millihertz,
                         now);
  while (count > 0) {
    bool is_complete;
    size_t taken = sb_chunker_push(chunker, samples, count, lead_off, &is_complete);
    samples += taken;
    count -= taken;
    if (!is_complete) continue;
    sb_err_t error = seal_samples(device, channel);
    if (error != SB_OK) result = error;
  }
  return result;
}

sb_err_t sb_device_push_lost(sb_device_t *device, uint32_t channel, uint64_t count, sb_time_t now) {
  if (channel >= device->config.channel_count) return SB_ERR_ARGUMENT;
  device->stats.samples_lost += count;
  TRY(sb_device_ensure_session(device, now));
  sb_err_t error = seal_samples(device, channel);
  (void)sb_chunker_skip(&device->chunkers[channel], count);  // the chunker is empty: what it held was just taken
  return error;
}

sb_err_t sb_device_end_session(sb_device_t *device, sb_time_t now) {
  sb_device_see_time(device, now);
  if (!device->session.is_open) return SB_OK;
  sb_err_t result = SB_OK;
  for (uint32_t i = 0; i < device->config.channel_count; i++) {
    sb_err_t error = seal_samples(device, i);
    if (error != SB_OK) result = error;
  }
  seal_status(device, now, true);
  device->previous_session = device->session.id;
  device->has_previous_session = true;
  sb_outbox_close(&device->outbox, &device->session.id);
  sb_session_end(&device->session);
  device->next_status_us = UINT64_MAX;
  return result;
}

sb_err_t sb_device_tick(sb_device_t *device, sb_time_t now, uint64_t *next_us) {
  sb_device_see_time(device, now);
  sb_device_spill(device);
  *next_us = sb_outbox_tick(&device->outbox, now.monotonic_us);
  const sb_tier_slot_t *oldest = sb_tier_oldest(&device->tier);
  if (oldest != NULL) {
    uint64_t due = oldest->since_us + SB_TIER_HOLD_US;
    if (due < device->tier.retry_us || !device->is_connected) due = device->tier.retry_us;
    if (due < *next_us) *next_us = due;
  }
  if (!device->session.is_open) return SB_OK;
  sb_err_t error = SB_OK;
  if (sb_session_is_over(&device->session, now)) {
    error = sb_device_end_session(device, now);
  } else if (device->next_status_us <= now.monotonic_us) {
    seal_status(device, now, false);
    schedule_status(device, now);
  }
  if (device->session.is_open && device->next_status_us < *next_us) *next_us = device->next_status_us;
  return error;
}
