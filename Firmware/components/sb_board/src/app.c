#include "sb_board/sb_app.h"

#include <string.h>

enum { SB_SAMPLE_US = 8000 };

void sb_app_init(sb_app_t *app, const sb_app_config_t *config) {
  memset(app, 0, sizeof *app);
  app->config = *config;
  app->lead_off = SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS;
  app->last_block_us = config->hal.now(config->hal.context).monotonic_us;
  sb_power_init(&app->power, !config->is_timer_wake);
  sb_qrs_init(&app->qrs);
  if (app->config.beats != NULL) sb_beats_init(app->config.beats);
  sb_oximetry_init(&app->oximetry);
}

// Signals.

static void watch_heart(sb_app_t *app, const sb_block_t *block) {
  sb_beats_t *beats = app->config.beats;
  app->lead_off = block->lead_off;
  if (block->lost_before > 0 || block->lead_off != 0) {
    sb_qrs_gap(&app->qrs, block->lost_before);
    if (beats != NULL) sb_beats_gap(beats, block->lost_before);
  }
  for (uint16_t i = 0; i < block->count && block->lead_off == 0; i++) {
    uint64_t beat;
    if (beats != NULL) sb_beats_push(beats, block->samples[i]);
    if (sb_qrs_push(&app->qrs, block->samples[i], &beat) && beats != NULL) sb_beats_found(beats, beat);
  }
}

/// While a server sees the signal, it judges better. A beat takes a while, so there is one in a step.
static void judge_beats(sb_app_t *app) {
  sb_beats_t *beats = app->config.beats;
  if (beats == NULL) return;
  if (app->is_connected) {
    app->flagged_offline = 0;
    sb_beats_skip(beats);
    return;
  }
  sb_verdict_t verdict;
  if (!sb_beats_judge(beats, &verdict)) return;
  app->flagged_offline += verdict.is_abnormal;
  sb_device_set_beats(app->config.device, beats->judged, beats->abnormal);
}

static void show_block(sb_app_t *app, const sb_block_t *block) {
  if (block->channel == SB_CHANNEL_ECG) {
    watch_heart(app, block);
    return;
  }
  if (block->channel == SB_CHANNEL_RED) {
    memcpy(app->red, block->samples, sizeof app->red);
    app->red_count = block->count;
    return;
  }
  for (uint16_t i = 0; i < block->count && i < app->red_count; i++) {
    sb_oximetry_push(&app->oximetry, app->red[i], block->samples[i]);
  }
  app->red_count = 0;
}

/// The clocks at the moment `us`.
static sb_time_t time_at(uint64_t us, sb_time_t now) {
  uint64_t ago = now.monotonic_us > us ? now.monotonic_us - us : 0;
  sb_time_t then = now;
  then.monotonic_us -= ago;
  then.wall_us = now.wall_us > ago ? now.wall_us - ago : 0;
  return then;
}

/// Whether pushing has begun a session, whose sample 0 was then taken at `us`.
static void follow_session(sb_app_t *app, uint64_t us) {
  sb_session_id_t session;
  if (!sb_device_session(app->config.device, &session) || sb_session_id_equal(&session, &app->session)) return;
  app->session = session;
  app->session_origin_us = us;
  memset(app->has_begun, 0, sizeof app->has_begun);
}

/// Samples of the channel that lie between the session's beginning, or the channel's last sample, and this block. A
/// finger may come long after the electrodes, and all kinds of a session count from one moment.
static uint64_t missing_before(const sb_app_t *app, const sb_block_t *block, uint64_t first_us) {
  sb_session_id_t session;
  bool is_open = sb_device_session(app->config.device, &session);
  // What the lights missed before there was a session is no part of one.
  if (!is_open) return block->channel == SB_CHANNEL_ECG ? block->lost_before : 0;
  if (app->has_begun[block->channel]) return block->lost_before;
  return (first_us - app->session_origin_us + SB_SAMPLE_US / 2) / SB_SAMPLE_US;
}

/// Samples of a block that lie before the session's beginning: the lights' blocks are not cut where the ECG's are.
static uint16_t samples_before_session(const sb_app_t *app, const sb_block_t *block) {
  sb_session_id_t session;
  if (!sb_device_session(app->config.device, &session) || block->first_us >= app->session_origin_us) return 0;
  uint64_t before = (app->session_origin_us - block->first_us + SB_SAMPLE_US - 1) / SB_SAMPLE_US;
  return before < block->count ? (uint16_t)before : block->count;
}

