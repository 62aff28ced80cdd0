#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sealedbeat/sb_err.h"

/// The bus that the pulse oximeter and the display share.
typedef struct {
  void *context;
  /// `SB_ERR_NOT_FOUND` where nobody answers at `address`; `SB_ERR_STORAGE` for any other failure of the bus.
  sb_err_t (*write)(void *context, uint8_t address, const uint8_t *bytes, size_t length);
  /// Writes the register's number, then reads with a repeated start.
  sb_err_t (*read)(void *context, uint8_t address, uint8_t reg, uint8_t *out, size_t length);
} sb_i2c_t;
