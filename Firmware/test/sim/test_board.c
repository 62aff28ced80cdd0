#include <math.h>
#include <stdlib.h>

#include "sealedbeat/sb_tier.h"
#include "sim_board.h"
#include "sim_patient.h"

static sim_board_t board;
static sim_server_t server;

static const uint64_t MINUTE = 60000000ull, HOUR = 3600000000ull, DAY = 86400000000ull;

static void begin(uint64_t seed) {
  sim_server_init(&server);
  sim_board_init(&board, &server, seed);
}

static void end(void) {
  sim_board_free(&board);
  sim_server_free(&server);
}

/// A source that gives blocks as the front end does, 200 ms each, without the converter's arithmetic: weeks are long.
typedef struct {
  uint64_t next_us;
  uint64_t samples;
  uint64_t lost;
} source_t;

static void give_block(source_t *source, uint8_t lead_off) {
  if (source->next_us == 0) source->next_us = board.us;
  while (source->next_us <= board.us) {
    sb_block_t *block = sb_ring_claim(&board.blocks);
    if (block == NULL) {
      source->lost += SB_BLOCK_SAMPLES;
    } else {
      *block = (sb_block_t){.first_us = source->next_us - 200000,
                            .lost_before = source->lost,
                            .count = SB_BLOCK_SAMPLES,
                            .channel = SB_CHANNEL_ECG,
                            .lead_off = lead_off};
      for (uint64_t i = 0; i < SB_BLOCK_SAMPLES; i++) block->samples[i] = (int16_t)(source->samples + i);
      sb_ring_commit(&board.blocks);
      source->lost = 0;
    }
    source->samples += SB_BLOCK_SAMPLES;
    source->next_us += 200000;
  }
}

/// Somebody wears the board for so long.
static void wear(source_t *source, uint64_t duration_us) {
  for (uint64_t until = board.us + duration_us; board.us < until; board.us += 200000) {
    give_block(source, 0);
    (void)sim_board_step(&board);
  }
}

/// Lets everything that is held go out over a good network.
static void drain(source_t *source) {
  board.network = (sim_network_t){.is_up = true};
  wear(source, 20 * MINUTE);
  CHECK_OK(sb_device_end_session(board.device, (sb_time_t){.monotonic_us = board.us}));
  for (uint64_t until = board.us + 10 * MINUTE; board.us < until; board.us += 200000) (void)sim_board_step(&board);
}

static void check_invariants(void) {
  CHECK(server.reused_nonces == 0);
  CHECK(sim_board_is_everything_committed(&board));
  sb_device_stats_t stats;
  sb_device_stats(board.device, &stats);
  CHECK(stats.held == 0 && stats.chunks_unreadable == 0);
}

/// Converter, oximeter and application together, at full rate.
static double heart_72(double seconds) { return test_heart_mv(seconds, 72); }

static void a_patient_is_measured_from_electrode_to_server(void) {
  begin(1);
  static sim_patient_t patient;
  sim_board_boot(&board, false);
  sim_patient_init(&patient, &board.blocks, board.us, heart_72);
  uint64_t began_us = board.us, until = board.us + 10 * MINUTE, step_us = board.us;
  uint32_t version = 2;
  while (board.us < until) {
    board.is_timely = board.us > began_us + MINUTE;
    if (board.us > began_us + MINUTE) patient.light.finger = 0.02;
    bool was_asked = version > 2;
    if (!was_asked && board.us > began_us + 5 * MINUTE) sim_board_order_rotation(&board, version++);
    uint64_t end_us = sim_patient_frame(&patient);
    if (end_us > board.us) board.us = end_us;
    if (board.us < step_us) continue;
    step_us = board.us + 50000;
    CHECK(sim_board_step(&board) == SB_APP_GO_ON);
  }
  sb_view_t view;
  sb_app_view(&board.app, &view);
  CHECK(view.heart_rate >= 71 && view.heart_rate <= 73 && view.oxygen_percent >= 95 && view.has_finger);
  CHECK(view.link == SB_LINK_CONNECTED && view.trouble == SB_TROUBLE_NONE && view.lead_off == 0);
  sb_device_stats_t stats;
  sb_device_stats(board.device, &stats);
  // All of the heart: ten minutes of ECG but for the start, nine of both lights.
  CHECK(server.signal_samples[0] > 590 * 125 && server.signal_samples[1] > 530 * 125);
  CHECK(server.signal_samples[1] == server.signal_samples[2]);
  // A rotation ends one session and begins one, whatever the order of the channels' blocks.
  CHECK(stats.key_version == 2 && stats.sessions_begun == 2);
  CHECK(board.worst_late_us > 100000 && board.worst_late_us < 3000000 && board.worst_early_us < 20000);
  source_t nothing = {.next_us = UINT64_MAX};
  drain(&nothing);
  check_invariants();
  end();
}

