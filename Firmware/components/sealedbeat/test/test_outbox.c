#include "test.h"

enum { CAPACITY = 16, SESSIONS = 4, WINDOW = 3 };

static sb_outbox_entry_t entries[CAPACITY];
static sb_outbox_session_t sessions[SESSIONS];
static sb_outbox_t outbox;

static sb_session_id_t id_of(uint8_t n) { return (sb_session_id_t){{n}}; }

static void reset(void) { sb_outbox_init(&outbox, entries, CAPACITY, sessions, SESSIONS, WINDOW); }

static void fill(uint8_t session, uint64_t from, uint64_t count) {
  sb_session_id_t id = id_of(session);
  CHECK_OK(sb_outbox_open(&outbox, &id));
  for (uint64_t i = 0; i < count; i++) {
    CHECK_OK(sb_outbox_append(&outbox, &id, from + i, (uint32_t)(session * 1000u + from + i)));
  }
}

static uint32_t receipt(uint8_t session, uint64_t committed, uint64_t now) {
  sb_receipt_t message = {id_of(session), committed};
  uint32_t record, count = 0;
  while (sb_outbox_acknowledge(&outbox, &message, now, &record) == SB_OK) count++;
  return count;
}

static uint32_t take(uint64_t now) {
  sb_outbox_item_t item;
  return sb_outbox_take(&outbox, now, &item) == SB_OK ? item.record : SB_OUTBOX_NONE;
}

static void a_window_goes_out_in_order(void) {
  reset();
  fill(1, 0, 5);
  CHECK(take(0) == 1000 && take(0) == 1001 && take(0) == 1002 && take(0) == SB_OUTBOX_NONE);
  CHECK(receipt(1, 1, 10) == 2);
  CHECK(take(11) == 1003 && take(11) == 1004 && take(11) == SB_OUTBOX_NONE);
  CHECK(outbox.held == 3);
}

static void nothing_leaves_without_its_receipt(void) {
  reset();
  fill(1, 0, CAPACITY);
  sb_session_id_t id = id_of(1), other = id_of(2);
  CHECK_ERR(sb_outbox_append(&outbox, &id, CAPACITY, 0), SB_ERR_FULL);
  CHECK(sb_outbox_room(&outbox) == 0);
  CHECK(receipt(2, 100, 0) == 0);
  sb_outbox_close(&outbox, &id);
  sb_outbox_close(&outbox, &other);
  CHECK(outbox.held == CAPACITY);
  CHECK(receipt(1, 100, 0) == CAPACITY && sb_outbox_session_room(&outbox) == SESSIONS);
}

static void a_reconnect_sends_again(void) {
  reset();
  fill(1, 0, 4);
  (void)take(0), (void)take(0), (void)take(0);
  sb_outbox_disconnected(&outbox);
  CHECK(take(1) == 1000);
  CHECK(receipt(1, 2, 2) == 3);
  CHECK(take(3) == 1003 && take(3) == SB_OUTBOX_NONE);
}

static void silence_sends_again_with_growing_patience(void) {
  reset();
  fill(1, 0, 1);
  uint64_t now = 0, wait = SB_RECEIPT_TIMEOUT_S * 1000000ull;
  for (int i = 0; i < 8; i++) {
    CHECK(take(now) == 1000);
    uint64_t next = sb_outbox_tick(&outbox, now);
    CHECK(next == now + wait);
    CHECK(sb_outbox_tick(&outbox, next - 1) == next && take(next - 1) == SB_OUTBOX_NONE);
    CHECK(sb_outbox_tick(&outbox, next) == UINT64_MAX);
    now = next;
    if (i < SB_RECEIPT_TIMEOUT_DOUBLINGS) wait *= 2;
  }
}

static void a_silent_session_holds_up_nobody(void) {
  reset();
  fill(1, 0, 5);
  CHECK(take(0) == 1000 && take(0) == 1001 && take(0) == 1002);
  fill(2, 0, 2);
  CHECK(take(0) == 2000 && take(0) == 2001 && take(0) == SB_OUTBOX_NONE);
}

