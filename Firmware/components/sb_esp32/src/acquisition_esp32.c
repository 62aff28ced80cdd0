#include "driver/gpio.h"
#include "esp_adc/adc_continuous.h"
#include "esp_attr.h"
#include "esp_status.h"
#include "esp_task_wdt.h"
#include "esp_timer.h"
#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "sb_esp32/sb_esp32.h"
#include "sdkconfig.h"
#include "soc/soc_caps.h"
#include "try.h"

enum {
  CONVERSIONS = SB_ADC_FRAME_SUMS * SB_ADC_SUM,
  FRAME_BYTES = CONVERSIONS * SOC_ADC_DIGI_RESULT_BYTES,
  /// 640 ms: an erasure of a flash sector, during which no task runs, takes 45 ms as a rule and 400 ms at worst.
  FRAMES = 64,
  STACK = 4096,
  START_MS = 2000,
  SLEEP_TRIES = 100,
  PRIORITY = 20,
};

static DRAM_ATTR sb_adc_frame_t places[FRAMES];
static DRAM_ATTR sb_ring_t frames;
static DRAM_ATTR uint32_t frames_lost;
static DRAM_ATTR TaskHandle_t task;
static DRAM_ATTR volatile uint32_t oximeter_interrupts;
static DRAM_ATTR volatile uint64_t oximeter_interrupt_us;
static adc_continuous_handle_t converter;
static TaskHandle_t starter;
static volatile sb_err_t start_result;
static volatile bool should_sleep, is_asleep, awaits_finger;

static inline uint32_t IRAM_ATTR conversion(const uint8_t *result) {
  const adc_digi_output_data_t *data = (const adc_digi_output_data_t *)result;
#if CONFIG_IDF_TARGET_ESP32
  return data->type1.data;
#else
  return data->type2.data;
#endif
}

/// Runs in the interrupt, also while flash cannot be read: everything that it touches is in RAM.
static bool IRAM_ATTR on_frame(adc_continuous_handle_t handle, const adc_continuous_evt_data_t *event, void *context) {
  (void)handle;
  (void)context;
  BaseType_t has_woken = pdFALSE;
  sb_adc_frame_t *frame = event->size == FRAME_BYTES ? sb_ring_claim(&frames) : NULL;
  if (frame == NULL) {
    frames_lost++;
    return false;
  }
  frame->end_us = (uint64_t)esp_timer_get_time();
  frame->frames_lost_before = frames_lost;
  frames_lost = 0;
  frame->lead_off = (uint8_t)((gpio_get_level(CONFIG_SB_PIN_LEAD_OFF_PLUS) != 0 ? SB_LEAD_OFF_PLUS : 0) |
                              (gpio_get_level(CONFIG_SB_PIN_LEAD_OFF_MINUS) != 0 ? SB_LEAD_OFF_MINUS : 0));
  const uint8_t *result = event->conv_frame_buffer;
  for (int i = 0; i < SB_ADC_FRAME_SUMS; i++) {
    uint32_t sum = 0;
    for (int k = 0; k < SB_ADC_SUM; k++, result += SOC_ADC_DIGI_RESULT_BYTES) sum += conversion(result);
    frame->sums[i] = (uint16_t)sum;
  }
  sb_ring_commit(&frames);
  vTaskNotifyGiveFromISR(task, &has_woken);
  return has_woken == pdTRUE;
}

static void IRAM_ATTR on_oximeter(void *context) {
  (void)context;
  BaseType_t has_woken = pdFALSE;
  oximeter_interrupt_us = (uint64_t)esp_timer_get_time();
  oximeter_interrupts++;
  vTaskNotifyGiveFromISR(task, &has_woken);
  portYIELD_FROM_ISR(has_woken);
}

static sb_err_t start_converter(void) {
  const adc_continuous_handle_cfg_t handle_config = {
      .max_store_buf_size = 2 * FRAME_BYTES, .conv_frame_size = FRAME_BYTES, .flags.flush_pool = true};
  TRY(sb_err_from_esp(adc_continuous_new_handle(&handle_config, &converter), SB_ERR_STORAGE));
  adc_unit_t unit;
  adc_channel_t channel;
  TRY(sb_err_from_esp(adc_continuous_io_to_channel(CONFIG_SB_PIN_ECG, &unit, &channel), SB_ERR_ARGUMENT));
  if (unit != ADC_UNIT_1) return SB_ERR_ARGUMENT;  // the radio takes ADC2
  adc_digi_pattern_config_t pattern = {
      .atten = ADC_ATTEN_DB_12, .channel = (uint8_t)channel, .unit = ADC_UNIT_1, .bit_width = ADC_BITWIDTH_12};
  const adc_continuous_config_t config = {
    .pattern_num = 1,
    .adc_pattern = &pattern,
    .sample_freq_hz = SB_ADC_RATE_HZ,
    .conv_mode = ADC_CONV_SINGLE_UNIT_1,
#if CONFIG_IDF_TARGET_ESP32
    .format = ADC_DIGI_OUTPUT_FORMAT_TYPE1
#else
    .format = ADC_DIGI_OUTPUT_FORMAT_TYPE2
#endif
  };
  TRY(sb_err_from_esp(adc_continuous_config(converter, &config), SB_ERR_ARGUMENT));
  const adc_continuous_evt_cbs_t callbacks = {.on_conv_done = on_frame};
  TRY(sb_err_from_esp(adc_continuous_register_event_callbacks(converter, &callbacks, NULL), SB_ERR_STORAGE));
  return sb_err_from_esp(adc_continuous_start(converter), SB_ERR_STORAGE);
}

