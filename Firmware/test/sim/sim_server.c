#include "sim_server.h"

#include <stdlib.h>

#include "sb_flash/sb_flash_ring.h"

void sim_server_init(sim_server_t *server) { memset(server, 0, sizeof *server); }

void sim_server_free(sim_server_t *server) {
  for (uint32_t i = 0; i < server->session_count; i++) free(server->sessions[i].committed);
}

void sim_server_see_nonce(sim_server_t *server, const uint8_t *message, size_t length) {
  sb_chunk_message_t parsed;
  CHECK_OK(sb_chunk_message_parse(message, length, &parsed));
  uint32_t checksum = sb_crc32(message, length, 0);
  uint32_t at = sb_crc32(parsed.header.iv, SB_IV_SIZE, 7) % SIM_NONCES;
  for (; server->nonces[at].is_used; at = (at + 1) % SIM_NONCES) {
    if (memcmp(server->nonces[at].iv, parsed.header.iv, SB_IV_SIZE) != 0) continue;
    if (server->nonces[at].checksum != checksum) server->reused_nonces++;
    return;
  }
  if (++server->nonce_count >= SIM_NONCES) abort();
  server->nonces[at].is_used = true;
  server->nonces[at].checksum = checksum;
  memcpy(server->nonces[at].iv, parsed.header.iv, SB_IV_SIZE);
}

static sim_session_t *find(sim_server_t *server, const sb_session_id_t *id) {
  for (uint32_t i = server->session_count; i > 0; i--) {
    if (sb_session_id_equal(&server->sessions[i - 1].id, id)) return &server->sessions[i - 1];
  }
  return NULL;
}

static sim_session_t *session_of(sim_server_t *server, const sb_session_id_t *id, uint64_t sequence) {
  sim_session_t *session = find(server, id);
  if (session == NULL) {
    if (server->session_count == SIM_SESSIONS) abort();
    session = &server->sessions[server->session_count++];
    session->id = *id;
  }
  if (sequence >= session->capacity) {
    uint64_t capacity = sequence + 1024;
    session->committed = realloc(session->committed, capacity);
    if (session->committed == NULL) abort();
    memset(session->committed + session->capacity, 0, capacity - session->capacity);
    session->capacity = capacity;
  }
  return session;
}

void sim_server_commit(sim_server_t *server, const uint8_t *message, size_t length, sb_receipt_t *receipt) {
  sb_chunk_message_t parsed;
  CHECK_OK(sb_chunk_message_parse(message, length, &parsed));
  sim_server_see_nonce(server, message, length);
  const sb_chunk_header_t *header = &parsed.header;
  sim_session_t *session = session_of(server, &header->session, header->sequence);
  if (session->committed[header->sequence] != 0) {
    server->repeats++;
  } else {
    server->commits++;
    int kind = header->kind == SB_KIND_PPG_RED ? 1 : header->kind == SB_KIND_PPG_INFRARED ? 2 : 0;
    server->signal_samples[kind] += header->count;
  }
  session->committed[header->sequence] = 1;
  // What lies before the backlog and never came will never come (docs/wire-format.md).
  for (uint64_t i = session->next; i < header->sequence - header->backlog; i++) {
    if (session->committed[i] == 0) {
      session->committed[i] = 2;
      session->declared_lost++;
    }
  }
  while (session->next < session->capacity && session->committed[session->next] != 0) session->next++;
  *receipt = (sb_receipt_t){header->session, session->next - 1};
}

bool sim_server_has(const sim_server_t *server, const sb_session_id_t *id, uint64_t sequence) {
  for (uint32_t i = server->session_count; i > 0; i--) {
    const sim_session_t *session = &server->sessions[i - 1];
    if (sb_session_id_equal(&session->id, id)) return sequence < session->capacity && session->committed[sequence] == 1;
  }
  return false;
}
