#include "esp_system.h"
#include "esp_wifi.h"
#include "sb_esp32/sb_esp32.h"

void sb_esp32_health(sb_status_t *health) {
  *health = (sb_status_t){.present = 1u << SB_STATUS_FREE_MEMORY | 1u << SB_STATUS_RESET_REASON,
                          .free_memory = esp_get_free_heap_size(),
                          // A crash, a watchdog or a brown-out shows here after the restart that it caused.
                          .reset_reason = (uint64_t)esp_reset_reason()};
  int rssi;
  if (esp_wifi_sta_get_rssi(&rssi) != ESP_OK) return;
  health->present |= 1u << SB_STATUS_RSSI;
  health->rssi_dbm = rssi;
}
