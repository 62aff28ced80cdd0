#include "sealedbeat/sb_session.h"

#include <string.h>

#include "sealedbeat/sb_seal.h"
#include "try.h"

sb_err_t sb_session_begin(sb_session_t *session, const char *device, const uint8_t device_key[SB_KEY_SIZE],
                          uint32_t key_version, sb_time_t now) {
  memset(session, 0, sizeof *session);
  TRY(sb_random(session->id.bytes, SB_SESSION_ID_SIZE));
  TRY(sb_random(session->iv, SB_IV_SIZE));
  TRY(sb_session_key_derive(device_key, device, &session->id, session->iv, session->key));
  session->key_version = key_version;
  session->started_us = now.monotonic_us;
  session->is_open = true;
  return SB_OK;
}

bool sb_session_is_over(const sb_session_t *session, sb_time_t now) {
  if (session->next_sequence > SB_SEQUENCE_MAX - SB_SEQUENCE_RESERVED) return true;
  // Samples of one channel may be older than those of another that began the session.
  return now.monotonic_us > session->started_us && now.monotonic_us - session->started_us >= SB_SESSION_DURATION_US;
}

sb_err_t sb_session_take_sequence(sb_session_t *session, uint64_t *sequence) {
  if (!session->is_open || session->next_sequence > SB_SEQUENCE_MAX) return SB_ERR_SESSION_OVER;
  *sequence = session->next_sequence++;
  return SB_OK;
}

void sb_session_end(sb_session_t *session) {
  sb_wipe(session->key, sizeof session->key);
  session->is_open = false;
}

static uint64_t microseconds(uint64_t samples, uint32_t rate_millihertz) {
  return samples * 1000000000ull / rate_millihertz;
}

void sb_sample_clock_anchor(sb_sample_clock_t *clock, uint64_t sample, uint32_t rate_millihertz, sb_time_t now) {
  bool became_synchronised = now.wall_is_synchronised && !clock->is_synchronised;
  if (clock->is_anchored && !became_synchronised) return;
  uint64_t offset = microseconds(sample, rate_millihertz);
  uint64_t origin = now.wall_us > offset ? now.wall_us - offset : 0;
  if (clock->is_anchored && origin < clock->origin_us) return;
  clock->origin_us = origin;
  clock->is_synchronised = now.wall_is_synchronised;
  clock->is_anchored = true;
}

uint64_t sb_sample_clock_time(const sb_sample_clock_t *clock, uint64_t sample, uint32_t rate_millihertz) {
  return clock->origin_us + microseconds(sample, rate_millihertz);
}
