#include "virtual_flash.h"

void virtual_flash_init(virtual_flash_t *flash, uint32_t sectors) {
  memset(flash, 0, sizeof *flash);
  flash->size = sectors * SB_SECTOR_SIZE;
  flash->random = 99;
  // What an earlier owner of the partition left there.
  for (uint32_t i = 0; i < flash->size; i++) flash->bytes[i] = (uint8_t)test_random(&flash->random);
}

void virtual_flash_power_on(virtual_flash_t *flash) {
  flash->is_dead = false;
  flash->until_cut = 0;
}

static bool power_goes(virtual_flash_t *flash) {
  flash->operations++;
  flash->is_dead = flash->until_cut > 0 && --flash->until_cut == 0;
  return flash->is_dead;
}

static sb_err_t read(void *context, uint32_t offset, void *out, size_t length) {
  virtual_flash_t *flash = context;
  CHECK(offset + length <= flash->size);
  if (flash->is_dead) return SB_ERR_STORAGE;
  memcpy(out, flash->bytes + offset, length);
  return SB_OK;
}

static sb_err_t write(void *context, uint32_t offset, const void *bytes, size_t length) {
  virtual_flash_t *flash = context;
  const uint8_t *next = bytes;
  CHECK(offset + length <= flash->size && offset % 4 == 0 && length % 4 == 0);
  if (flash->is_dead || flash->refuses) return SB_ERR_STORAGE;
  bool is_cut = power_goes(flash);
  size_t whole = is_cut ? test_random(&flash->random) % length : length;
  for (size_t i = 0; i < whole; i++) {
    CHECK((flash->bytes[offset + i] & next[i]) == next[i]);  // a bit that is zero cannot be written to one
    flash->bytes[offset + i] &= next[i];
  }
  if (is_cut) flash->bytes[offset + whole] &= (uint8_t)(next[whole] | test_random(&flash->random));
  return is_cut ? SB_ERR_STORAGE : SB_OK;
}

static sb_err_t erase(void *context, uint32_t offset) {
  virtual_flash_t *flash = context;
  CHECK(offset % SB_SECTOR_SIZE == 0 && offset < flash->size);
  if (flash->is_dead || flash->refuses) return SB_ERR_STORAGE;
  bool is_cut = power_goes(flash);
  flash->erases[offset / SB_SECTOR_SIZE]++;
  // An erasure that is cut short leaves some bits as they were, anywhere.
  uint64_t some = test_random(&flash->random) % 3;
  for (uint32_t i = 0; i < SB_SECTOR_SIZE; i++) {
    uint8_t set = is_cut ? (uint8_t)(some == 0 ? 0 : some == 1 ? test_random(&flash->random) : 0xff) : 0xff;
    flash->bytes[offset + i] |= set;
  }
  return is_cut ? SB_ERR_STORAGE : SB_OK;
}

sb_partition_t virtual_flash_partition(virtual_flash_t *flash) {
  return (sb_partition_t){flash, flash->size, read, write, erase};
}
