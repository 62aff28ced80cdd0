#include "esp_log.h"
#include "esp_system.h"
#include "esp_task_wdt.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sb_esp32/sb_esp32.h"
#include "sb_flash/sb_flash_ring.h"
#include "sb_sensors/sb_max17048.h"
#include "sdkconfig.h"
#include "sealedbeat/sb_tier.h"
#include "try.h"

// The whole memory of the firmware: nothing of ours is allocated after this.

static const char TAG[] = "sealedbeat";

enum {
  STEP_MS = 100,
  DISPLAY_EVERY = 10,
  HEALTH_EVERY = 300,
  /// How long a start that failed stays on the console before the next one; an image on trial is then rolled back.
  FAILED_START_MS = 10000,
  SESSIONS = CONFIG_SEALEDBEAT_OUTBOX_SESSIONS,
  CHUNKS = CONFIG_SEALEDBEAT_OUTBOX_CHUNKS,
  RAM_CHUNKS = CONFIG_SEALEDBEAT_RAM_CHUNKS,
  DEVICE_BYTES = 8192 + SESSIONS * (int)sizeof(sb_outbox_session_t) + CHUNKS * (int)sizeof(sb_outbox_entry_t) +
                 RAM_CHUNKS * (int)sizeof(sb_tier_slot_t),
};

static sb_nvs_t nvs;
static sb_provision_t provision;
static sb_flash_ring_t outbox;
static sb_flash_sector_t sectors[CONFIG_SB_OUTBOX_SECTORS];
static uint64_t device_memory[DEVICE_BYTES / 8];
static sb_device_t *device;
static sb_block_t block_places[SB_APP_BLOCKS];
static sb_event_t event_places[SB_APP_EVENTS];
static sb_ring_t blocks, events;
static sb_acquisition_t acquisition;
static sb_i2c_t i2c;
static sb_ssd1306_t display;
static bool has_display;
static sb_app_t app;
#if CONFIG_SB_JUDGE_BEATS
static sb_beats_t beats;
#endif

static sb_err_t open_device(uint32_t nanovolts_per_lsb) {
  sb_partition_t partition;
  TRY(sb_esp32_open_partition(&partition));
  if (partition.size / SB_SECTOR_SIZE > CONFIG_SB_OUTBOX_SECTORS) return SB_ERR_SPACE;
  TRY(sb_flash_ring_open(&outbox, &partition, sectors, partition.size / SB_SECTOR_SIZE));
  const sb_device_config_t config = {
      .device = provision.device,
      .firmware = sb_esp32_version(),
      .sample_rate_millihertz = 125000,
      .channel_count = SB_CHANNEL_COUNT,
      .channels = {{(sb_kind_t)CONFIG_SB_ECG_LEAD, nanovolts_per_lsb}, {SB_KIND_PPG_RED, 0}, {SB_KIND_PPG_INFRARED, 0}},
      .outbox_capacity = CHUNKS,
      .ram_capacity = RAM_CHUNKS,
      .session_capacity = SESSIONS,
      .window = CONFIG_SEALEDBEAT_WINDOW,
      .status_interval_s = CONFIG_SEALEDBEAT_STATUS_INTERVAL_S,
      .storage = sb_flash_ring_storage(&outbox),
      .nvs = nvs};
  return sb_device_create(device_memory, sizeof device_memory, &config, &device);
}

static sb_err_t open_sensors(uint32_t *nanovolts_per_lsb) {
  sb_front_config_t front = {.gain_milli = CONFIG_SB_ECG_GAIN_MILLI, .reference_uv = CONFIG_SB_ECG_REFERENCE_UV};
  *nanovolts_per_lsb = front.nanovolts_per_lsb = sb_front_resolution(front.gain_milli);
  TRY(sb_esp32_calibrate(&front.calibration));
  TRY(sb_front_init(&acquisition.front, &front, &blocks, SB_CHANNEL_ECG));
  const uint8_t channels[SB_RESAMPLER_CHANNELS] = {SB_CHANNEL_RED, SB_CHANNEL_INFRARED};
  sb_resampler_init(&acquisition.resampler, &blocks, channels);
  TRY(sb_esp32_open_i2c(&i2c));
  has_display = sb_ssd1306_init(&display, &i2c) == SB_OK;
  acquisition.has_oximeter = sb_max30102_init(&acquisition.oximeter, &i2c, &acquisition.resampler) == SB_OK;
  if (!acquisition.has_oximeter) return SB_OK;
  return sb_max30102_set_state(&acquisition.oximeter, SB_MAX30102_WATCHING);
}

