#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Sizes of the wire format, in octets unless the name says otherwise (docs/wire-format.md).
enum {
  SB_DEVICE_ID_MIN = 3,
  SB_DEVICE_ID_MAX = 32,
  SB_SESSION_ID_SIZE = 16,
  SB_IV_SIZE = 12,
  SB_KEY_SIZE = 32,
  SB_TAG_SIZE = 16,
  SB_CLAIM_TOKEN_SIZE = 32,
  /// An uncompressed P-256 point (SEC 1 §2.3.3).
  SB_P256_POINT_SIZE = 65,
  SB_P256_SCALAR_SIZE = 32,
  /// Samples in a full chunk: 1.496 s at 125 Hz.
  SB_CHUNK_SAMPLES = 187,
  SB_CHUNK_PLAINTEXT_MAX = SB_CHUNK_SAMPLES * 2,
  /// The longest message that may be published on a chunk topic.
  SB_CHUNK_MESSAGE_MAX = 1024,
  /// The longest protected header that our own fields can give, with room to spare.
  SB_PROTECTED_MAX = 128,
  /// The longest enrolment or rotation request.
  SB_ENROL_MESSAGE_MAX = 4096,
};

/// The largest sequence number of a session: at one chunk a second it lasts 136 years.
#define SB_SEQUENCE_MAX 0xffffffffull

/// What a chunk carries.
typedef enum {
  SB_KIND_LEAD_I = 1,
  SB_KIND_LEAD_II = 2,
  SB_KIND_LEAD_III = 3,
  SB_KIND_PPG_RED = 16,
  SB_KIND_PPG_INFRARED = 17,
  SB_KIND_STATUS = 32,
} sb_kind_t;

/// Electrodes that do not touch the skin, as a chunk's header says it.
enum {
  SB_LEAD_OFF_PLUS = 1,
  SB_LEAD_OFF_MINUS = 2,
};

/// The id of one wearing of the sensor.
typedef struct {
  uint8_t bytes[SB_SESSION_ID_SIZE];
} sb_session_id_t;

_Static_assert(sizeof(sb_session_id_t) == 16, "a session id is sixteen octets");
_Static_assert(SB_CHUNK_PLAINTEXT_MAX == 374, "the wire format bounds a plaintext at 374 octets");

/// Whether two session ids are the same.
bool sb_session_id_equal(const sb_session_id_t *a, const sb_session_id_t *b);

/// Whether `text` is a device id: 3–32 of a–z, 0–9 and '-', beginning and ending with a letter or digit.
bool sb_device_id_is_valid(const char *text);

/// Overwrites a secret in a way that the compiler may not remove.
void sb_wipe(void *memory, size_t size);
