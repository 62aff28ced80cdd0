#include "esp_partition.h"
#include "esp_status.h"
#include "sb_esp32/sb_esp32.h"

static sb_err_t read(void *context, uint32_t offset, void *out, size_t length) {
  return sb_err_from_esp(esp_partition_read(context, offset, out, length), SB_ERR_STORAGE);
}

static sb_err_t write(void *context, uint32_t offset, const void *bytes, size_t length) {
  return sb_err_from_esp(esp_partition_write(context, offset, bytes, length), SB_ERR_STORAGE);
}

static sb_err_t erase(void *context, uint32_t offset) {
  return sb_err_from_esp(esp_partition_erase_range(context, offset, SB_SECTOR_SIZE), SB_ERR_STORAGE);
}

sb_err_t sb_esp32_open_partition(sb_partition_t *partition) {
  const esp_partition_t *found = esp_partition_find_first(ESP_PARTITION_TYPE_DATA, ESP_PARTITION_SUBTYPE_ANY, "outbox");
  if (found == NULL) return SB_ERR_NOT_FOUND;
  *partition = (sb_partition_t){(void *)found, found->size, read, write, erase};
  return SB_OK;
}
