#pragma once

#include "board_test.h"
#include "sealedbeat/sb_chunk.h"

/// The server's side of the simulated board: it commits chunks, sends receipts as the broker does, and remembers what
/// no broker would: every nonce that it ever saw.
enum { SIM_SESSIONS = 4096, SIM_NONCES = 1 << 21 };

typedef struct {
  sb_session_id_t id;
  /// One octet a sequence number: whether it was committed.
  uint8_t *committed;
  uint64_t capacity;
  /// The lowest sequence number that is neither committed nor declared lost.
  uint64_t next;
  uint64_t declared_lost;
} sim_session_t;

typedef struct {
  sim_session_t sessions[SIM_SESSIONS];
  uint32_t session_count;
  /// Open addressing: a nonce and a checksum of the message that used it.
  struct {
    uint8_t iv[SB_IV_SIZE];
    uint32_t checksum;
    bool is_used;
  } nonces[SIM_NONCES];
  uint64_t nonce_count;
  uint64_t reused_nonces;
  uint64_t commits;
  uint64_t repeats;
  uint64_t signal_samples[3];
} sim_server_t;

void sim_server_init(sim_server_t *server);
void sim_server_free(sim_server_t *server);

/// Notes a nonce: the same nonce may come again only with the same message.
void sim_server_see_nonce(sim_server_t *server, const uint8_t *message, size_t length);

/// Commits a chunk. Gives the receipt that follows.
void sim_server_commit(sim_server_t *server, const uint8_t *message, size_t length, sb_receipt_t *receipt);

/// Whether a chunk was committed.
bool sim_server_has(const sim_server_t *server, const sb_session_id_t *session, uint64_t sequence);
