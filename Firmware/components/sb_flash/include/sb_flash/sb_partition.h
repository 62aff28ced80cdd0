#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sealedbeat/sb_err.h"

/// A region of NOR flash: erased in sectors to ones, written from ones to zeros.
typedef struct {
  void *context;
  uint32_t size;
  sb_err_t (*read)(void *context, uint32_t offset, void *out, size_t length);
  sb_err_t (*write)(void *context, uint32_t offset, const void *bytes, size_t length);
  /// One sector, at a multiple of `SB_SECTOR_SIZE`.
  sb_err_t (*erase)(void *context, uint32_t offset);
} sb_partition_t;

enum { SB_SECTOR_SIZE = 4096 };
