#include "json.h"

#include <inttypes.h>

static void begin_member(json_t *json, const char *key) {
  if (json->has_members) fputc(',', json->file);
  fputc('\n', json->file);
  for (int i = 0; i < json->depth; i++) fputs("  ", json->file);
  if (key != NULL) fprintf(json->file, "\"%s\": ", key);
  json->has_members = true;
}

static void begin(json_t *json, const char *key, char bracket) {
  begin_member(json, key);
  fputc(bracket, json->file);
  json->depth++;
  json->has_members = false;
}

static void end(json_t *json, char bracket) {
  json->depth--;
  if (json->has_members) {
    fputc('\n', json->file);
    for (int i = 0; i < json->depth; i++) fputs("  ", json->file);
  }
  fputc(bracket, json->file);
  json->has_members = true;
}

bool json_open(json_t *json, const char *directory, const char *name) {
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  json->file = fopen(path, "w");
  json->depth = 1;
  json->has_members = false;
  if (json->file == NULL) {
    perror(path);
    return false;
  }
  fputc('{', json->file);
  return true;
}

void json_close(json_t *json) {
  fputs("\n}\n", json->file);
  fclose(json->file);
}

void json_begin_object(json_t *json, const char *key) { begin(json, key, '{'); }
void json_begin_array(json_t *json, const char *key) { begin(json, key, '['); }
void json_end_object(json_t *json) { end(json, '}'); }
void json_end_array(json_t *json) { end(json, ']'); }

void json_text(json_t *json, const char *key, const char *value) {
  begin_member(json, key);
  fprintf(json->file, "\"%s\"", value);
}

void json_uint(json_t *json, const char *key, uint64_t value) {
  begin_member(json, key);
  fprintf(json->file, "%" PRIu64, value);
}

void json_int(json_t *json, const char *key, int64_t value) {
  begin_member(json, key);
  fprintf(json->file, "%" PRId64, value);
}

void json_bool(json_t *json, const char *key, bool value) {
  begin_member(json, key);
  fputs(value ? "true" : "false", json->file);
}

void json_hex(json_t *json, const char *key, const uint8_t *bytes, size_t length) {
  begin_member(json, key);
  fputc('"', json->file);
  for (size_t i = 0; i < length; i++) fprintf(json->file, "%02x", bytes[i]);
  fputc('"', json->file);
}