/// Three weeks of a patient at home: a network that comes and goes, power that fails at any moment, nights without the
/// sensor, rotations; across the 49.7 days of a 32-bit millisecond counter and the second at which time_t overflows.
static void three_weeks_at_home(void) {
  begin(2);
  board.us = (1ull << 32) * 1000 - 2 * DAY;                               // 2^32 ms less two days
  board.wall_origin_us = (2147483647ull * 1000000 - board.us) - 3 * DAY;  // 2038-01-19 less three days
  uint64_t began_us = board.us, until = board.us + 21 * DAY;
  uint64_t next_change = board.us, next_cut = board.us + HOUR, next_rotation = board.us + DAY;
  uint32_t version = 2;
  source_t source = {0};
  sim_board_boot(&board, false);
  while (board.us < until) {
    board.us += 200000;
    if (board.us >= next_change) {
      next_change = board.us + test_random(&board.random) % (40 * MINUTE);
      board.network.is_up = test_random(&board.random) % 4 != 0;
      board.network.join_fails = (uint32_t)(test_random(&board.random) % 30000);
      board.network.publish_lost = test_random(&board.random) % 2 == 0 ? 0 : 3000;
      board.network.receipt_lost = test_random(&board.random) % 2 == 0 ? 0 : 20000;
    }
    if (board.us >= next_rotation) {
      next_rotation += DAY;
      sim_board_order_rotation(&board, version++);
    }
    if (board.us >= next_cut) {
      next_cut = board.us + test_random(&board.random) % (6 * HOUR);
      board.flash.until_cut = 1 + test_random(&board.random) % 40;  // in the middle of a write to come
      board.flash.is_dead = test_random(&board.random) % 2 == 0;    // or now
    }
    // Worn for two hours of every eight, so that weeks fit into seconds.
    bool is_worn = (board.us - began_us) % (8 * HOUR) < 2 * HOUR;
    give_block(&source, is_worn ? 0 : 3);
    sb_app_action_t action = sim_board_step(&board);
    if (board.flash.is_dead) {
      sim_board_power_off(&board);
      board.us += 3000000 + test_random(&board.random) % 60000000;
      source = (source_t){0};
      sim_board_boot(&board, false);
    } else if (action == SB_APP_SLEEP) {
      board.sleeps++;
      sim_board_power_off(&board);
      // Ten minutes, or until an electrode wakes it.
      uint64_t wake_us = board.us + SB_POWER_WAKE_S * 1000000ull;
      while (board.us < wake_us && (board.us - began_us) % (8 * HOUR) >= 2 * HOUR) board.us += 1000000;
      source = (source_t){0};
      sim_board_boot(&board, board.us >= wake_us);
    }
  }
  drain(&source);
  check_invariants();
  // What RAM held when the power went was no more than the hold lets it hold, and nothing at all before a sleep.
  CHECK(board.lost_in_ram > 0 && board.most_lost_in_ram <= SB_TIER_HOLD_US / 1496000 + 4);
  CHECK(board.rotations >= 5 && board.sleeps > 100 && board.restarts > 100);
  CHECK(server.commits > 50000 && server.repeats > 0 && server.session_count > 60);
  // Capture times never drift: blocks are 200 ms, a chunk 1.5 s, a step comes every 200 ms, and RAM may have held it.
  CHECK(board.worst_early_us <= 200000 && board.worst_late_us < 3000000 + SB_TIER_HOLD_US + SB_TIER_RETRY_US);
  printf("       %llu chunks of %u sessions committed, %llu sent twice, %llu restarts, %llu sleeps\n",
         (unsigned long long)server.commits, server.session_count, (unsigned long long)server.repeats,
         (unsigned long long)board.restarts, (unsigned long long)board.sleeps);
  end();
}

