#include "sealedbeat/sb_outbox.h"

#include <string.h>

void sb_outbox_init(sb_outbox_t *outbox, sb_outbox_entry_t *entries, uint32_t capacity, sb_outbox_session_t *sessions,
                    uint32_t session_capacity, uint32_t window) {
  memset(outbox, 0, sizeof *outbox);
  memset(sessions, 0, session_capacity * sizeof *sessions);
  outbox->entries = entries;
  outbox->capacity = capacity;
  outbox->sessions = sessions;
  outbox->session_capacity = session_capacity;
  outbox->window = window;
  outbox->free = capacity > 0 ? 0 : SB_OUTBOX_NONE;
  for (uint32_t i = 0; i < capacity; i++) entries[i].next = i + 1 < capacity ? i + 1 : SB_OUTBOX_NONE;
}

uint32_t sb_outbox_room(const sb_outbox_t *outbox) { return outbox->capacity - outbox->held; }

static sb_outbox_session_t *find(const sb_outbox_t *outbox, const sb_session_id_t *id) {
  for (uint32_t i = 0; i < outbox->session_capacity; i++) {
    sb_outbox_session_t *session = &outbox->sessions[i];
    if (session->is_used && sb_session_id_equal(&session->id, id)) return session;
  }
  return NULL;
}

sb_err_t sb_outbox_open(sb_outbox_t *outbox, const sb_session_id_t *id) {
  sb_outbox_session_t *session = find(outbox, id);
  if (session != NULL) return SB_OK;
  for (uint32_t i = 0; i < outbox->session_capacity && session == NULL; i++) {
    if (!outbox->sessions[i].is_used) session = &outbox->sessions[i];
  }
  if (session == NULL) return SB_ERR_FULL;
  *session = (sb_outbox_session_t){
      .id = *id,
      .is_used = true,
      .is_open = true,
      .age = outbox->next_age++,
      .first = SB_OUTBOX_NONE,
      .last = SB_OUTBOX_NONE,
      .cursor = SB_OUTBOX_NONE,
  };
  return SB_OK;
}

static void release_if_done(sb_outbox_session_t *session) {
  if (!session->is_open && session->held == 0) session->is_used = false;
}

uint32_t sb_outbox_session_room(const sb_outbox_t *outbox) {
  uint32_t room = 0;
  for (uint32_t i = 0; i < outbox->session_capacity; i++) room += !outbox->sessions[i].is_used;
  return room;
}

bool sb_outbox_knows_before(const sb_outbox_t *outbox, const sb_session_id_t *id, uint32_t age) {
  const sb_outbox_session_t *session = find(outbox, id);
  return session != NULL && session->age < age;
}

void sb_outbox_close_since(sb_outbox_t *outbox, uint32_t age) {
  for (uint32_t i = 0; i < outbox->session_capacity; i++) {
    sb_outbox_session_t *session = &outbox->sessions[i];
    if (!session->is_used || session->age < age) continue;
    session->is_open = false;
    release_if_done(session);
  }
}

void sb_outbox_close(sb_outbox_t *outbox, const sb_session_id_t *id) {
  sb_outbox_session_t *session = find(outbox, id);
  if (session == NULL) return;
  session->is_open = false;
  release_if_done(session);
}

sb_err_t sb_outbox_append(sb_outbox_t *outbox, const sb_session_id_t *id, uint64_t sequence, uint32_t record) {
  sb_outbox_session_t *session = find(outbox, id);
  if (session == NULL) return SB_ERR_NOT_FOUND;
  if (outbox->free == SB_OUTBOX_NONE) return SB_ERR_FULL;
  if (session->held > 0 && outbox->entries[session->last].sequence >= sequence) return SB_ERR_ARGUMENT;
  uint32_t index = outbox->free;
  sb_outbox_entry_t *entry = &outbox->entries[index];
  outbox->free = entry->next;
  *entry = (sb_outbox_entry_t){.sequence = sequence, .record = record, .next = SB_OUTBOX_NONE};
  if (session->held == 0) {
    session->first = index;
  } else {
    outbox->entries[session->last].next = index;
  }
  session->last = index;
  if (session->cursor == SB_OUTBOX_NONE) session->cursor = index;
  session->held++;
  outbox->held++;
  return SB_OK;
}

uint64_t sb_outbox_backlog(const sb_outbox_t *outbox, const sb_session_id_t *id, uint64_t sequence) {
  const sb_outbox_session_t *session = find(outbox, id);
  if (session == NULL || session->held == 0) return 0;
  return sequence - outbox->entries[session->first].sequence;
}

