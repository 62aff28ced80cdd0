#include "esp_idf_version.h"
#include "esp_sleep.h"
#include "sb_esp32/sb_esp32.h"
#include "sdkconfig.h"

bool sb_esp32_is_timer_wake(void) {
#if ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(6, 0, 0)
  return esp_sleep_get_wakeup_causes() == 1u << ESP_SLEEP_WAKEUP_TIMER;
#else
  return esp_sleep_get_wakeup_cause() == ESP_SLEEP_WAKEUP_TIMER;
#endif
}

/// The AD8232 holds a lead-off line high while its electrode is off, so an electrode that is put on pulls it low.
/// The oximeter pulls its line low when it sees a finger.
static void wake_by_pins(bool awaits_finger) {
  uint64_t lines = 1ull << CONFIG_SB_PIN_LEAD_OFF_PLUS | 1ull << CONFIG_SB_PIN_LEAD_OFF_MINUS;
#if CONFIG_IDF_TARGET_ESP32
  // Its ext1 knows no "any low"; the finger has ext0 for itself.
  (void)esp_sleep_enable_ext1_wakeup_io(lines, ESP_EXT1_WAKEUP_ALL_LOW);
  if (awaits_finger) (void)esp_sleep_enable_ext0_wakeup(CONFIG_SB_PIN_OXIMETER_INT, 0);
#else
  if (awaits_finger) lines |= 1ull << CONFIG_SB_PIN_OXIMETER_INT;
#if CONFIG_IDF_TARGET_ESP32S3
  (void)esp_sleep_enable_ext1_wakeup_io(lines, ESP_EXT1_WAKEUP_ANY_LOW);
#elif ESP_IDF_VERSION >= ESP_IDF_VERSION_VAL(6, 0, 0)
  (void)esp_sleep_enable_gpio_wakeup_on_hp_periph_powerdown(lines, ESP_GPIO_WAKEUP_GPIO_LOW);
#else
  (void)esp_deep_sleep_enable_gpio_wakeup(lines, ESP_GPIO_WAKEUP_GPIO_LOW);
#endif
#endif
}

void sb_esp32_sleep(bool awaits_finger) {
  wake_by_pins(awaits_finger);
  (void)esp_sleep_enable_timer_wakeup(SB_POWER_WAKE_S * 1000000ull);
  esp_deep_sleep_start();
}
