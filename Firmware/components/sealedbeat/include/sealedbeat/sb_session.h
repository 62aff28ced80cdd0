#pragma once

#include "sealedbeat/sb_err.h"
#include "sealedbeat/sb_types.h"

/// The caller's clocks at one moment.
typedef struct {
  /// Never goes back; any origin.
  uint64_t monotonic_us;
  /// Unix time; may jump.
  uint64_t wall_us;
  /// Whether a time server has set the wall clock.
  bool wall_is_synchronised;
} sb_time_t;

/// The longest session: one wearing of the sensor (docs/wire-format.md).
#define SB_SESSION_DURATION_US (24ull * 3600 * 1000000)

/// Sequence numbers kept for what is said at the end of a session that runs out of them.
#define SB_SEQUENCE_RESERVED 1024

/// One session of a device: its id, IV and key, and the counter that makes nonces. The counter only goes up and a new
/// session has a new IV and key, so no nonce is ever used twice under one key.
typedef struct {
  bool is_open;
  sb_session_id_t id;
  uint8_t iv[SB_IV_SIZE];
  uint8_t key[SB_KEY_SIZE];
  uint32_t key_version;
  uint64_t next_sequence;
  uint64_t started_us;
} sb_session_t;

/// Opens a session with a random id and IV and derives its key.
sb_err_t sb_session_begin(sb_session_t *session, const char *device, const uint8_t device_key[SB_KEY_SIZE],
                          uint32_t key_version, sb_time_t now);

/// Whether its 24 hours are over, or its sequence numbers are almost spent.
bool sb_session_is_over(const sb_session_t *session, sb_time_t now);

/// Gives the next sequence number, each once; `SB_ERR_SESSION_OVER` where there is none.
sb_err_t sb_session_take_sequence(sb_session_t *session, uint64_t *sequence);

/// Closes the session and wipes its key.
void sb_session_end(sb_session_t *session);

/// Capture times by counting samples from one reading of the wall clock, so that a wall clock that jumps cannot put
/// samples of a session out of order.
typedef struct {
  bool is_anchored;
  bool is_synchronised;
  /// Wall time of sample 0.
  uint64_t origin_us;
} sb_sample_clock_t;

/// Reads the wall clock once: `sample` is being taken `now`. A later call changes nothing, with one exception: when
/// the wall clock has been set by a time server since, and that moves time forward, the clock takes the new origin.
void sb_sample_clock_anchor(sb_sample_clock_t *clock, uint64_t sample, uint32_t rate_millihertz, sb_time_t now);

/// The capture time of `sample`, in Unix microseconds.
uint64_t sb_sample_clock_time(const sb_sample_clock_t *clock, uint64_t sample, uint32_t rate_millihertz);
