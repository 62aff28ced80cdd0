#pragma once

#include "board_test.h"
#include "sb_flash/sb_flash_ring.h"

/// NOR flash that loses its power: bits are only cleared by writing, and only an erasure sets them.
enum { VIRTUAL_FLASH_MAX = 64 * SB_SECTOR_SIZE };

typedef struct {
  uint8_t bytes[VIRTUAL_FLASH_MAX];
  uint32_t size;
  uint64_t random;
  /// Operations until the power goes in the middle of one; 0 for never.
  uint64_t until_cut;
  bool is_dead;
  /// It answers every write and erasure with an error, and does nothing.
  bool refuses;
  uint64_t operations;
  uint32_t erases[VIRTUAL_FLASH_MAX / SB_SECTOR_SIZE];
} virtual_flash_t;

void virtual_flash_init(virtual_flash_t *flash, uint32_t sectors);
sb_partition_t virtual_flash_partition(virtual_flash_t *flash);
/// The power is back.
void virtual_flash_power_on(virtual_flash_t *flash);
