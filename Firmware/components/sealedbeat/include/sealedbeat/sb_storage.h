#pragma once

#include "sealedbeat/sb_err.h"
#include "sealedbeat/sb_types.h"

/// Where sealed chunks rest until their receipt: a flash partition on the board, a file on a host. They are
/// ciphertext, so the place needs no secrecy; it needs to survive a loss of power.

typedef struct {
  sb_session_id_t session;
  uint64_t sequence;
  /// How the storage knows it.
  uint32_t record;
} sb_storage_record_t;

typedef struct {
  void *context;
  /// Adds a record. `SB_ERR_STORAGE` where it cannot; then the record is not there.
  sb_err_t (*append)(void *context, const sb_session_id_t *session, uint64_t sequence, const uint8_t *bytes,
                     size_t length, uint32_t *record);
  /// Returns when everything appended before survives a loss of power. Called before a chunk is published.
  sb_err_t (*flush)(void *context);
  sb_err_t (*read)(void *context, uint32_t record, uint8_t *out, size_t capacity, size_t *length);
  sb_err_t (*remove)(void *context, uint32_t record);
  /// Lists what is there at start, in the order of appending: `*cursor` starts at 0; `SB_ERR_EMPTY` after the last.
  sb_err_t (*next)(void *context, uint32_t *cursor, sb_storage_record_t *record);
} sb_storage_t;
