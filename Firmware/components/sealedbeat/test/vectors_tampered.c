#include <string.h>

#include "vector_case.h"
#include "vectors.h"

static bool emit_flipped(json_t *json, const char *name, const char *description, size_t from_end, const char *failure) {
  vector_case_t vector;
  vector_begin(&vector, name, description);
  vector_seal(&vector);
  vector.message[vector.message_length - from_end] ^= 0x01;
  vector_expect(&vector, failure, "authentication");
  return vector_emit(json, &vector);
}

/// Changes one field of the header after sealing.
static bool emit_rewritten(json_t *json, const char *name, const char *description, void (*change)(sb_chunk_header_t *)) {
  vector_case_t vector;
  vector_begin(&vector, name, description);
  vector_seal(&vector);
  uint8_t before[SB_PROTECTED_MAX], after[SB_PROTECTED_MAX];
  size_t length = vector_protected(&vector, before, sizeof before);
  change(&vector.header);
  (void)vector_protected(&vector, after, sizeof after);
  for (size_t i = 0; i + length <= vector.message_length; i++) {
    if (memcmp(vector.message + i, before, length) == 0) memcpy(vector.message + i, after, length);
  }
  vector_expect(&vector, "bit-flipped-header", "authentication");
  return vector_emit(json, &vector);
}

static void flip_capture_time(sb_chunk_header_t *header) { header->capture_time ^= 1; }
static void flip_lead_off(sb_chunk_header_t *header) { header->lead_off ^= SB_LEAD_OFF_MINUS; }
static void flip_clock(sb_chunk_header_t *header) { header->clock_synchronised = !header->clock_synchronised; }
static void flip_kind(sb_chunk_header_t *header) { header->kind = SB_KIND_LEAD_III; }
static void flip_first_sample(sb_chunk_header_t *header) { header->first_sample ^= 1; }
static void flip_scale(sb_chunk_header_t *header) { header->nanovolts_per_lsb ^= 1; }
static void flip_session(sb_chunk_header_t *header) { header->session.bytes[0] ^= 1; }

static bool emit_truncated(json_t *json, const char *name, const char *description, size_t keep) {
  vector_case_t vector;
  vector_begin(&vector, name, description);
  vector_seal(&vector);
  vector.message_length = keep < SB_CHUNK_MESSAGE_MAX ? keep : vector.message_length - 1;
  vector_expect(&vector, "truncated", "structure");
  return vector_emit(json, &vector);
}

static bool emit_moved(json_t *json) {
  vector_case_t vector;
  bool ok = true;
  vector_begin(&vector, "wrong-device", "Sealed by one device, published by another.");
  vector.sealed_for = "test-device-2";
  vector_seal(&vector);
  vector_expect(&vector, "wrong-device", "authentication");
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "wrong-key-version", "The header names key version 2; the receiver has version 1.");
  vector.header.key_version = 2;
  vector_seal(&vector);
  vector_expect(&vector, "wrong-key-version", "key-version");
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "repeated-sequence", "The same message a second time.");
  vector_seal(&vector);
  memcpy(vector.preceding, vector.message, vector.message_length);
  vector.preceding_length = vector.message_length;
  vector_expect(&vector, "repeated-sequence", "replay");
  ok &= vector_emit(json, &vector);

  vector_begin(&vector, "inconsistent-nonce",
               "The IV is not the session IV XOR the sequence; the tag is right under the IV that the header shows.");
  uint8_t protected_header[SB_PROTECTED_MAX];
  vector_seal(&vector);
  memcpy(vector.preceding, vector.message, vector.message_length);
  vector.preceding_length = vector.message_length;
  vector.header.sequence = 8;
  sb_chunk_nonce(vector.session_iv, 9, vector.header.iv);
  size_t length;
  (void)sb_chunk_header_encode(&vector.header, protected_header, sizeof protected_header, &length);
  vector_seal_raw(&vector, protected_header, length);
  vector_expect(&vector, "inconsistent-nonce", "nonce");
  ok &= vector_emit(json, &vector);
  return ok;
}

bool emit_tampered_chunks(json_t *json) {
  bool ok = true;
  ok &= emit_flipped(json, "wrong-tag-last", "The last bit of the tag is flipped.", 1, "wrong-tag");
  ok &= emit_flipped(json, "wrong-tag-first", "A bit in the first octet of the tag is flipped.", 16, "wrong-tag");
  ok &= emit_flipped(json, "wrong-tag-ciphertext", "A bit of the ciphertext is flipped.", 100, "wrong-tag");
  ok &= emit_rewritten(json, "bit-flipped-header-time", "A bit of captureTime is flipped.", flip_capture_time);
  ok &= emit_rewritten(json, "bit-flipped-header-lead-off", "A lead-off flag is flipped.", flip_lead_off);
  ok &= emit_rewritten(json, "bit-flipped-header-clock", "clockSynchronised is flipped.", flip_clock);
  ok &= emit_rewritten(json, "bit-flipped-header-kind", "The kind is changed from lead II to lead III.", flip_kind);
  ok &= emit_rewritten(json, "bit-flipped-header-first", "A bit of firstSample is flipped.", flip_first_sample);
  ok &= emit_rewritten(json, "bit-flipped-header-scale", "A bit of nanovoltsPerLSB is flipped.", flip_scale);
  ok &= emit_rewritten(json, "bit-flipped-header-session", "A bit of the session id is flipped.", flip_session);
  ok &= emit_truncated(json, "truncated-empty", "No octet at all.", 0);
  ok &= emit_truncated(json, "truncated-tag", "Only the CBOR tag.", 1);
  ok &= emit_truncated(json, "truncated-header", "Ends inside the protected header.", 40);
  ok &= emit_truncated(json, "truncated-ciphertext", "Ends inside the ciphertext.", 300);
  ok &= emit_truncated(json, "truncated-last", "The last octet is missing.", SB_CHUNK_MESSAGE_MAX);
  ok &= emit_moved(json);
  return ok;
}
