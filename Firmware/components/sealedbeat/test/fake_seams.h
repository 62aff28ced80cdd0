#pragma once

#include "sealedbeat/sb_nvs.h"
#include "sealedbeat/sb_storage.h"

enum { FAKE_RECORDS = 256, FAKE_BLOBS = 8 };

/// Storage and NVS in memory, which a test can make fail and which outlive a device as flash does.
typedef struct {
  struct {
    bool is_used;
    uint64_t order;
    sb_storage_record_t record;
    size_t length;
    uint8_t bytes[SB_CHUNK_MESSAGE_MAX];
  } records[FAKE_RECORDS];
  uint64_t appended;
  bool is_full;
  bool is_unreadable;
  unsigned flushes;
  struct {
    char name[16];
    size_t length;
    uint8_t bytes[2048];
  } blobs[FAKE_BLOBS];
} fake_flash_t;

sb_storage_t fake_storage(fake_flash_t *flash);
sb_nvs_t fake_nvs(fake_flash_t *flash);
unsigned fake_count(const fake_flash_t *flash);