static sb_err_t start_pins(bool has_oximeter) {
  const gpio_config_t leads = {
      .pin_bit_mask = 1ull << CONFIG_SB_PIN_LEAD_OFF_PLUS | 1ull << CONFIG_SB_PIN_LEAD_OFF_MINUS,
      .mode = GPIO_MODE_INPUT};
  TRY(sb_err_from_esp(gpio_config(&leads), SB_ERR_ARGUMENT));
  if (!has_oximeter) return SB_OK;
  const gpio_config_t interrupt = {.pin_bit_mask = 1ull << CONFIG_SB_PIN_OXIMETER_INT,
                                   .mode = GPIO_MODE_INPUT,
                                   .pull_up_en = GPIO_PULLUP_ENABLE,
                                   .intr_type = GPIO_INTR_NEGEDGE};
  TRY(sb_err_from_esp(gpio_config(&interrupt), SB_ERR_ARGUMENT));
  TRY(sb_err_from_esp(gpio_install_isr_service(ESP_INTR_FLAG_IRAM), SB_ERR_STORAGE));
  return sb_err_from_esp(gpio_isr_handler_add(CONFIG_SB_PIN_OXIMETER_INT, on_oximeter, NULL), SB_ERR_STORAGE);
}

/// The latest edge of the interrupt line: how many there were, and when it was. Both belong together, so they are read
/// again where an interrupt came between.
static uint32_t latest_interrupt(uint64_t *us) {
  uint32_t interrupts;
  do {
    interrupts = oximeter_interrupts;
    *us = oximeter_interrupt_us;
  } while (interrupts != oximeter_interrupts);
  return interrupts;
}

static void poll_oximeter(sb_acquisition_t *acquisition, uint32_t *handled) {
  uint64_t us;
  uint32_t interrupts = latest_interrupt(&us);
  // The line stays low until the status is read, so an edge that was missed shows as a level.
  bool is_low = gpio_get_level(CONFIG_SB_PIN_OXIMETER_INT) == 0;
  if (interrupts == *handled && !is_low) return;
  if (interrupts == *handled) us = (uint64_t)esp_timer_get_time();
  *handled = interrupts;
  (void)sb_max30102_poll(&acquisition->oximeter, us);
}

static sb_err_t start(sb_acquisition_t *acquisition) {
  TRY(start_pins(acquisition->has_oximeter));
  return start_converter();
}

static void acquire(void *context) {
  sb_acquisition_t *acquisition = context;
  uint32_t handled = 0;
  task = xTaskGetCurrentTaskHandle();  // before the first interrupt, which may come before the creator goes on
  // The drivers' interrupts come on the core that installs them: this one.
  start_result = start(acquisition);
  xTaskNotifyGive(starter);
  (void)esp_task_wdt_add(NULL);
  while (true) {
    (void)ulTaskNotifyTake(pdTRUE, pdMS_TO_TICKS(500));
    const sb_adc_frame_t *frame;
    // What does not fit into the block ring is counted there and declared with the next block.
    for (; (frame = sb_ring_oldest(&frames)) != NULL; sb_ring_release(&frames)) {
      (void)sb_front_push(&acquisition->front, frame);
    }
    if (acquisition->has_oximeter && !is_asleep) poll_oximeter(acquisition, &handled);
    if (should_sleep && !is_asleep) {
      awaits_finger = acquisition->has_oximeter && sb_max30102_await_finger(&acquisition->oximeter) == SB_OK;
      is_asleep = true;
    }
    (void)esp_task_wdt_reset();
  }
}

sb_err_t sb_esp32_start_acquisition(sb_acquisition_t *acquisition) {
  static StaticTask_t control;
  static StackType_t stack[STACK];
  sb_ring_init(&frames, places, sizeof places[0], FRAMES);
  starter = xTaskGetCurrentTaskHandle();
  // The last core: the second where there are two, so that the radio's tasks on the first cannot delay it.
  const BaseType_t core = CONFIG_FREERTOS_NUMBER_OF_CORES - 1;
  if (xTaskCreateStaticPinnedToCore(acquire, "acquire", STACK, acquisition, PRIORITY, stack, &control, core) == NULL) {
    return SB_ERR_STORAGE;
  }
  return ulTaskNotifyTake(pdTRUE, pdMS_TO_TICKS(START_MS)) == 0 ? SB_ERR_STORAGE : start_result;
}

bool sb_esp32_sleep_oximeter(void) {
  should_sleep = true;
  // The acquisition task looks at least every 500 ms; it owns the sensor.
  for (int i = 0; i < SLEEP_TRIES && !is_asleep; i++) vTaskDelay(pdMS_TO_TICKS(10));
  return is_asleep && awaits_finger;
}