static void a_good_network_spares_the_flash(void) {
  begin(9);
  source_t source = {0};
  sim_board_boot(&board, false);
  wear(&source, 5 * MINUTE);
  uint64_t sealed = board.sealed_count, commits = server.commits;
  wear(&source, 2 * HOUR);
  CHECK(board.sealed_count == sealed && server.commits > commits + 4800);
  sb_device_stats_t stats;
  sb_device_stats(board.device, &stats);
  CHECK(stats.held_in_ram < 4 && stats.held == stats.held_in_ram);
  drain(&source);
  check_invariants();
  end();
}

static void a_broken_flash_is_said_and_costs_nothing_while_connected(void) {
  begin(10);
  source_t source = {0};
  sim_board_boot(&board, false);
  wear(&source, 5 * MINUTE);
  board.flash.refuses = true;
  wear(&source, 5 * MINUTE);
  sb_device_stats_t before, after;
  sb_view_t view;
  sb_device_stats(board.device, &before);
  // The network goes for a second, and joining it again takes some: RAM bridges them.
  board.network.is_up = false;
  wear(&source, MINUTE / 60);
  sb_app_view(&board.app, &view);
  CHECK(view.trouble == SB_TROUBLE_STORAGE_BROKEN);
  board.network.is_up = true;
  wear(&source, 10 * MINUTE);
  sb_device_stats(board.device, &after);
  CHECK(after.samples_lost == before.samples_lost && after.held < 8);
  board.flash.refuses = false;
  drain(&source);
  check_invariants();
  end();
}

static void the_power_may_go_at_every_write(void) {
  begin(3);
  // With a network only what is removed is written, and what came before the connection; every other life is without.
  uint32_t deaths = 0;
  source_t source = {0};
  for (uint64_t cut = 1; cut <= 150; cut++) {
    board.network.is_up = cut % 2 == 1;
    sim_board_boot(&board, false);
    board.flash.until_cut = cut;
    for (int i = 0; i < 4000 && !board.flash.is_dead; i++) {
      board.us += 200000;
      give_block(&source, 0);
      (void)sim_board_step(&board);
    }
    CHECK(board.flash.is_dead || board.network.is_up);
    deaths += board.flash.is_dead;
    sim_board_power_off(&board);
    source = (source_t){0};
  }
  sim_board_boot(&board, false);
  drain(&source);
  check_invariants();
  CHECK(deaths >= 75 && server.session_count >= 140);
  end();
}

static void a_long_outage_is_declared_to_the_sample(void) {
  begin(4);
  source_t source = {0};
  sim_board_boot(&board, false);
  wear(&source, MINUTE);
  board.network.is_up = false;
  wear(&source, HOUR);
  sb_view_t view;
  sb_app_view(&board.app, &view);
  CHECK(view.link == SB_LINK_STORING && view.trouble == SB_TROUBLE_STORAGE_FULL);
  drain(&source);
  check_invariants();
  sb_device_stats_t stats;
  sb_device_stats(board.device, &stats);
  // The flash of this board holds twelve minutes; the rest of the hour is lost, and said to be.
  CHECK(stats.samples_lost > 40 * 60 * 125);
  CHECK(server.signal_samples[0] + stats.samples_lost == source.samples);
  end();
}

/// A heart at 60 a minute of which every eighth beat is early, wide and followed by an inverted T wave.
static double ectopic_mv(double seconds) {
  double phase = fmod(seconds, 8) - 4, mv = test_heart_mv(seconds, 60);
  if (fabs(phase) >= 0.95) return mv;
  double wide = (phase + 0.05) / 0.045, t = (phase - 0.27) / 0.07;
  return (phase < -0.4 ? mv : 0) + 1.5 * exp(-wide * wide / 2) - 0.5 * exp(-t * t / 2);
}

