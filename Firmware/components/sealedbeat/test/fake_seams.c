#include "fake_seams.h"

#include <string.h>

static sb_err_t append(void *context, const sb_session_id_t *session, uint64_t sequence, const uint8_t *bytes,
                       size_t length, uint32_t *record) {
  fake_flash_t *flash = context;
  if (flash->is_full) return SB_ERR_STORAGE;
  for (uint32_t i = 0; i < FAKE_RECORDS; i++) {
    if (flash->records[i].is_used) continue;
    flash->records[i].is_used = true;
    flash->records[i].order = flash->appended++;
    flash->records[i].record = (sb_storage_record_t){*session, sequence, i};
    flash->records[i].length = length;
    memcpy(flash->records[i].bytes, bytes, length);
    *record = i;
    return SB_OK;
  }
  return SB_ERR_STORAGE;
}

static sb_err_t flush(void *context) {
  fake_flash_t *flash = context;
  flash->flushes++;
  return SB_OK;
}

static sb_err_t read_record(void *context, uint32_t record, uint8_t *out, size_t capacity, size_t *length) {
  fake_flash_t *flash = context;
  if (record >= FAKE_RECORDS || !flash->records[record].is_used || flash->is_unreadable) return SB_ERR_NOT_FOUND;
  if (capacity < flash->records[record].length) return SB_ERR_SPACE;
  memcpy(out, flash->records[record].bytes, flash->records[record].length);
  *length = flash->records[record].length;
  return SB_OK;
}

static sb_err_t remove_record(void *context, uint32_t record) {
  fake_flash_t *flash = context;
  if (record >= FAKE_RECORDS || !flash->records[record].is_used) return SB_ERR_NOT_FOUND;
  flash->records[record].is_used = false;
  return SB_OK;
}

/// In the order of appending; `cursor` is one more than the order of the last one given.
static sb_err_t next(void *context, uint32_t *cursor, sb_storage_record_t *record) {
  fake_flash_t *flash = context;
  uint64_t best = UINT64_MAX;
  for (uint32_t i = 0; i < FAKE_RECORDS; i++) {
    if (!flash->records[i].is_used || flash->records[i].order < *cursor || flash->records[i].order >= best) continue;
    best = flash->records[i].order;
    *record = flash->records[i].record;
  }
  if (best == UINT64_MAX) return SB_ERR_EMPTY;
  *cursor = (uint32_t)best + 1;
  return SB_OK;
}

sb_storage_t fake_storage(fake_flash_t *flash) {
  return (sb_storage_t){flash, append, flush, read_record, remove_record, next};
}

unsigned fake_count(const fake_flash_t *flash) {
  unsigned count = 0;
  for (uint32_t i = 0; i < FAKE_RECORDS; i++) count += flash->records[i].is_used;
  return count;
}

static sb_err_t get(void *context, const char *name, uint8_t *out, size_t capacity, size_t *length) {
  fake_flash_t *flash = context;
  for (size_t i = 0; i < FAKE_BLOBS; i++) {
    if (strcmp(flash->blobs[i].name, name) != 0) continue;
    if (capacity < flash->blobs[i].length) return SB_ERR_SPACE;
    memcpy(out, flash->blobs[i].bytes, flash->blobs[i].length);
    *length = flash->blobs[i].length;
    return SB_OK;
  }
  return SB_ERR_NOT_FOUND;
}

static sb_err_t erase(void *context, const char *name) {
  fake_flash_t *flash = context;
  for (size_t i = 0; i < FAKE_BLOBS; i++) {
    if (strcmp(flash->blobs[i].name, name) == 0) flash->blobs[i].name[0] = '\0';
  }
  return SB_OK;
}

static sb_err_t set(void *context, const char *name, const uint8_t *bytes, size_t length) {
  fake_flash_t *flash = context;
  (void)erase(context, name);
  for (size_t i = 0; i < FAKE_BLOBS; i++) {
    if (flash->blobs[i].name[0] != '\0') continue;
    strcpy(flash->blobs[i].name, name);
    memcpy(flash->blobs[i].bytes, bytes, length);
    flash->blobs[i].length = length;
    return SB_OK;
  }
  return SB_ERR_STORAGE;
}

sb_nvs_t fake_nvs(fake_flash_t *flash) { return (sb_nvs_t){flash, get, set, erase}; }
