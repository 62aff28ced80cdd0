#include "sim_board.h"

#include <stdlib.h>

// Clock and network.

static sb_time_t now(void *context) {
  const sim_board_t *board = context;
  return (sb_time_t){.monotonic_us = board->us,
                     .wall_us = board->is_wall_set ? board->wall_origin_us + board->us : board->us,
                     .wall_is_synchronised = board->is_wall_set};
}

static void watch_time(sim_board_t *board, const uint8_t *bytes, size_t length) {
  sb_chunk_message_t message;
  CHECK_OK(sb_chunk_message_parse(bytes, length, &message));
  const sb_chunk_header_t *header = &message.header;
  if (header->kind == SB_KIND_STATUS || !header->clock_synchronised) return;
  uint64_t ended_us = header->capture_time + header->count * 8000ull;
  int64_t late_us = (int64_t)(now(board).wall_us - ended_us);
  if (late_us > board->worst_late_us) board->worst_late_us = late_us;
  if (-late_us > board->worst_early_us) board->worst_early_us = -late_us;
}

static bool happens(sim_board_t *board, uint32_t of_65536) { return test_random(&board->random) % 65536 < of_65536; }

static sb_err_t join(void *context) {
  sim_board_t *board = context;
  board->joins_at_us = board->us + 800000 + test_random(&board->random) % 2000000;
  return SB_OK;
}

static sb_err_t connect(void *context) {
  sim_board_t *board = context;
  board->connects_at_us = board->us + 300000 + test_random(&board->random) % 1000000;
  return SB_OK;
}

static void leave(void *context) {
  sim_board_t *board = context;
  board->joins_at_us = board->connects_at_us = 0;
  board->is_joined = board->is_connected = false;
  board->receipt_count = 0;
}

static sb_err_t publish(void *context, const uint8_t *bytes, size_t length) {
  sim_board_t *board = context;
  if (!board->is_connected || board->receipt_count == SIM_IN_FLIGHT) return SB_ERR_FULL;
  if (board->is_timely) watch_time(board, bytes, length);
  if (!board->network.is_up || happens(board, board->network.publish_lost)) return SB_OK;
  sb_receipt_t receipt;
  sim_server_commit(board->server, bytes, length, &receipt);
  if (happens(board, board->network.receipt_lost) || receipt.committed == UINT64_MAX) return SB_OK;
  board->receipts[board->receipt_count].at_us = board->us + 200000 + test_random(&board->random) % 800000;
  board->receipts[board->receipt_count++].receipt = receipt;
  return SB_OK;
}

static sb_err_t post(void *context, sb_route_t route, const uint8_t *body, size_t length, uint8_t *answer,
                     size_t capacity, size_t *answer_length) {
  sim_board_t *board = context;
  CHECK(length > 0 && body[0] == 0x83 && capacity >= 16);
  if (!board->network.is_up) return SB_ERR_NOT_FOUND;
  static const uint8_t enrolled[] = {0x84, 0x01, 0x01, 0x43, 1, 2, 3, 0x42, 4, 5};
  uint8_t rotated[] = {0x82, 0x01, (uint8_t)sb_device_rotation_wanted(board->device)};
  bool is_enrolment = route == SB_ROUTE_ENROL;
  *answer_length = is_enrolment ? sizeof enrolled : sizeof rotated;
  memcpy(answer, is_enrolment ? enrolled : rotated, *answer_length);
  if (!is_enrolment) board->rotations++;
  board->us += 400000;  // the task waits for the server; the converter does not
  return SB_OK;
}

/// Tells the device what has come to pass on the network.
static void run_network(sim_board_t *board) {
  if (board->joins_at_us > 0 && board->us >= board->joins_at_us) {
    board->joins_at_us = 0;
    bool fails = !board->network.is_up || happens(board, board->network.join_fails);
    board->is_joined = !fails;
    board->is_wall_set |= !fails;
    (void)sb_event_put(&board->events, fails ? SB_EVENT_LOST : SB_EVENT_JOINED, NULL, 0);
  }
  if (board->connects_at_us > 0 && board->us >= board->connects_at_us) {
    board->connects_at_us = 0;
    board->is_connected = board->is_joined && board->network.is_up;
    (void)sb_event_put(&board->events, board->is_connected ? SB_EVENT_CONNECTED : SB_EVENT_LOST, NULL, 0);
  }
  if (board->is_connected && !board->network.is_up) {
    leave(board);
    (void)sb_event_put(&board->events, SB_EVENT_LOST, NULL, 0);
  }
  for (uint32_t i = 0; i < board->receipt_count;) {
    if (board->receipts[i].at_us > board->us) {
      i++;
      continue;
    }
    uint8_t bytes[SB_RECEIPT_SIZE_MAX];
    size_t length;
    CHECK_OK(sb_receipt_encode(&board->receipts[i].receipt, bytes, sizeof bytes, &length));
    (void)sb_event_put(&board->events, SB_EVENT_RECEIPT, bytes, length);
    board->receipts[i] = board->receipts[--board->receipt_count];
  }
}

// Storage, watched.

static sb_err_t append(void *context, const sb_session_id_t *session, uint64_t sequence, const uint8_t *bytes,
                       size_t length, uint32_t *record) {
  sim_board_t *board = context;
  sb_storage_t storage = sb_flash_ring_storage(&board->ring);
  // A nonce is spent when the message exists, whether it can be kept or not.
  sim_server_see_nonce(board->server, bytes, length);
  sb_err_t error = storage.append(storage.context, session, sequence, bytes, length, record);
  if (error != SB_OK) return error;
  if (board->sealed_count == SIM_HELD_MAX) abort();
  board->sealed[board->sealed_count].session = *session;
  board->sealed[board->sealed_count++].sequence = sequence;
  watch_time(board, bytes, length);
  return SB_OK;
}