static void give_heart(source_t *source) {
  uint64_t before = source->samples;
  give_block(source, 0);
  for (; before < source->samples; before += SB_BLOCK_SAMPLES) {
    // The block that was just committed; the application has not seen it yet.
    sb_block_t *block = sb_ring_place(&board.blocks, board.blocks.committed - 1);
    for (uint64_t i = 0; i < SB_BLOCK_SAMPLES; i++) {
      block->samples[i] = (int16_t)lround(ectopic_mv((double)(before + i) / 125) * 5000);
    }
  }
}

static void beats_are_judged_while_nobody_else_does(void) {
  begin(8);
  source_t source = {0};
  sb_view_t view;
  sim_board_boot(&board, false);
  for (uint64_t until = board.us + 5 * MINUTE; board.us < until; board.us += 200000) {
    give_heart(&source);
    (void)sim_board_step(&board);
  }
  CHECK(board.is_connected);
  uint64_t judged_at_start = board.beats.judged;
  CHECK(judged_at_start < 10);  // before the first connection
  board.network.is_up = false;
  for (uint64_t until = board.us + 5 * MINUTE; board.us < until; board.us += 200000) {
    give_heart(&source);
    (void)sim_board_step(&board);
  }
  sb_app_view(&board.app, &view);
  uint64_t judged = board.beats.judged - judged_at_start;
  CHECK(judged > 270 && judged < 310);
  CHECK(view.flagged_beats >= 34 && view.flagged_beats <= 44);
  board.network.is_up = true;
  drain(&source);
  sb_app_view(&board.app, &view);
  CHECK(view.flagged_beats == 0);
  check_invariants();
  end();
}

/// Nobody wears the board, it sleeps, and somebody puts a finger on it: no electrode, and no ten minutes.
static void a_finger_wakes_it(void) {
  begin(11);
  static sim_patient_t patient;
  sim_board_boot(&board, false);
  sim_patient_init(&patient, &board.blocks, board.us, heart_72);
  patient.light.has_proximity = true;
  patient.converter.lead_off = SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS;
  sb_app_action_t action = SB_APP_GO_ON;
  for (uint64_t until = board.us + 10 * MINUTE, step_us = 0; board.us < until && action != SB_APP_SLEEP;) {
    uint64_t end_us = sim_patient_frame(&patient);
    if (end_us > board.us) board.us = end_us;
    if (board.us < step_us) continue;
    step_us = board.us + 50000;
    action = sim_board_step(&board);
  }
  CHECK(action == SB_APP_SLEEP);
  CHECK_OK(sb_max30102_await_finger(&patient.oximeter));
  sim_board_power_off(&board);
  uint64_t slept_us = board.us;
  for (; board.us < slept_us + 3 * MINUTE; board.us += 10000) virtual_max30102_run(&patient.light, board.us);
  CHECK(patient.light.interrupt_us == 0);
  patient.light.finger = 0.02;
  for (; board.us < slept_us + 4 * MINUTE && patient.light.interrupt_us == 0; board.us += 10000) {
    virtual_max30102_run(&patient.light, board.us);
  }
  CHECK(board.us < slept_us + 3 * MINUTE + 500000);
  // A start like any other: the application is awake, not only looking, and both lights are measured.
  sim_board_boot(&board, false);
  sim_patient_init(&patient, &board.blocks, board.us, heart_72);
  patient.converter.lead_off = SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS;
  patient.light.finger = 0.02;
  for (uint64_t until = board.us + 2 * MINUTE, step_us = 0; board.us < until;) {
    uint64_t end_us = sim_patient_frame(&patient);
    if (end_us > board.us) board.us = end_us;
    if (board.us < step_us) continue;
    step_us = board.us + 50000;
    CHECK(sim_board_step(&board) == SB_APP_GO_ON);
  }
  CHECK(server.signal_samples[1] > 100 * 125 && server.signal_samples[1] == server.signal_samples[2]);
  source_t nothing = {.next_us = UINT64_MAX};
  drain(&nothing);
  check_invariants();
  end();
}

