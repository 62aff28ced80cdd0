#include "sealedbeat/sb_chunker.h"
#include "sealedbeat/sb_reconnect.h"
#include "test.h"

static void chunks_are_full_whatever_the_pieces(void) {
  int16_t samples[1000];
  for (int16_t i = 0; i < 1000; i++) samples[i] = i;
  for (size_t piece = 1; piece < 400; piece += 7) {
    sb_chunker_t chunker;
    sb_chunker_init(&chunker, SB_KIND_LEAD_II);
    size_t chunks = 0;
    for (size_t at = 0; at < 1000; at += piece) {
      size_t left = 1000 - at < piece ? 1000 - at : piece;
      const int16_t *next = samples + at;
      while (left > 0) {
        bool is_complete;
        size_t taken = sb_chunker_push(&chunker, next, left, 0, &is_complete);
        next += taken;
        left -= taken;
        if (!is_complete) continue;
        CHECK(chunker.count == SB_CHUNK_SAMPLES && chunker.first_sample == chunks * SB_CHUNK_SAMPLES);
        CHECK(chunker.samples[0] == (int16_t)(chunks * SB_CHUNK_SAMPLES));
        sb_chunker_next(&chunker);
        chunks++;
      }
    }
    CHECK(chunks == 5 && chunker.count == 1000 - 5 * SB_CHUNK_SAMPLES);
  }
}

static void an_edge_of_lead_off_begins_a_chunk(void) {
  int16_t samples[50] = {0};
  sb_chunker_t chunker;
  bool is_complete;
  sb_chunker_init(&chunker, SB_KIND_LEAD_I);
  CHECK(sb_chunker_push(&chunker, samples, 50, 0, &is_complete) == 50 && !is_complete);
  CHECK(sb_chunker_push(&chunker, samples, 50, SB_LEAD_OFF_PLUS, &is_complete) == 0 && is_complete);
  CHECK(chunker.count == 50 && chunker.lead_off == 0);
  sb_chunker_next(&chunker);
  CHECK(sb_chunker_push(&chunker, samples, 50, SB_LEAD_OFF_PLUS, &is_complete) == 50 && !is_complete);
  CHECK(chunker.first_sample == 50 && chunker.lead_off == SB_LEAD_OFF_PLUS);
}

static void lost_samples_are_counted(void) {
  int16_t samples[10] = {0};
  sb_chunker_t chunker;
  bool is_complete;
  sb_chunker_init(&chunker, SB_KIND_LEAD_I);
  (void)sb_chunker_push(&chunker, samples, 10, 0, &is_complete);
  CHECK(!sb_chunker_skip(&chunker, 5));
  sb_chunker_next(&chunker);
  CHECK(sb_chunker_skip(&chunker, 5));
  CHECK(chunker.first_sample == 15);
}

static void sequence_numbers_never_repeat(void) {
  sb_session_t session;
  uint8_t key[SB_KEY_SIZE] = {7};
  uint64_t sequence;
  CHECK_OK(sb_session_begin(&session, "test-device-1", key, 1, test_time(0)));
  for (uint64_t i = 0; i < 100; i++) {
    CHECK_OK(sb_session_take_sequence(&session, &sequence));
    CHECK(sequence == i);
  }
  session.next_sequence = SB_SEQUENCE_MAX;
  CHECK(sb_session_is_over(&session, test_time(0)));
  CHECK_OK(sb_session_take_sequence(&session, &sequence));
  CHECK_ERR(sb_session_take_sequence(&session, &sequence), SB_ERR_SESSION_OVER);
  sb_session_end(&session);
  const uint8_t nothing[SB_KEY_SIZE] = {0};
  CHECK(memcmp(session.key, nothing, SB_KEY_SIZE) == 0);
}