static sb_err_t seal_block(sb_app_t *app, const sb_block_t *block, sb_time_t now) {
  sb_device_t *device = app->config.device;
  uint16_t skipped = samples_before_session(app, block);
  if (skipped == block->count) return SB_OK;
  uint64_t first_us = block->first_us + (uint64_t)skipped * SB_SAMPLE_US;
  uint64_t missing = missing_before(app, block, first_us);
  sb_err_t error = SB_OK;
  if (missing > 0) {
    // The core takes no time before its session's beginning, and what is missing may reach back beyond it.
    uint64_t ago_us = missing * SB_SAMPLE_US;
    uint64_t us = first_us - ago_us;
    sb_session_id_t session;
    if (sb_device_session(device, &session) && us < app->session_origin_us) us = app->session_origin_us;
    error = sb_device_push_lost(device, block->channel, missing, time_at(us, now));
    follow_session(app, us);
  }
  sb_err_t pushed = sb_device_push_samples(device, block->channel, block->samples + skipped,
                                           (size_t)(block->count - skipped), block->lead_off, time_at(first_us, now));
  follow_session(app, first_us);
  app->has_begun[block->channel] = true;
  return pushed != SB_OK ? pushed : error;
}

/// The ECG begins a session, so that it loses nothing where one follows another; the lights join it. Without a
/// converter that delivers, the lights begin.
static bool must_wait_for_ecg(const sb_app_t *app, const sb_block_t *block, sb_time_t now) {
  sb_session_id_t session;
  bool is_ecg_alive = now.monotonic_us - app->last_block_us < SB_APP_SILENCE_US;
  return block->channel != SB_CHANNEL_ECG && is_ecg_alive && !sb_device_session(app->config.device, &session);
}

static void take_block(sb_app_t *app, const sb_block_t *block, sb_time_t now) {
  sb_err_t error = seal_block(app, block, now);
  if (error == SB_ERR_FULL || error == SB_ERR_STORAGE) {
    app->last_storage_error = error;
    app->last_storage_error_us = now.monotonic_us;
  }
  uint64_t *last = block->channel == SB_CHANNEL_ECG ? &app->last_block_us : &app->last_ppg_us;
  *last = now.monotonic_us;
  app->trial.has_samples = true;
  show_block(app, block);
}

/// An unworn device seals nothing: a session is one wearing of the sensor.
static bool is_worn(const sb_app_t *app) { return app->power.state == SB_POWER_AWAKE; }

static void take_blocks(sb_app_t *app, sb_time_t now) {
  const sb_block_t *block;
  while ((block = sb_ring_oldest(app->config.blocks)) != NULL) {
    bool shows_wearing = block->channel != SB_CHANNEL_ECG || block->lead_off != (SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS);
    if (must_wait_for_ecg(app, block, now)) {
      app->last_ppg_us = now.monotonic_us;
    } else if (is_worn(app) || shows_wearing) {
      take_block(app, block, now);
    } else {
      app->lead_off = block->lead_off;
      app->last_block_us = now.monotonic_us;
      app->trial.has_samples = true;
    }
    sb_ring_release(app->config.blocks);
  }
  // The oximeter's samples come only while there is a finger.
  app->has_finger = app->last_ppg_us > 0 && now.monotonic_us - app->last_ppg_us < 2000000;
}

// Network.

static void lose_connection(sb_app_t *app, sb_time_t now) {
  uint32_t wait_ms = 0;
  app->is_joined = app->is_connected = false;
  app->message_length = 0;  // it is still in the outbox
  (void)sb_device_on_disconnected(app->config.device, now, &wait_ms);
  app->config.hal.leave(app->config.hal.context);
  sb_radio_failed(&app->radio, now.monotonic_us, wait_ms);
}

static void take_event(sb_app_t *app, const sb_event_t *event, sb_time_t now) {
  sb_device_t *device = app->config.device;
  switch ((sb_event_kind_t)event->kind) {
    case SB_EVENT_JOINED:
      if (app->radio.state == SB_RADIO_TRYING) app->is_joined = true;
      if (app->is_joined && sb_device_is_enrolled(device)) (void)app->config.hal.connect(app->config.hal.context);
      return;
    case SB_EVENT_CONNECTED:
      if (!app->is_joined) return;
      app->is_connected = true;
      sb_radio_succeeded(&app->radio);
      sb_device_on_connected(device, now);
      return;
    case SB_EVENT_LOST:
      if (app->radio.state != SB_RADIO_OFF) lose_connection(app, now);
      return;
    case SB_EVENT_RECEIPT:
      // A message that is too long is handed over as an empty one, which is refused and counted.
      if (sb_device_on_receipt(device, event->bytes, event->length > SB_EVENT_BYTES ? 0 : event->length, now) ==
          SB_OK) {
        app->trial.has_receipt = true;
      }
      return;
    case SB_EVENT_COMMAND:
      (void)sb_device_on_command(device, event->bytes, event->length > SB_EVENT_BYTES ? 0 : event->length);
      return;
  }
}