static void an_update_stays_or_goes(void) {
  for (int is_good = 0; is_good < 2; is_good++) {
    begin(5);
    source_t source = {0};
    sim_board_boot(&board, false);
    wear(&source, MINUTE);
    sim_board_power_off(&board);
    board.network.is_up = is_good == 1;
    sim_board_boot(&board, false);
    board.app.trial = (sb_trial_t){.is_on_trial = true, .began_us = board.us};
    wear(&source, HOUR);
    CHECK(board.confirms == (is_good == 1 ? 1 : 0) && board.roll_backs == (is_good == 1 ? 0 : 1));
    end();
  }
}

static void a_day_of_wearing_keeps_its_time(void) {
  begin(6);
  source_t source = {0};
  sim_board_boot(&board, false);
  for (uint64_t until = board.us + 25 * HOUR; board.us < until; board.us += 200000) {
    give_block(&source, 0);
    CHECK(sim_board_step(&board) == SB_APP_GO_ON);
    board.is_timely = source.samples > 60 * 125;
  }
  CHECK(server.session_count >= 2);  // a session lasts 24 h
  CHECK(board.worst_early_us <= 200000 && board.worst_late_us > 100000 && board.worst_late_us < 3000000);
  drain(&source);
  check_invariants();
  sb_device_stats_t stats;
  sb_device_stats(board.device, &stats);
  // All 25 hours but for the second before the device was enrolled.
  CHECK(stats.samples_lost < 2 * 125 && server.signal_samples[0] + stats.samples_lost == source.samples);
  end();
}

static void a_new_image_that_nobody_wears_waits_for_its_judgement(void) {
  begin(7);
  source_t source = {0};
  sim_board_boot(&board, false);
  wear(&source, MINUTE);
  sim_board_power_off(&board);
  // Updates are taken when nobody wears the device, and here the network stays away for twenty minutes after the
  // restart.
  board.network.is_up = false;
  sim_board_boot(&board, false);
  board.app.trial = (sb_trial_t){.is_on_trial = true, .began_us = board.us};
  uint64_t booted_us = board.us, confirmed_us = 0;
  while (board.us < booted_us + HOUR) {
    board.us += 200000;
    board.network.is_up = board.us > booted_us + 20 * MINUTE;
    give_block(&source, SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS);
    sb_app_action_t action = sim_board_step(&board);
    if (action == SB_APP_CONFIRM_UPDATE) confirmed_us = board.us;
    if (action == SB_APP_SLEEP) break;
  }
  CHECK(board.confirms == 1 && board.roll_backs == 0);
  CHECK(confirmed_us > booted_us + 20 * MINUTE && board.us > confirmed_us);  // it slept after that, not before
  end();
}

const test_t BOARD_TESTS[] = {
    {"board: a patient is measured from the electrode to the server", a_patient_is_measured_from_electrode_to_server},
    {"board: three weeks at home, with 2^32 ms and the year 2038 among them", three_weeks_at_home},
    {"board: a good network spares the flash", a_good_network_spares_the_flash},
    {"board: a broken flash is said, and costs nothing while connected",
     a_broken_flash_is_said_and_costs_nothing_while_connected},
    {"board: the power may go at every write", the_power_may_go_at_every_write},
    {"board: a long outage is declared to the sample", a_long_outage_is_declared_to_the_sample},
    {"board: a day of wearing keeps its time", a_day_of_wearing_keeps_its_time},
    {"board: beats are judged while nobody else does", beats_are_judged_while_nobody_else_does},
    {"board: a finger wakes it", a_finger_wakes_it},
    {"board: an update stays or goes", an_update_stays_or_goes},
    {"board: a new image that nobody wears waits for its judgement",
     a_new_image_that_nobody_wears_waits_for_its_judgement},
    {NULL, NULL},
};
