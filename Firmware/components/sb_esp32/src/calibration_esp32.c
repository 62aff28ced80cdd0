#include "esp_adc/adc_cali.h"
#include "esp_adc/adc_cali_scheme.h"
#include "esp_status.h"
#include "sb_esp32/sb_esp32.h"
#include "try.h"

static sb_err_t millivolts(void *context, int raw, int *out) {
  return sb_err_from_esp(adc_cali_raw_to_voltage(context, raw, out), SB_ERR_ARGUMENT);
}

static esp_err_t create(adc_cali_handle_t *handle) {
#if ADC_CALI_SCHEME_CURVE_FITTING_SUPPORTED
  const adc_cali_curve_fitting_config_t config = {
      .unit_id = ADC_UNIT_1, .atten = ADC_ATTEN_DB_12, .bitwidth = ADC_BITWIDTH_12};
  return adc_cali_create_scheme_curve_fitting(&config, handle);
#else
  const adc_cali_line_fitting_config_t config = {
      .unit_id = ADC_UNIT_1, .atten = ADC_ATTEN_DB_12, .bitwidth = ADC_BITWIDTH_12, .default_vref = 1100};
  return adc_cali_create_scheme_line_fitting(&config, handle);
#endif
}

static esp_err_t discard(adc_cali_handle_t handle) {
#if ADC_CALI_SCHEME_CURVE_FITTING_SUPPORTED
  return adc_cali_delete_scheme_curve_fitting(handle);
#else
  return adc_cali_delete_scheme_line_fitting(handle);
#endif
}

sb_err_t sb_esp32_calibrate(sb_calibration_t *calibration) {
  adc_cali_handle_t handle;
  TRY(sb_err_from_esp(create(&handle), SB_ERR_NOT_FOUND));
  sb_err_t error = sb_calibration_make(calibration, millivolts, handle);
  (void)discard(handle);
  return error;
}