static void take_events(sb_app_t *app, sb_time_t now) {
  const sb_event_t *event;
  while ((event = sb_ring_oldest(app->config.events)) != NULL) {
    take_event(app, event, now);
    sb_ring_release(app->config.events);
  }
}

typedef sb_err_t (*make_request_t)(sb_app_t *app, uint8_t *out, size_t capacity, size_t *length);

static sb_err_t make_enrol(sb_app_t *app, uint8_t *out, size_t capacity, size_t *length) {
  return sb_device_enrol_request(app->config.device, app->config.vault_key, app->config.claim_token, out, capacity,
                                 length);
}

static sb_err_t make_rotate(sb_app_t *app, uint8_t *out, size_t capacity, size_t *length) {
  return sb_device_rotate_request(app->config.device, app->config.vault_key, out, capacity, length);
}

/// Sends a request and gives the answer's length in `answer`. The two buffers are static: one network task, no heap.
static sb_err_t ask(sb_app_t *app, sb_route_t route, make_request_t make, uint8_t **answer, size_t *length) {
  static uint8_t request[SB_ENROL_MESSAGE_MAX], reply[SB_ENROL_ANSWER_MAX];
  size_t request_length;
  *answer = reply;
  sb_err_t error = make(app, request, sizeof request, &request_length);
  if (error != SB_OK) return error;
  const sb_hal_t *hal = &app->config.hal;
  return hal->post(hal->context, route, request, request_length, reply, sizeof reply, length);
}

/// Enrols where the device has no certificate, and rotates the key where the server asked for it.
static void keep_keys(sb_app_t *app, sb_time_t now) {
  sb_device_t *device = app->config.device;
  bool is_enrolled = sb_device_is_enrolled(device);
  bool is_wanted = is_enrolled ? sb_device_rotation_wanted(device) != 0 : app->config.claim_token != NULL;
  if (!app->is_joined || !is_wanted || now.monotonic_us < app->next_post_us) return;
  uint8_t *answer;
  size_t length;
  sb_err_t error = ask(app, is_enrolled ? SB_ROUTE_ROTATE : SB_ROUTE_ENROL, is_enrolled ? make_rotate : make_enrol,
                       &answer, &length);
  if (error == SB_OK) {
    error = is_enrolled ? sb_device_on_rotate_answer(device, answer, length, now)
                        : sb_device_on_enrol_answer(device, answer, length);
  }
  app->is_enrolment_refused = !is_enrolled && error == SB_ERR_AUTHENTICATION;
  if (error != SB_OK) app->next_post_us = now.monotonic_us + SB_APP_POST_RETRY_S * 1000000ull;
  if (error == SB_OK && !is_enrolled) (void)app->config.hal.connect(app->config.hal.context);
}

static void publish(sb_app_t *app, sb_time_t now) {
  const sb_hal_t *hal = &app->config.hal;
  for (int i = 0; i < SB_APP_PUBLISH_BURST && app->is_connected; i++) {
    if (app->message_length == 0 && sb_device_next_to_send(app->config.device, now, app->message, sizeof app->message,
                                                           &app->message_length) != SB_OK) {
      app->message_length = 0;
      return;
    }
    if (hal->publish(hal->context, app->message, app->message_length) != SB_OK) return;
    app->message_length = 0;
  }
}

static void keep_connection(sb_app_t *app, sb_time_t now) {
  if (sb_radio_has_timed_out(&app->radio, now.monotonic_us)) {
    // An enrolment under way needs the network for longer than a connection does.
    bool is_enrolling = app->is_joined && !sb_device_is_enrolled(app->config.device);
    if (!is_enrolling) lose_connection(app, now);
  }
  if (!sb_radio_should_try(&app->radio, now.monotonic_us)) return;
  if (app->config.hal.join(app->config.hal.context) != SB_OK) lose_connection(app, now);
}

// Everything.