static sb_err_t start(void) {
#if !CONFIG_NVS_ENCRYPTION
  ESP_LOGW(TAG, "development image: what rests in NVS is not encrypted");
#endif
  TRY(sb_esp32_start_crypto());
  TRY(sb_esp32_open_nvs(&nvs));
  TRY(sb_provision_load(&provision, &nvs));
  sb_ring_init(&blocks, block_places, sizeof block_places[0], SB_APP_BLOCKS);
  sb_ring_init(&events, event_places, sizeof event_places[0], SB_APP_EVENTS);
  // Without the claim only a device that has its certificate is complete.
  uint8_t first;
  size_t length;
  bool is_enrolled = nvs.get(nvs.context, SB_NVS_CERTIFICATE, &first, 1, &length) != SB_ERR_NOT_FOUND;
  if (!sb_provision_is_complete(&provision, is_enrolled)) TRY(sb_esp32_provision_by_console(&provision, &nvs));
  uint32_t nanovolts_per_lsb;
  TRY(open_sensors(&nanovolts_per_lsb));
  TRY(open_device(nanovolts_per_lsb));
  sb_app_config_t config = {.device = device,
                            .blocks = &blocks,
                            .events = &events,
                            .vault_key = provision.hpke,
                            .claim_token = provision.claim,
                            .has_oximeter = acquisition.has_oximeter,
                            .is_timer_wake = sb_esp32_is_timer_wake()};
#if CONFIG_SB_JUDGE_BEATS
  config.beats = &beats;
#endif
  TRY(sb_esp32_open_network(&provision, device, &events, &config.hal));
  sb_app_init(&app, &config);
  app.trial = (sb_trial_t){.is_on_trial = sb_esp32_is_on_trial(), .began_us = sb_esp32_now().monotonic_us};
  return sb_esp32_start_acquisition(&acquisition);
}

static void go_to_sleep(void) {
  // Nobody wears the device and nothing waits to be sent: the one moment at which an update disturbs nobody.
  if (app.is_connected) (void)sb_esp32_update(&provision, &nvs, app.has_battery, app.battery_permille);
  if (has_display) (void)sb_ssd1306_set_on(&display, false);
  bool awaits_finger = sb_esp32_sleep_oximeter();
  app.config.hal.leave(app.config.hal.context);
  sb_esp32_sleep(awaits_finger);
}

static void act(sb_app_action_t action) {
  switch (action) {
    case SB_APP_GO_ON: return;
    case SB_APP_SLEEP: go_to_sleep(); return;
    case SB_APP_CONFIRM_UPDATE: (void)sb_esp32_confirm_update(); return;
    case SB_APP_ROLL_BACK: (void)sb_esp32_roll_back(&nvs); return;
  }
}

/// Forgets the claim once it is spent: it is worth nothing any more, but it is nobody's business either.
static void forget_claim(void) {
  static bool is_forgotten;
  if (is_forgotten || !sb_device_is_enrolled(device)) return;
  is_forgotten = nvs.erase(nvs.context, sb_setting_name(SB_SETTING_CLAIM)) == SB_OK;
  sb_wipe(provision.claim, sizeof provision.claim);
}

static void report(uint32_t step) {
  if (step % HEALTH_EVERY == 0) {
    sb_status_t health;
    sb_esp32_health(&health);
    app.has_battery = sb_max17048_read(&i2c, &app.battery_permille) == SB_OK;
    if (app.has_battery) {
      health.present |= 1u << SB_STATUS_BATTERY;
      health.battery_permille = app.battery_permille;
    }
    sb_device_set_health(device, &health);
  }
  if (has_display && step % DISPLAY_EVERY == 0) {
    sb_view_t view;
    sb_text_t text;
    sb_app_view(&app, &view);
    sb_screen_compose(&view, &text);
    (void)sb_ssd1306_show(&display, &text);
  }
}

static void run(void) {
  (void)esp_task_wdt_add(NULL);
  for (uint32_t step = 0;; step++) {
    act(sb_app_step(&app));
    forget_claim();
    report(step);
    (void)esp_task_wdt_reset();
    vTaskDelay(pdMS_TO_TICKS(STEP_MS));
  }
}

void app_main(void) {
  sb_err_t error = start();
  if (error == SB_OK) run();
  ESP_LOGE(TAG, "cannot start: %s", sb_err_name(error));
  vTaskDelay(pdMS_TO_TICKS(FAILED_START_MS));
  esp_restart();
}
