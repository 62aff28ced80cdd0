#pragma once

#include "sealedbeat/sb_message.h"

/// Which sealed chunks wait for a receipt, in which order they go out, and when they go out again. Pure: it knows
/// records by number only and takes the time as an argument. It never gives up a chunk: a full outbox refuses new ones.
///
/// A restarted device still holds chunks of earlier sessions, so there are several sessions, each a list in sequence
/// order. The newest session goes first, because a clinician waits for it; each session has its own window, so that
/// one whose receipts do not come cannot hold up the others.

enum {
  /// No entry.
  SB_OUTBOX_NONE = 0xffffffff,
  /// First wait for a receipt before sending again. A broker commits within a second; ten leave room for a slow link.
  SB_RECEIPT_TIMEOUT_S = 10,
  /// The wait doubles at most this often: 10 s … 320 s.
  SB_RECEIPT_TIMEOUT_DOUBLINGS = 5,
};

typedef struct {
  uint64_t sequence;
  uint32_t record;
  uint32_t next;
} sb_outbox_entry_t;
_Static_assert(sizeof(sb_outbox_entry_t) == 16, "an outbox of thousands of chunks must fit beside everything else");

typedef struct {
  sb_session_id_t id;
  bool is_used;
  /// A session that may still get chunks keeps its place when it is empty.
  bool is_open;
  uint8_t timeouts;
  uint32_t age;
  uint32_t first;
  uint32_t last;
  /// The next entry to send; everything before it is in flight.
  uint32_t cursor;
  uint32_t held;
  uint32_t in_flight;
  /// When something in flight was last sent anew or acknowledged.
  uint64_t waiting_since_us;
} sb_outbox_session_t;

typedef struct {
  sb_outbox_entry_t *entries;
  sb_outbox_session_t *sessions;
  uint32_t capacity;
  uint32_t session_capacity;
  uint32_t window;
  uint32_t free;
  uint32_t held;
  uint32_t next_age;
} sb_outbox_t;

/// A chunk that should go out.
typedef struct {
  sb_session_id_t session;
  uint64_t sequence;
  uint32_t record;
} sb_outbox_item_t;

/// Takes the caller's memory for `capacity` chunks and `session_capacity` sessions; at most `window` chunks of a
/// session are in flight.
void sb_outbox_init(sb_outbox_t *outbox, sb_outbox_entry_t *entries, uint32_t capacity, sb_outbox_session_t *sessions,
                    uint32_t session_capacity, uint32_t window);

/// How many more chunks fit.
uint32_t sb_outbox_room(const sb_outbox_t *outbox);

/// Makes room for a session; nothing happens where it has its place already. `SB_ERR_FULL`.
sb_err_t sb_outbox_open(sb_outbox_t *outbox, const sb_session_id_t *session);

/// How many more sessions fit.
uint32_t sb_outbox_session_room(const sb_outbox_t *outbox);

/// Whether the session has a place that it got before age `age` (of `next_age`).
bool sb_outbox_knows_before(const sb_outbox_t *outbox, const sb_session_id_t *session, uint32_t age);

/// Closes every session that got its place at `age` or later.
void sb_outbox_close_since(sb_outbox_t *outbox, uint32_t age);

/// Says that the session gets no more chunks: its place is free once it is empty.
void sb_outbox_close(sb_outbox_t *outbox, const sb_session_id_t *session);

/// Adds a sealed chunk behind the others of its session. `SB_ERR_FULL`, `SB_ERR_NOT_FOUND` (no such session),
/// `SB_ERR_ARGUMENT` (sequence numbers must go up).
sb_err_t sb_outbox_append(sb_outbox_t *outbox, const sb_session_id_t *session, uint64_t sequence, uint32_t record);

/// For the header of the chunk `sequence` to be sealed: how far back the oldest chunk of its session lies that is
/// still held; 0 where none is.
uint64_t sb_outbox_backlog(const sb_outbox_t *outbox, const sb_session_id_t *session, uint64_t sequence);

/// Takes the next chunk to send and counts it as in flight; `SB_ERR_EMPTY`.
sb_err_t sb_outbox_take(sb_outbox_t *outbox, uint64_t now_us, sb_outbox_item_t *item);

/// Removes one chunk that `receipt` names and gives its record; call until it answers `SB_ERR_EMPTY`.
sb_err_t sb_outbox_acknowledge(sb_outbox_t *outbox, const sb_receipt_t *receipt, uint64_t now_us, uint32_t *record);

/// A chunk rests in another record now. `SB_ERR_NOT_FOUND`.
sb_err_t sb_outbox_relocate(sb_outbox_t *outbox, const sb_session_id_t *session, uint64_t sequence, uint32_t record);

/// Removes one chunk whose record has become unreadable. `SB_ERR_NOT_FOUND`.
sb_err_t sb_outbox_discard(sb_outbox_t *outbox, const sb_outbox_item_t *item);

/// The connection is gone: nothing is in flight any more.
void sb_outbox_disconnected(sb_outbox_t *outbox);

/// Has what waited too long for its receipt sent again. Gives the next moment at which that can happen (UINT64_MAX:
/// never, as things are).
uint64_t sb_outbox_tick(sb_outbox_t *outbox, uint64_t now_us);