static void the_backlog_reaches_the_oldest_chunk(void) {
  reset();
  fill(1, 0, 3);
  sb_session_id_t id = id_of(1);
  CHECK(sb_outbox_backlog(&outbox, &id, 3) == 3);
  (void)receipt(1, 0, 0);
  CHECK(sb_outbox_backlog(&outbox, &id, 3) == 2);
  (void)receipt(1, 2, 0);
  CHECK(sb_outbox_backlog(&outbox, &id, 3) == 0);
  // The number 3 was spent on a chunk that could not be stored.
  CHECK_OK(sb_outbox_append(&outbox, &id, 4, 4));
  CHECK(sb_outbox_backlog(&outbox, &id, 5) == 1);
}

/// A plain model of what must be true, run beside the real one.
static void a_thousand_random_histories(void) {
  for (uint64_t seed = 1; seed <= 1000 && test_failures == 0; seed++) {
    uint64_t state = seed, now = 0, sealed[2] = {0, 0}, committed[2] = {0, 0};
    reset();
    fill(1, 0, 0), fill(2, 0, 0);
    for (int step = 0; step < 200; step++) {
      uint8_t which = (uint8_t)(test_random(&state) % 2);
      sb_session_id_t id = id_of((uint8_t)(which + 1));
      now += test_random(&state) % 4000000;
      switch (test_random(&state) % 5) {
        case 0:
        case 1:
          if (sb_outbox_append(&outbox, &id, sealed[which], (uint32_t)sealed[which]) == SB_OK) sealed[which]++;
          break;
        case 2:
          (void)take(now);
          break;
        case 3:
          if (sealed[which] > 0) {
            uint64_t up_to = test_random(&state) % sealed[which];
            uint32_t removed = receipt((uint8_t)(which + 1), up_to, now);
            uint64_t expected = up_to + 1 > committed[which] ? up_to + 1 - committed[which] : 0;
            CHECK(removed == expected);
            committed[which] += expected;
          }
          break;
        default:
          if (test_random(&state) % 3 == 0) sb_outbox_disconnected(&outbox);
          (void)sb_outbox_tick(&outbox, now);
      }
      CHECK(outbox.held == sealed[0] - committed[0] + sealed[1] - committed[1]);
      for (int i = 0; i < 2; i++) {
        uint32_t before_cursor = 0;
        for (uint32_t e = sessions[i].first; e != sessions[i].cursor && e != SB_OUTBOX_NONE; e = entries[e].next) {
          before_cursor++;
        }
        CHECK(before_cursor == sessions[i].in_flight && sessions[i].in_flight <= WINDOW);
      }
    }
    // Whatever happened, everything still held goes out after a reconnect.
    sb_outbox_disconnected(&outbox);
    uint32_t sent = 0;
    for (uint32_t i = 0; i < 2; i++) sent += sessions[i].held < WINDOW ? sessions[i].held : (uint32_t)WINDOW;
    while (take(now) != SB_OUTBOX_NONE) sent--;
    CHECK(sent == 0);
  }
}

static void a_discarded_chunk_leaves_the_others(void) {
  reset();
  fill(1, 0, 3);
  (void)take(0);
  CHECK_OK(sb_outbox_discard(&outbox, &(sb_outbox_item_t){id_of(1), 2, 1002}));
  CHECK_OK(sb_outbox_discard(&outbox, &(sb_outbox_item_t){id_of(1), 0, 1000}));
  CHECK_ERR(sb_outbox_discard(&outbox, &(sb_outbox_item_t){id_of(1), 0, 1000}), SB_ERR_NOT_FOUND);
  CHECK(outbox.held == 1 && take(0) == 1001 && take(0) == SB_OUTBOX_NONE);
  fill(1, 5, 1);
  CHECK(take(0) == 1005);
  CHECK(receipt(1, 9, 0) == 2);
}

const test_t OUTBOX_TESTS[] = {
    {"outbox: a window goes out in order", a_window_goes_out_in_order},
    {"outbox: nothing leaves without its receipt", nothing_leaves_without_its_receipt},
    {"outbox: a reconnect sends again", a_reconnect_sends_again},
    {"outbox: silence sends again with growing patience", silence_sends_again_with_growing_patience},
    {"outbox: a silent session holds up nobody", a_silent_session_holds_up_nobody},
    {"outbox: the backlog reaches the oldest chunk held", the_backlog_reaches_the_oldest_chunk},
    {"outbox: a discarded chunk leaves the others", a_discarded_chunk_leaves_the_others},
    {"outbox: a thousand random histories agree with a model", a_thousand_random_histories},
    {NULL, NULL},
};
