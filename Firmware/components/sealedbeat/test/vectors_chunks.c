#include <string.h>

#include "sealedbeat/sb_message.h"
#include "vectors.h"
#include "vector_case.h"

static bool emit_valid(json_t *json) {
  vector_case_t vector;
  bool ok = true;

  vector_begin(&vector, "lead-ii-full", "187 samples of lead II, clock synchronised.");
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "lead-i-first", "The first chunk of a session: sequence 0, so the IV is the session IV.");
  vector.header.sequence = 0;
  vector.header.first_sample = 0;
  vector.header.kind = SB_KIND_LEAD_I;
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "lead-iii-single", "One sample, the smallest chunk of samples.");
  vector.header.kind = SB_KIND_LEAD_III;
  vector_set_samples(&vector, 1);
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "lead-off-plus", "A chunk cut short at the edge where LO+ came off.");
  vector.header.lead_off = SB_LEAD_OFF_PLUS;
  vector_set_samples(&vector, 42);
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "lead-off-both", "Both electrodes off.");
  vector.header.lead_off = SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS;
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "ppg-red", "Photoplethysmogram, red: not a voltage.");
  vector.header.kind = SB_KIND_PPG_RED;
  vector.header.nanovolts_per_lsb = 0;
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "ppg-infrared", "Photoplethysmogram, infrared: not a voltage.");
  vector.header.kind = SB_KIND_PPG_INFRARED;
  vector.header.nanovolts_per_lsb = 0;
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "sample-extremes", "Samples -32768 and 32767, and the coarsest microvolts per LSB.");
  vector.header.nanovolts_per_lsb = 1000000;
  vector.header.count = 2;
  memcpy(vector.plaintext, (const uint8_t[]){0x00, 0x80, 0xff, 0x7f}, 4);
  vector.plaintext_length = 4;
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "gap-and-backlog", "First sample after a declared gap, four chunks still held.");
  vector.header.sequence = 1000;
  vector.header.first_sample = 500000;
  vector.header.backlog = 4;
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "clock-not-set", "A device whose clock no server has set yet.");
  vector.header.clock_synchronised = false;
  vector.header.capture_time = 61000000;
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "sequence-wide", "The largest sequence number, 2^32 - 1, and the largest sample index, 2^48.");
  vector.header.sequence = UINT32_MAX;
  vector.header.first_sample = (uint64_t)1 << 48;
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "key-version-2", "A session under the second data key.");
  vector.key_version = vector.header.key_version = 2;
  for (uint8_t i = 0; i < SB_KEY_SIZE; i++) vector.device_key[i] = (uint8_t)(0xff - i);
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "device-id-shortest", "The shortest device id.");
  vector.device = "a-1";
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "device-id-longest", "The longest device id: 32 characters.");
  vector.device = "abcdefghijklmnopqrstuvwxyz-01234";
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);
  return ok;
}

static void set_status(vector_case_t *vector, const sb_status_t *status) {
  vector->header.kind = SB_KIND_STATUS;
  vector->header.count = 0;
  vector->header.first_sample = 0;
  vector->header.nanovolts_per_lsb = 0;
  (void)sb_status_encode(status, vector->plaintext, SB_CHUNK_PLAINTEXT_MAX, &vector->plaintext_length);
}

static bool emit_status(json_t *json) {
  vector_case_t vector;
  bool ok = true;
  sb_status_t status = {.present = 0x2fe, .uptime_s = 86400, .free_memory = 143360, .battery_permille = 873,
                        .rssi_dbm = -67, .held = 3, .lost_samples = 374, .reset_reason = 1};
  for (uint8_t i = 0; i < SB_SESSION_ID_SIZE; i++) status.previous_session.bytes[i] = (uint8_t)(0x50 + i);

  vector_begin(&vector, "status-first", "The first status of a session, which names the session before.");
  set_status(&vector, &status);
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "status-end", "The status that ends a session.");
  set_status(&vector, &(sb_status_t){.present = 1 << SB_STATUS_SESSION_ENDS, .session_ends = true});
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "status-beats", "A status that tells of beats that the device judged itself.");
  set_status(&vector, &(sb_status_t){.present = 1 << SB_STATUS_BEATS_JUDGED | 1 << SB_STATUS_BEATS_FLAGGED,
                                     .beats_judged = 4210,
                                     .beats_flagged = 17});
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "status-empty", "A status that says nothing: the empty map.");
  set_status(&vector, &(sb_status_t){.present = 0});
  vector_seal(&vector);
  ok &= vector_emit(json, &vector);
  return ok;
}

bool emit_chunk_vectors(const char *directory) {
  json_t json;
  if (!json_open(&json, directory, "chunks.json")) return false;
  json_text(&json, "format", "SealedBeat chunk vectors 1");
  json_begin_array(&json, "vectors");
  bool ok = emit_valid(&json);
  ok &= emit_status(&json);
  ok &= emit_tampered_chunks(&json);
  ok &= emit_misshapen_chunks(&json);
  json_end_array(&json);
  json_close(&json);
  return ok;
}
