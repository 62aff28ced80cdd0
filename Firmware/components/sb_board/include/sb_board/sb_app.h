#pragma once

#include "sb_beats/sb_beats.h"
#include "sb_board/sb_hal.h"
#include "sb_board/sb_power.h"
#include "sb_board/sb_radio.h"
#include "sb_board/sb_screen.h"
#include "sb_board/sb_update.h"
#include "sb_signal/sb_blocks.h"
#include "sb_signal/sb_oximetry.h"
#include "sb_signal/sb_qrs.h"
#include "sealedbeat/sb_device.h"

/// The application that a board's network task runs: blocks from the acquiring core become sealed chunks, chunks become
/// publications, receipts and commands become what they ask for. It owns no thread, no socket and no memory but its
/// own; the simulated board of the tests and the ESP32 run the same code.
enum {
  SB_CHANNEL_ECG = 0,
  SB_CHANNEL_RED = 1,
  SB_CHANNEL_INFRARED = 2,
  SB_CHANNEL_COUNT = 3,
  /// 256 blocks of three channels are 17 s: longer than a `post` may take.
  SB_APP_BLOCKS = 256,
  SB_APP_EVENTS = 32,
  /// Chunks handed to the client in one step, so that a backlog cannot keep the blocks waiting.
  SB_APP_PUBLISH_BURST = 8,
  /// After a server refused or did not answer an enrolment or a rotation.
  SB_APP_POST_RETRY_S = 60,
  /// No ECG block for this long is a fault worth a word.
  SB_APP_SILENCE_US = 5000000,
  /// How long the display says that samples were lost.
  SB_APP_LOSING_US = 10000000,
};

typedef struct {
  sb_device_t *device;
  sb_hal_t hal;
  /// Filled by the acquiring core.
  sb_ring_t *blocks;
  /// Filled by the network's task.
  sb_ring_t *events;
  const uint8_t *vault_key;
  const uint8_t *claim_token;
  bool has_oximeter;
  /// Judges beats while no server does; null where the device has no network of its own.
  sb_beats_t *beats;
  /// The sleep timer started the device, not a person.
  bool is_timer_wake;
} sb_app_config_t;

typedef struct {
  sb_app_config_t config;
  sb_radio_t radio;
  sb_power_t power;
  sb_trial_t trial;
  sb_qrs_t qrs;
  sb_oximetry_t oximetry;
  bool is_joined;
  bool is_connected;
  bool is_enrolment_refused;
  uint64_t next_post_us;
  /// A chunk that the client had no room for.
  uint8_t message[SB_CHUNK_MESSAGE_MAX];
  size_t message_length;
  /// The session in which channels lie in step, when its sample 0 was taken, and which channels have begun in it.
  sb_session_id_t session;
  uint64_t session_origin_us;
  bool has_begun[SB_CHANNEL_COUNT];
  uint8_t lead_off;
  bool has_finger;
  /// Beats flagged since the connection was lost.
  uint32_t flagged_offline;
  uint64_t last_block_us;
  uint64_t last_ppg_us;
  /// Failures of flash so far, as the device counts them: while RAM has room they cost nothing, but they are worth a word.
  uint64_t storage_failures;
  sb_err_t last_storage_error;
  uint64_t last_storage_error_us;
  uint32_t battery_permille;
  bool has_battery;
  /// Red samples that wait for their infrared twins, for the saturation.
  int16_t red[SB_BLOCK_SAMPLES];
  uint16_t red_count;
} sb_app_t;

typedef enum {
  SB_APP_GO_ON,
  /// Nobody wears the device and it has nothing left to do: sleep deeply.
  SB_APP_SLEEP,
  /// The new image has shown that it works.
  SB_APP_CONFIRM_UPDATE,
  /// The new image has not: go back to the one before.
  SB_APP_ROLL_BACK,
} sb_app_action_t;

void sb_app_init(sb_app_t *app, const sb_app_config_t *config);

/// Does what is to be done now. Called at least every 200 ms.
sb_app_action_t sb_app_step(sb_app_t *app);

/// What the display should say.
void sb_app_view(const sb_app_t *app, sb_view_t *view);
