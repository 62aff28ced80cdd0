#pragma once

#include "sb_board/sb_app.h"
#include "sb_board/sb_provision.h"
#include "sb_flash/sb_partition.h"
#include "sb_sensors/sb_i2c.h"
#include "sb_sensors/sb_max30102.h"
#include "sb_signal/sb_front.h"

/// Everything that calls ESP-IDF, each a thin shell around what the portable components decide. Two tasks: acquisition
/// on the last core, the application on the first; the Wi-Fi and MQTT libraries have tasks of their own.

/// Draws the entropy for the random generator while the bootloader's source is on, before the converter needs the ADC
/// and before the radio is on ("Random Number Generation", ESP-IDF Programming Guide), and starts the cryptography.
sb_err_t sb_esp32_start_crypto(void);

/// Opens encrypted NVS (CONFIG_NVS_ENCRYPTION) and gives the seam to it. A partition that cannot be read is an error
/// and is never erased: it holds the keys.
sb_err_t sb_esp32_open_nvs(sb_nvs_t *nvs);

/// The partition "outbox". It holds ciphertext and is not encrypted again.
sb_err_t sb_esp32_open_partition(sb_partition_t *partition);

sb_err_t sb_esp32_open_i2c(sb_i2c_t *i2c);

/// The board's calibration of the converter (eFuse), as knots.
sb_err_t sb_esp32_calibrate(sb_calibration_t *calibration);

/// What the acquisition task owns; all of it lives in static memory.
typedef struct {
  sb_front_t front;
  sb_resampler_t resampler;
  sb_max30102_t oximeter;
  bool has_oximeter;
} sb_acquisition_t;

/// Starts the converter and the acquisition task.
sb_err_t sb_esp32_start_acquisition(sb_acquisition_t *acquisition);

/// Has the acquisition task put the oximeter to sleep, before the chip sleeps; whether it waits for a finger, to wake it.
bool sb_esp32_sleep_oximeter(void);

/// The network behind the application's HAL. `provision` and `device` are kept.
sb_err_t sb_esp32_open_network(const sb_provision_t *provision, sb_device_t *device, sb_ring_t *events, sb_hal_t *hal);

/// `POST` of CBOR with TLS: `sb_hal_t.post`.
sb_err_t sb_esp32_post(const sb_provision_t *provision, sb_device_t *device, sb_route_t route, const uint8_t *body,
                       size_t length, uint8_t *answer, size_t capacity, size_t *answer_length);

/// The clocks: `sb_hal_t.now`.
sb_time_t sb_esp32_now(void);
/// Says that a time server has set the wall clock.
void sb_esp32_clock_was_set(void);

/// Reads lines from the console until everything is set, and keeps them. Every accepted line is answered "ok", every
/// other with the error's name; no value is ever echoed.
sb_err_t sb_esp32_provision_by_console(sb_provision_t *provision, const sb_nvs_t *nvs);

/// What the next status chunk says of the hardware.
void sb_esp32_health(sb_status_t *health);

/// Whether the sleep timer alone started the device.
bool sb_esp32_is_timer_wake(void);
/// Sleeps deeply until both electrodes hold, the oximeter has seen a finger, or the timer ends. Does not return.
void sb_esp32_sleep(bool awaits_finger);

/// The version of the running image, from the image itself.
uint32_t sb_esp32_version(void);
/// Whether the running image is on trial.
bool sb_esp32_is_on_trial(void);
sb_err_t sb_esp32_confirm_update(void);
/// Goes back to the image before, and remembers the version that failed. Does not return where that succeeds.
sb_err_t sb_esp32_roll_back(const sb_nvs_t *nvs);
/// Once a day fetches an update where there is one that `sb_update_judge` takes, and restarts with it. `SB_ERR_EMPTY`
/// where it is not time to look.
sb_err_t sb_esp32_update(const sb_provision_t *provision, const sb_nvs_t *nvs, bool has_battery,
                         uint32_t battery_permille);