static void watch_storage(sb_app_t *app, sb_time_t now) {
  sb_device_stats_t stats;
  sb_device_stats(app->config.device, &stats);
  if (stats.storage_failures != app->storage_failures) {
    app->last_storage_error = SB_ERR_STORAGE;
    app->last_storage_error_us = now.monotonic_us;
  }
  app->storage_failures = stats.storage_failures;
}

static sb_app_action_t judge_power(sb_app_t *app, sb_time_t now) {
  sb_device_stats_t stats;
  sb_device_stats(app->config.device, &stats);
  sb_worn_t worn = {.has_lead = app->lead_off != (SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS),
                    .has_finger = app->has_finger,
                    .held = stats.held,
                    .can_send = app->radio.state != SB_RADIO_OFF};
  switch (sb_power_judge(&app->power, &worn, now.monotonic_us)) {
    case SB_POWER_GO_ON: break;
    case SB_POWER_END_SESSION: (void)sb_device_end_session(app->config.device, now); break;
    case SB_POWER_SLEEP:
      // Deep sleep ends what is in RAM.
      (void)sb_device_flush(app->config.device, now);
      return SB_APP_SLEEP;
  }
  return SB_APP_GO_ON;
}

sb_app_action_t sb_app_step(sb_app_t *app) {
  const sb_hal_t *hal = &app->config.hal;
  sb_time_t now = hal->now(hal->context);
  uint64_t next_us;
  take_events(app, now);
  // Before the blocks, so that a session that is over ends here and not in the middle of them.
  (void)sb_device_tick(app->config.device, now, &next_us);
  take_blocks(app, now);
  watch_storage(app, now);
  judge_beats(app);
  keep_connection(app, now);
  keep_keys(app, now);
  publish(app, now);
  switch (sb_trial_judge(&app->trial, now.monotonic_us)) {
    // A sleep is a restart, and a restart on trial is a roll-back: a new image stays awake until it is judged.
    case SB_TRIAL_GO_ON: return app->trial.is_on_trial ? SB_APP_GO_ON : judge_power(app, now);
    case SB_TRIAL_CONFIRM: return SB_APP_CONFIRM_UPDATE;
    case SB_TRIAL_ROLL_BACK: (void)sb_device_flush(app->config.device, now); return SB_APP_ROLL_BACK;
  }
  return SB_APP_GO_ON;
}

static sb_link_state_t link_state(const sb_app_t *app) {
  if (app->is_connected) return SB_LINK_CONNECTED;
  if (!sb_device_is_enrolled(app->config.device)) {
    return app->config.claim_token == NULL ? SB_LINK_NOT_PROVISIONED : SB_LINK_ENROLLING;
  }
  return sb_radio_has_given_up(&app->radio) ? SB_LINK_STORING : SB_LINK_CONNECTING;
}

static sb_trouble_t trouble(const sb_app_t *app, sb_time_t now) {
  bool is_losing = app->last_storage_error != SB_OK && now.monotonic_us - app->last_storage_error_us < SB_APP_LOSING_US;
  if (is_losing) {
    return app->last_storage_error == SB_ERR_FULL ? SB_TROUBLE_STORAGE_FULL : SB_TROUBLE_STORAGE_BROKEN;
  }
  if (now.monotonic_us - app->last_block_us > SB_APP_SILENCE_US) return SB_TROUBLE_NO_ECG;
  if (app->is_enrolment_refused) return SB_TROUBLE_ENROLMENT_REFUSED;
  if (app->has_battery && app->battery_permille < 100) return SB_TROUBLE_BATTERY_LOW;
  if (!now.wall_is_synchronised) return SB_TROUBLE_CLOCK_NOT_SET;
  return app->config.has_oximeter ? SB_TROUBLE_NONE : SB_TROUBLE_NO_OXIMETER;
}

void sb_app_view(const sb_app_t *app, sb_view_t *view) {
  sb_device_stats_t stats;
  sb_device_stats(app->config.device, &stats);
  sb_time_t now = app->config.hal.now(app->config.hal.context);
  *view = (sb_view_t){.heart_rate = sb_qrs_heart_rate(&app->qrs),
                      .oxygen_percent = app->has_finger ? sb_oximetry_percent(&app->oximetry) : 0,
                      .lead_off = app->lead_off,
                      .has_finger = app->has_finger,
                      .has_oximeter = app->config.has_oximeter,
                      .flagged_beats = app->flagged_offline,
                      .link = link_state(app),
                      .held = stats.held,
                      .battery_permille = app->battery_permille,
                      .has_battery = app->has_battery,
                      .trouble = trouble(app, now)};
}
