#include "vector_case.h"

#include <stdlib.h>
#include <string.h>

static void fail(const char *name, const char *what) {
  fprintf(stderr, "vector %s: %s\n", name, what);
  exit(1);
}

void vector_set_samples(vector_case_t *vector, uint16_t count) {
  vector->header.count = count;
  vector->plaintext_length = (size_t)count * 2;
  for (uint16_t i = 0; i < count; i++) {
    // A triangle of ±400 with a spike every 94 samples: artificial, and easy to recognise in a dump.
    int32_t value = i % 94 == 40 ? 1200 : (i * 32) % 1600 < 800 ? (i * 32) % 1600 - 400 : 1200 - (i * 32) % 1600;
    vector->plaintext[2 * i] = (uint8_t)((uint32_t)value & 0xff);
    vector->plaintext[2 * i + 1] = (uint8_t)((uint32_t)value >> 8 & 0xff);
  }
}

void vector_begin(vector_case_t *vector, const char *name, const char *description) {
  memset(vector, 0, sizeof *vector);
  vector->name = name;
  vector->description = description;
  vector->device = "test-device-1";
  vector->key_version = 1;
  for (uint8_t i = 0; i < SB_KEY_SIZE; i++) vector->device_key[i] = i;
  for (uint8_t i = 0; i < SB_SESSION_ID_SIZE; i++) vector->session.bytes[i] = (uint8_t)(0xa0 + i);
  for (uint8_t i = 0; i < SB_IV_SIZE; i++) vector->session_iv[i] = (uint8_t)(0x10 + i);
  vector->expected = "ok";
  vector->detected_by = "";
  vector->header = (sb_chunk_header_t){
      .key_version = 1,
      .session = vector->session,
      .sequence = 7,
      .kind = SB_KIND_LEAD_II,
      .first_sample = 6 * SB_CHUNK_SAMPLES,
      .sample_rate_millihertz = 125000,
      .nanovolts_per_lsb = 5000,
      .capture_time = 1790000000123456,
      .clock_synchronised = true,
      .firmware = 1u << 16 | 2u << 8 | 3u,
  };
  vector_set_samples(vector, SB_CHUNK_SAMPLES);
}

static void session_key(vector_case_t *vector, uint8_t key[SB_KEY_SIZE]) {
  const char *device = vector->sealed_for != NULL ? vector->sealed_for : vector->device;
  if (sb_session_key_derive(vector->device_key, device, &vector->session, vector->session_iv, key) != SB_OK) {
    fail(vector->name, "no session key");
  }
}

void vector_seal(vector_case_t *vector) {
  uint8_t key[SB_KEY_SIZE];
  session_key(vector, key);
  const char *device = vector->sealed_for != NULL ? vector->sealed_for : vector->device;
  sb_err_t error = sb_seal_chunk(key, vector->session_iv, device, &vector->header, vector->plaintext,
                                 vector->plaintext_length, vector->message, sizeof vector->message,
                                 &vector->message_length);
  if (error != SB_OK) fail(vector->name, sb_err_name(error));
}

size_t vector_protected(vector_case_t *vector, uint8_t *out, size_t capacity) {
  sb_chunk_nonce(vector->session_iv, vector->header.sequence, vector->header.iv);
  size_t length;
  sb_err_t error = sb_chunk_header_encode(&vector->header, out, capacity, &length);
  if (error != SB_OK) fail(vector->name, sb_err_name(error));
  return length;
}

void vector_seal_raw(vector_case_t *vector, const uint8_t *protected_header, size_t length) {
  uint8_t key[SB_KEY_SIZE], additional[512], sealed[VECTOR_MESSAGE_MAX];
  size_t additional_length, sealed_length;
  session_key(vector, key);
  const char *device = vector->sealed_for != NULL ? vector->sealed_for : vector->device;
  if (sb_chunk_additional_data(protected_header, length, device, additional, sizeof additional, &additional_length) !=
          SB_OK ||
      sb_aead_seal(key, vector->header.iv, additional, additional_length, vector->plaintext, vector->plaintext_length,
                   sealed, sizeof sealed, &sealed_length) != SB_OK) {
    fail(vector->name, "cannot seal");
  }
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, vector->message, sizeof vector->message);
  sb_cbor_write_tag(&writer, 16);
  sb_cbor_write_array(&writer, 3);
  sb_cbor_write_bytes(&writer, protected_header, length);
  sb_cbor_write_map(&writer, 0);
  sb_cbor_write_bytes(&writer, sealed, sealed_length);
  if (sb_cbor_writer_end(&writer, &vector->message_length) != SB_OK) fail(vector->name, "no space");
}