sb_err_t sb_outbox_take(sb_outbox_t *outbox, uint64_t now_us, sb_outbox_item_t *item) {
  sb_outbox_session_t *newest = NULL;
  for (uint32_t i = 0; i < outbox->session_capacity; i++) {
    sb_outbox_session_t *session = &outbox->sessions[i];
    bool can_send = session->is_used && session->cursor != SB_OUTBOX_NONE && session->in_flight < outbox->window;
    if (can_send && (newest == NULL || session->age > newest->age)) newest = session;
  }
  if (newest == NULL) return SB_ERR_EMPTY;
  const sb_outbox_entry_t *entry = &outbox->entries[newest->cursor];
  *item = (sb_outbox_item_t){.session = newest->id, .sequence = entry->sequence, .record = entry->record};
  newest->cursor = entry->next;
  if (newest->in_flight++ == 0) newest->waiting_since_us = now_us;
  return SB_OK;
}

/// Unlinks the entry behind `before` (`SB_OUTBOX_NONE`: the first one) and gives its place back.
static void unlink_after(sb_outbox_t *outbox, sb_outbox_session_t *session, uint32_t before) {
  uint32_t index = before == SB_OUTBOX_NONE ? session->first : outbox->entries[before].next;
  sb_outbox_entry_t *entry = &outbox->entries[index];
  if (before == SB_OUTBOX_NONE) {
    session->first = entry->next;
  } else {
    outbox->entries[before].next = entry->next;
  }
  if (session->last == index) session->last = before;
  if (session->cursor == index) session->cursor = entry->next;
  entry->next = outbox->free;
  outbox->free = index;
  session->held--;
  outbox->held--;
}

sb_err_t sb_outbox_acknowledge(sb_outbox_t *outbox, const sb_receipt_t *receipt, uint64_t now_us, uint32_t *record) {
  sb_outbox_session_t *session = find(outbox, &receipt->session);
  if (session == NULL || session->held == 0) return SB_ERR_EMPTY;
  if (outbox->entries[session->first].sequence > receipt->committed) return SB_ERR_EMPTY;
  *record = outbox->entries[session->first].record;
  // An entry that waits at the cursor was sent before a reconnect: it is not in flight now.
  if (session->cursor != session->first) session->in_flight--;
  unlink_after(outbox, session, SB_OUTBOX_NONE);
  session->timeouts = 0;
  session->waiting_since_us = now_us;
  release_if_done(session);
  return SB_OK;
}

sb_err_t sb_outbox_relocate(sb_outbox_t *outbox, const sb_session_id_t *id, uint64_t sequence, uint32_t record) {
  const sb_outbox_session_t *session = find(outbox, id);
  if (session == NULL || session->held == 0) return SB_ERR_NOT_FOUND;
  for (uint32_t i = session->first; i != SB_OUTBOX_NONE; i = outbox->entries[i].next) {
    if (outbox->entries[i].sequence != sequence) continue;
    outbox->entries[i].record = record;
    return SB_OK;
  }
  return SB_ERR_NOT_FOUND;
}

sb_err_t sb_outbox_discard(sb_outbox_t *outbox, const sb_outbox_item_t *item) {
  sb_outbox_session_t *session = find(outbox, &item->session);
  if (session == NULL) return SB_ERR_NOT_FOUND;
  uint32_t before = SB_OUTBOX_NONE;
  bool is_in_flight = true;
  for (uint32_t i = session->first; i != SB_OUTBOX_NONE; before = i, i = outbox->entries[i].next) {
    if (i == session->cursor) is_in_flight = false;
    if (outbox->entries[i].sequence != item->sequence) continue;
    if (is_in_flight) session->in_flight--;
    unlink_after(outbox, session, before);
    release_if_done(session);
    return SB_OK;
  }
  return SB_ERR_NOT_FOUND;
}

static void send_again(sb_outbox_session_t *session) {
  session->cursor = session->first;
  session->in_flight = 0;
}

void sb_outbox_disconnected(sb_outbox_t *outbox) {
  for (uint32_t i = 0; i < outbox->session_capacity; i++) {
    if (outbox->sessions[i].is_used) send_again(&outbox->sessions[i]);
  }
}

uint64_t sb_outbox_tick(sb_outbox_t *outbox, uint64_t now_us) {
  uint64_t next = UINT64_MAX;
  for (uint32_t i = 0; i < outbox->session_capacity; i++) {
    sb_outbox_session_t *session = &outbox->sessions[i];
    if (!session->is_used || session->in_flight == 0) continue;
    uint64_t deadline = session->waiting_since_us + ((uint64_t)SB_RECEIPT_TIMEOUT_S * 1000000 << session->timeouts);
    if (deadline <= now_us) {
      send_again(session);
      if (session->timeouts < SB_RECEIPT_TIMEOUT_DOUBLINGS) session->timeouts++;
    } else if (deadline < next) {
      next = deadline;
    }
  }
  return next;
}
