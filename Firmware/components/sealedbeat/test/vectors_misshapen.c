#include <string.h>

#include "vector_case.h"
#include "vectors.h"

/// A protected header taken apart, so that one part can be replaced by other octets.
typedef struct {
  const char *head;
  const char *algorithm;
  const char *kid;
  const char *iv;
  const char *context;
  const char *label;
  const char *parameters[11];
  const char *array;
  const char *tail;
} parts_t;

// The header of `vector_begin`, item by item.
static const parts_t RIGHT = {
    .head = "a5",
    .algorithm = "0103",
    .kid = "044400000001",
    .iv = "054c101112131415161718191a1c",
    .context = "0a50a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
    .label = "3a00010000",
    .array = "8b",
    .parameters = {"07", "02", "190462", "1a0001e848", "18bb", "191388", "1b00065bfeda27c240", "f5", "00", "1a00010203",
                   "00"},
    .tail = "",
};

static uint8_t nibble(char c) { return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

static size_t append_hex(uint8_t *out, size_t at, const char *hex) {
  for (; hex[0] != '\0'; hex += 2) out[at++] = (uint8_t)(nibble(hex[0]) << 4 | nibble(hex[1]));
  return at;
}

static size_t assemble(const parts_t *parts, uint8_t *out) {
  size_t length = append_hex(out, 0, parts->head);
  length = append_hex(out, length, parts->algorithm);
  length = append_hex(out, length, parts->kid);
  length = append_hex(out, length, parts->iv);
  length = append_hex(out, length, parts->context);
  length = append_hex(out, length, parts->label);
  length = append_hex(out, length, parts->array);
  for (size_t i = 0; i < 11; i++) length = append_hex(out, length, parts->parameters[i]);
  return append_hex(out, length, parts->tail);
}

static bool emit_parts(json_t *json, const char *name, const char *description, const parts_t *parts,
                       const char *failure) {
  vector_case_t vector;
  uint8_t protected_header[256];
  vector_begin(&vector, name, description);
  sb_chunk_nonce(vector.session_iv, vector.header.sequence, vector.header.iv);
  vector_seal_raw(&vector, protected_header, assemble(parts, protected_header));
  vector_expect(&vector, failure, "structure");
  return vector_emit(json, &vector);
}

/// Replaces one parameter of the array.
static bool emit_parameter(json_t *json, const char *name, const char *description, size_t index, const char *hex,
                           const char *failure) {
  parts_t parts = RIGHT;
  parts.parameters[index] = hex;
  return emit_parts(json, name, description, &parts, failure);
}

static bool emit_non_canonical(json_t *json) {
  const char *failure = "non-canonical-cbor";
  bool ok = true;
  parts_t parts;
  ok &= emit_parameter(json, "non-canonical-cbor-integer", "The sequence 7 in two octets.", 0, "1807", failure);
  ok &= emit_parameter(json, "non-canonical-cbor-integer-wide", "The count 187 in eight octets.", 4,
                       "1b00000000000000bb", failure);
  ok &= emit_parameter(json, "non-canonical-cbor-null", "null for the backlog.", 10, "f6", failure);
  ok &= emit_parameter(json, "non-canonical-cbor-undefined", "undefined for the backlog.", 10, "f7", failure);
  ok &= emit_parameter(json, "non-canonical-cbor-float", "The lead-off flags as a half-precision zero.", 8, "f90000",
                       failure);
  ok &= emit_parameter(json, "non-canonical-cbor-reserved", "Additional information 28, which is reserved.", 10, "1c",
                       failure);
  parts = RIGHT, parts.kid = "05" "4c101112131415161718191a1c", parts.iv = "044400000001";
  ok &= emit_parts(json, "non-canonical-cbor-order", "IV before kid.", &parts, failure);
  parts = RIGHT, parts.head = "a6", parts.kid = "044400000001" "044400000001";
  ok &= emit_parts(json, "non-canonical-cbor-duplicate", "kid twice.", &parts, failure);
  parts = RIGHT, parts.head = "bf", parts.tail = "ff";
  ok &= emit_parts(json, "non-canonical-cbor-indefinite-map", "A map of indefinite length.", &parts, failure);
  parts = RIGHT, parts.array = "9f", parts.tail = "ff";
  ok &= emit_parts(json, "non-canonical-cbor-indefinite-array", "Parameters of indefinite length.", &parts, failure);
  parts = RIGHT, parts.array = "980b";
  ok &= emit_parts(json, "non-canonical-cbor-array-head", "The array's count in two octets.", &parts, failure);
  parts = RIGHT, parts.algorithm = "180103";
  ok &= emit_parts(json, "non-canonical-cbor-label", "The label 1 in two octets.", &parts, failure);
  parts = RIGHT, parts.kid = "04580400000001";
  ok &= emit_parts(json, "non-canonical-cbor-bytes-head", "The length of kid in two octets.", &parts, failure);
  return ok;
}

static bool emit_wrong_fields(json_t *json) {
  bool ok = true;
  parts_t parts;
  parts = RIGHT, parts.tail = "00";
  ok &= emit_parts(json, "trailing-bytes-header", "An octet after the protected map.", &parts, "trailing-bytes");
  parts = RIGHT, parts.algorithm = "0101";
  ok &= emit_parts(json, "malformed-algorithm", "Algorithm A128GCM.", &parts, "malformed");
  parts = RIGHT, parts.head = "a4", parts.kid = "";
  ok &= emit_parts(json, "malformed-no-kid", "No key version.", &parts, "malformed");
  parts = RIGHT, parts.head = "a6", parts.algorithm = "0103" "0300";
  ok &= emit_parts(json, "malformed-extra-label", "A content type, which the format does not have.", &parts, "malformed");
  parts = RIGHT, parts.kid = "0443000001";
  ok &= emit_parts(json, "malformed-kid-size", "A key version of three octets.", &parts, "malformed");
  parts = RIGHT, parts.array = "8a", parts.parameters[10] = "";
  ok &= emit_parts(json, "malformed-parameters-few", "Ten parameters.", &parts, "malformed");
  ok &= emit_parameter(json, "malformed-parameter-type", "A negative sequence.", 0, "20", "malformed");
  ok &= emit_parameter(json, "malformed-clock-type", "An integer for clockSynchronised.", 7, "01", "malformed");
  parts = RIGHT, parts.kid = "044400000000";
  ok &= emit_parts(json, "out-of-range-key-version", "Key version 0.", &parts, "out-of-range");
  ok &= emit_parameter(json, "out-of-range-sequence", "Sequence 2^32.", 0, "1b0000000100000000", "out-of-range");
  ok &= emit_parameter(json, "out-of-range-first-sample", "First sample 2^48 + 1.", 2, "1b0001000000000001",
                       "out-of-range");
  ok &= emit_parameter(json, "out-of-range-kind", "Kind 4.", 1, "04", "out-of-range");
  ok &= emit_parameter(json, "out-of-range-count-zero", "No samples in a chunk of samples.", 4, "00", "out-of-range");
  ok &= emit_parameter(json, "out-of-range-count", "188 samples.", 4, "18bc", "out-of-range");
  ok &= emit_parameter(json, "out-of-range-length", "186 announced, 187 sealed.", 4, "18ba", "out-of-range");
  ok &= emit_parameter(json, "out-of-range-scale", "1000001 nanovolts per LSB.", 5, "1a000f4241", "out-of-range");
  ok &= emit_parameter(json, "out-of-range-scale-zero", "No scale for a voltage.", 5, "00", "out-of-range");
  ok &= emit_parameter(json, "out-of-range-lead-off", "A third lead-off flag.", 8, "04", "out-of-range");
  ok &= emit_parameter(json, "out-of-range-backlog", "More chunks held than were ever sealed.", 10, "08", "out-of-range");
  return ok;
}

/// Replaces the octets of the envelope around the right header and ciphertext.
static bool emit_envelope(json_t *json, const char *name, const char *description, const char *before,
                          const char *between, const char *after, const char *failure) {
  vector_case_t vector;
  vector_begin(&vector, name, description);
  vector_seal(&vector);
  sb_chunk_message_t message;
  (void)sb_chunk_message_parse(vector.message, vector.message_length, &message);
  uint8_t built[VECTOR_MESSAGE_MAX];
  size_t length = append_hex(built, 0, before);
  memcpy(built + length, message.protected_header.bytes, message.protected_header.length);
  length = append_hex(built, length + message.protected_header.length, between);
  memcpy(built + length, message.ciphertext.bytes, message.ciphertext.length);
  length = append_hex(built, length + message.ciphertext.length, after);
  memcpy(vector.message, built, length);
  vector.message_length = length;
  vector_expect(&vector, failure, "structure");
  return vector_emit(json, &vector);
}

static bool emit_envelopes(json_t *json) {
  const char *canonical = "non-canonical-cbor";
  bool ok = true;
  ok &= emit_envelope(json, "non-canonical-cbor-tag", "Tag 16 in two octets.", "d810" "83" "584f", "a0" "590186", "",
                      canonical);
  ok &= emit_envelope(json, "non-canonical-cbor-indefinite-envelope", "An envelope of indefinite length.",
                      "d0" "9f" "584f", "a0" "590186", "ff", canonical);
  ok &= emit_envelope(json, "non-canonical-cbor-indefinite-ciphertext", "A ciphertext in pieces.", "d0" "83" "584f",
                      "a0" "5f590186", "ff", canonical);
  ok &= emit_envelope(json, "non-canonical-cbor-ciphertext-head", "The ciphertext's length in four octets.",
                      "d0" "83" "584f", "a0" "5a00000186", "", canonical);
  ok &= emit_envelope(json, "trailing-bytes", "An octet after the message.", "d0" "83" "584f", "a0" "590186", "00",
                      "trailing-bytes");
  ok &= emit_envelope(json, "malformed-untagged", "No CBOR tag.", "83" "584f", "a0" "590186", "", "malformed");
  ok &= emit_envelope(json, "malformed-mac0", "Tag 17, COSE_Mac0.", "d1" "83" "584f", "a0" "590186", "", "malformed");
  ok &= emit_envelope(json, "malformed-four", "An envelope of four items.", "d0" "84" "584f", "a0" "590186", "00",
                      "malformed");
  ok &= emit_envelope(json, "malformed-unprotected", "A header that nothing authenticates.", "d0" "83" "584f",
                      "a1" "0500" "590186", "", "malformed");
  return ok;
}

static bool emit_oversize(json_t *json) {
  vector_case_t vector;
  uint8_t protected_header[SB_PROTECTED_MAX];
  vector_begin(&vector, "oversize", "1,025 octets with a right tag.");
  size_t length = vector_protected(&vector, protected_header, sizeof protected_header);
  vector_seal_raw(&vector, protected_header, length);
  vector.plaintext_length += SB_CHUNK_MESSAGE_MAX + 1 - vector.message_length;
  vector_seal_raw(&vector, protected_header, length);
  vector_expect(&vector, "oversize", "structure");
  return vector_emit(json, &vector);
}

bool emit_misshapen_chunks(json_t *json) {
  bool ok = emit_non_canonical(json);
  ok &= emit_envelopes(json);
  ok &= emit_wrong_fields(json);
  ok &= emit_oversize(json);
  return ok;
}