static void sessions_differ(void) {
  sb_session_t a, b;
  uint8_t key[SB_KEY_SIZE] = {7};
  CHECK_OK(sb_session_begin(&a, "test-device-1", key, 1, test_time(0)));
  CHECK_OK(sb_session_begin(&b, "test-device-1", key, 1, test_time(0)));
  CHECK(!sb_session_id_equal(&a.id, &b.id));
  CHECK(memcmp(a.iv, b.iv, SB_IV_SIZE) != 0 && memcmp(a.key, b.key, SB_KEY_SIZE) != 0);
  CHECK(!sb_session_is_over(&a, (sb_time_t){.monotonic_us = a.started_us - 1}));
  CHECK(!sb_session_is_over(&a, test_time(SB_SESSION_DURATION_US - 1)));
  CHECK(sb_session_is_over(&a, test_time(SB_SESSION_DURATION_US)));
}

static void a_wall_clock_that_jumps_moves_no_sample(void) {
  sb_sample_clock_t clock = {.is_anchored = false};
  sb_sample_clock_anchor(&clock, 0, 125000, test_time(0));
  uint64_t start = sb_sample_clock_time(&clock, 0, 125000);
  sb_time_t jumped = test_time(8000);
  jumped.wall_us -= 3600000000u;
  sb_sample_clock_anchor(&clock, 1, 125000, jumped);
  jumped.wall_us += 7200000000u;
  sb_sample_clock_anchor(&clock, 1, 125000, jumped);
  CHECK(sb_sample_clock_time(&clock, 1, 125000) == start + 8000);
  CHECK(sb_sample_clock_time(&clock, 10800000, 125000) == start + 86400000000u);
}

static void a_clock_set_later_moves_time_forward_once(void) {
  sb_sample_clock_t clock = {.is_anchored = false};
  sb_time_t boot = {.monotonic_us = 0, .wall_us = 1000000, .wall_is_synchronised = false};
  sb_sample_clock_anchor(&clock, 0, 125000, boot);
  CHECK(!clock.is_synchronised && sb_sample_clock_time(&clock, 125, 125000) == 2000000);
  sb_sample_clock_anchor(&clock, 125, 125000, test_time(0));
  CHECK(clock.is_synchronised && sb_sample_clock_time(&clock, 125, 125000) == test_time(0).wall_us);
  sb_sample_clock_anchor(&clock, 125, 125000, test_time(99999999));
  CHECK(sb_sample_clock_time(&clock, 125, 125000) == test_time(0).wall_us);
}

static void waits_grow_and_start_again(void) {
  sb_reconnect_t reconnect = {0};
  uint32_t longest = SB_RECONNECT_FIRST_MS;
  for (int i = 0; i < 20; i++) {
    sb_reconnect_t twin = reconnect;
    uint32_t least = sb_reconnect_after_failure(&twin, 0);
    uint32_t wait = sb_reconnect_after_failure(&reconnect, 0x9e3779b9u);
    CHECK(least == longest / 2 && wait >= least && wait <= longest);
    longest = longest * 2 > SB_RECONNECT_MAX_MS ? SB_RECONNECT_MAX_MS : longest * 2;
  }
  sb_reconnect_succeeded(&reconnect);
  CHECK(sb_reconnect_after_failure(&reconnect, 0) == SB_RECONNECT_FIRST_MS / 2);
}

const test_t SIGNAL_TESTS[] = {
    {"chunker: full chunks whatever the pieces", chunks_are_full_whatever_the_pieces},
    {"chunker: an edge of lead-off begins a chunk", an_edge_of_lead_off_begins_a_chunk},
    {"chunker: lost samples are counted", lost_samples_are_counted},
    {"session: sequence numbers never repeat", sequence_numbers_never_repeat},
    {"session: every session has its own id, IV and key, and ends after 24 h", sessions_differ},
    {"clock: a wall clock that jumps moves no sample", a_wall_clock_that_jumps_moves_no_sample},
    {"clock: a clock set later moves time forward once", a_clock_set_later_moves_time_forward_once},
    {"reconnect: waits grow, are bounded, and start again", waits_grow_and_start_again},
    {NULL, NULL},
};
