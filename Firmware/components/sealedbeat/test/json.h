#pragma once

#include <stdio.h>

#include "sealedbeat/sb_types.h"

/// A JSON document written member by member; it knows nothing but indentation and commas.
typedef struct {
  FILE *file;
  int depth;
  bool has_members;
} json_t;

bool json_open(json_t *json, const char *directory, const char *name);
void json_close(json_t *json);
void json_begin_object(json_t *json, const char *key);
void json_begin_array(json_t *json, const char *key);
void json_end_object(json_t *json);
void json_end_array(json_t *json);
void json_text(json_t *json, const char *key, const char *value);
void json_int(json_t *json, const char *key, int64_t value);
void json_uint(json_t *json, const char *key, uint64_t value);
void json_bool(json_t *json, const char *key, bool value);
void json_hex(json_t *json, const char *key, const uint8_t *bytes, size_t length);