static sb_err_t flush(void *context) {
  sb_storage_t storage = sb_flash_ring_storage(&((sim_board_t *)context)->ring);
  return storage.flush(storage.context);
}

static sb_err_t read(void *context, uint32_t record, uint8_t *out, size_t capacity, size_t *length) {
  sb_storage_t storage = sb_flash_ring_storage(&((sim_board_t *)context)->ring);
  return storage.read(storage.context, record, out, capacity, length);
}

static sb_err_t remove_record(void *context, uint32_t record) {
  sb_storage_t storage = sb_flash_ring_storage(&((sim_board_t *)context)->ring);
  return storage.remove(storage.context, record);
}

static sb_err_t next(void *context, uint32_t *cursor, sb_storage_record_t *record) {
  sb_storage_t storage = sb_flash_ring_storage(&((sim_board_t *)context)->ring);
  return storage.next(storage.context, cursor, record);
}

// Power.

void sim_board_init(sim_board_t *board, sim_server_t *server, uint64_t seed) {
  memset(board, 0, sizeof *board);
  board->server = server;
  board->random = seed;
  board->us = 1000000;
  board->wall_origin_us = 1790000000000000;
  board->network.is_up = true;
  board->sealed = malloc(SIM_HELD_MAX * sizeof *board->sealed);
  if (board->sealed == NULL) abort();
  virtual_flash_init(&board->flash, SIM_FLASH_SECTORS);
}

void sim_board_free(sim_board_t *board) {
  if (board->is_running) sim_board_power_off(board);
  free(board->sealed);
}

void sim_board_boot(sim_board_t *board, bool is_timer_wake) {
  static uint8_t vault[SB_P256_POINT_SIZE];
  static const uint8_t claim[SB_CLAIM_TOKEN_SIZE] = {1};
  if (vault[0] == 0) {
    sb_identity_t identity;
    CHECK_OK(sb_identity_generate(&identity));
    CHECK_OK(sb_identity_public_key(&identity, vault));
  }
  virtual_flash_power_on(&board->flash);
  sb_partition_t partition = virtual_flash_partition(&board->flash);
  CHECK_OK(sb_flash_ring_open(&board->ring, &partition, board->sectors, SIM_FLASH_SECTORS));
  sb_device_config_t config = {.device = "test-device-1",
                               .firmware = 65536,
                               .sample_rate_millihertz = 125000,
                               .channel_count = SB_CHANNEL_COUNT,
                               .channels = {{SB_KIND_LEAD_I, 100}, {SB_KIND_PPG_RED, 0}, {SB_KIND_PPG_INFRARED, 0}},
                               .outbox_capacity = SIM_OUTBOX,
                               .ram_capacity = SIM_RAM_CHUNKS,
                               .session_capacity = 8,
                               .window = 32,
                               .status_interval_s = 60,
                               .storage = {board, append, flush, read, remove_record, next},
                               .nvs = fake_nvs(&board->nvs)};
  sb_err_t error = sb_device_create(board->device_memory, sizeof board->device_memory, &config, &board->device);
  CHECK_OK(error);
  if (error != SB_OK) abort();
  sb_ring_init(&board->blocks, board->block_places, sizeof board->block_places[0], SB_APP_BLOCKS);
  sb_ring_init(&board->events, board->event_places, sizeof board->event_places[0], SB_APP_EVENTS);
  sb_app_config_t app = {.device = board->device,
                         .hal = {board, now, join, connect, leave, publish, post},
                         .blocks = &board->blocks,
                         .events = &board->events,
                         .vault_key = vault,
                         .claim_token = claim,
                         .has_oximeter = true,
                         .beats = &board->beats,
                         .is_timer_wake = is_timer_wake};
  sb_app_init(&board->app, &app);
  leave(board);
  board->is_running = true;
  board->restarts++;
}

void sim_board_power_off(sim_board_t *board) {
  sb_device_stats_t stats;
  sb_device_stats(board->device, &stats);
  board->lost_in_ram += stats.held_in_ram;
  if (stats.held_in_ram > board->most_lost_in_ram) board->most_lost_in_ram = stats.held_in_ram;
  sb_device_destroy(board->device);
  leave(board);
  board->is_running = false;
  board->is_wall_set = false;
}

sb_app_action_t sim_board_step(sim_board_t *board) {
  run_network(board);
  sb_app_action_t action = sb_app_step(&board->app);
  if (action == SB_APP_CONFIRM_UPDATE) board->confirms++;
  if (action == SB_APP_ROLL_BACK) board->roll_backs++;
  return action;
}

void sim_board_order_rotation(sim_board_t *board, uint32_t version) {
  uint8_t bytes[SB_COMMAND_SIZE_MAX];
  size_t length;
  sb_rotate_command_t command = {version};
  CHECK_OK(sb_command_encode(&command, bytes, sizeof bytes, &length));
  (void)sb_event_put(&board->events, SB_EVENT_COMMAND, bytes, length);
}

bool sim_board_is_everything_committed(const sim_board_t *board) {
  for (uint64_t i = 0; i < board->sealed_count; i++) {
    if (!sim_server_has(board->server, &board->sealed[i].session, board->sealed[i].sequence)) return false;
  }
  return true;
}