void vector_expect(vector_case_t *vector, const char *failure, const char *detected_by) {
  vector->expected = failure;
  vector->detected_by = detected_by;
}

static const char *check_name(sb_err_t error) {
  switch (error) {
    case SB_OK: return "";
    case SB_ERR_AUTHENTICATION: return "authentication";
    case SB_ERR_KEY_VERSION: return "key-version";
    case SB_ERR_NONCE: return "nonce";
    default: return "structure";
  }
}

/// The receiver's checks in the order that the README of the vectors gives.
static sb_err_t receive(const vector_case_t *vector, uint8_t *plaintext, size_t *length, bool *is_replay) {
  sb_chunk_message_t message, earlier;
  *is_replay = false;
  sb_err_t error = sb_chunk_message_parse(vector->message, vector->message_length, &message);
  if (error != SB_OK) return error;
  if (message.header.key_version != vector->key_version) return SB_ERR_KEY_VERSION;
  uint8_t key[SB_KEY_SIZE];
  error = sb_session_key_derive(vector->device_key, vector->device, &message.header.session, vector->session_iv, key);
  if (error != SB_OK) return error;
  error = sb_open_chunk(key, vector->session_iv, vector->device, &message, plaintext, VECTOR_MESSAGE_MAX, length);
  if (error != SB_OK) return error;
  if (vector->preceding_length > 0 &&
      sb_chunk_message_parse(vector->preceding, vector->preceding_length, &earlier) == SB_OK) {
    *is_replay = earlier.header.sequence == message.header.sequence;
  }
  return SB_OK;
}

static void emit_header(json_t *json, const sb_chunk_header_t *header) {
  json_begin_object(json, "header");
  json_uint(json, "keyVersion", header->key_version);
  json_hex(json, "iv", header->iv, SB_IV_SIZE);
  json_hex(json, "sessionID", header->session.bytes, SB_SESSION_ID_SIZE);
  json_uint(json, "sequence", header->sequence);
  json_uint(json, "kind", (uint64_t)header->kind);
  json_uint(json, "firstSample", header->first_sample);
  json_uint(json, "sampleRate", header->sample_rate_millihertz);
  json_uint(json, "count", header->count);
  json_uint(json, "nanovoltsPerLSB", header->nanovolts_per_lsb);
  json_uint(json, "captureTime", header->capture_time);
  json_bool(json, "clockSynchronised", header->clock_synchronised);
  json_uint(json, "leadOff", header->lead_off);
  json_uint(json, "firmware", header->firmware);
  json_uint(json, "backlog", header->backlog);
  json_end_object(json);
}

bool vector_emit(json_t *json, vector_case_t *vector) {
  uint8_t plaintext[VECTOR_MESSAGE_MAX];
  size_t length = 0;
  bool is_replay;
  sb_err_t error = receive(vector, plaintext, &length, &is_replay);
  const char *seen = is_replay ? "replay" : check_name(error);
  bool agrees = strcmp(seen, vector->detected_by) == 0;
  if (error == SB_OK) {
    agrees = agrees && length == vector->plaintext_length && memcmp(plaintext, vector->plaintext, length) == 0;
  } else if (strcmp(seen, "structure") == 0) {
    agrees = agrees && strcmp(sb_err_name(error), vector->expected) == 0;
  }
  if (!agrees) {
    fprintf(stderr, "vector %s: expected %s by %s, the core says %s\n", vector->name, vector->expected,
            vector->detected_by, is_replay ? "replay" : sb_err_name(error));
    return false;
  }
  json_begin_object(json, NULL);
  json_text(json, "name", vector->name);
  json_text(json, "description", vector->description);
  json_text(json, "device", vector->device);
  json_uint(json, "keyVersion", vector->key_version);
  json_hex(json, "deviceKey", vector->device_key, SB_KEY_SIZE);
  json_hex(json, "sessionID", vector->session.bytes, SB_SESSION_ID_SIZE);
  json_hex(json, "sessionIV", vector->session_iv, SB_IV_SIZE);
  json_begin_array(json, "preceding");
  if (vector->preceding_length > 0) json_hex(json, NULL, vector->preceding, vector->preceding_length);
  json_end_array(json);
  json_hex(json, "message", vector->message, vector->message_length);
  json_text(json, "expected", vector->expected);
  if (vector->detected_by[0] != '\0') {
    json_text(json, "detectedBy", vector->detected_by);
  } else {
    uint8_t key[SB_KEY_SIZE];
    session_key(vector, key);
    emit_header(json, &vector->header);
    json_hex(json, "plaintext", vector->plaintext, vector->plaintext_length);
    json_hex(json, "sessionKey", key, SB_KEY_SIZE);
  }
  json_end_object(json);
  return true;
}
