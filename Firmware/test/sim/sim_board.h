#pragma once

#include "fake_seams.h"
#include "sb_board/sb_app.h"
#include "sim_server.h"
#include "virtual_flash.h"

/// A board without a board: the application of the ESP32 on a virtual crystal, with a virtual converter, oximeter,
/// flash, NVS and network. Time moves only when the simulation says so.
enum {
  SIM_FLASH_SECTORS = 64,
  SIM_OUTBOX = 480,
  /// A minute of three channels.
  SIM_RAM_CHUNKS = 126,
  SIM_IN_FLIGHT = 64,
  SIM_HELD_MAX = 1 << 20,
};

typedef struct {
  /// Of 65,536: that an attempt to join fails, that a publication is swallowed, that a receipt is.
  uint32_t join_fails, publish_lost, receipt_lost;
  bool is_up;
} sim_network_t;

typedef struct {
  /// Crystal time, in microseconds.
  uint64_t us;
  /// What a time server says at crystal time 0.
  uint64_t wall_origin_us;
  bool is_wall_set;
  uint64_t random;
  virtual_flash_t flash;
  fake_flash_t nvs;
  sim_network_t network;
  sim_server_t *server;

  // What a restart loses.
  bool is_running;
  uint64_t device_memory[18432];
  sb_device_t *device;
  sb_flash_ring_t ring;
  sb_flash_sector_t sectors[SIM_FLASH_SECTORS];
  sb_app_t app;
  sb_beats_t beats;
  sb_ring_t blocks, events;
  sb_block_t block_places[SB_APP_BLOCKS];
  sb_event_t event_places[SB_APP_EVENTS];

  // The network on its way.
  uint64_t joins_at_us, connects_at_us;
  bool is_joined, is_connected;
  struct {
    uint64_t at_us;
    sb_receipt_t receipt;
  } receipts[SIM_IN_FLIGHT];
  uint32_t receipt_count;

  // What the simulation knows and the device does not.
  struct {
    sb_session_id_t session;
    uint64_t sequence;
  } * sealed;
  uint64_t sealed_count;
  uint64_t restarts, sleeps, confirms, roll_backs;
  /// The largest difference between a chunk's capture time and the truth, when it reaches flash.
  int64_t worst_late_us, worst_early_us;
  /// Chunks are published as soon as they are sealed, so that is the moment to judge their times.
  bool is_timely;
  uint32_t rotations;
  /// Chunks that losses of power took, and the most that one took.
  uint64_t lost_in_ram;
  uint32_t most_lost_in_ram;
} sim_board_t;

void sim_board_init(sim_board_t *board, sim_server_t *server, uint64_t seed);
void sim_board_free(sim_board_t *board);

/// Starts the device, as a boot does; enrols it on its first boot.
void sim_board_boot(sim_board_t *board, bool is_timer_wake);

/// Takes the power away.
void sim_board_power_off(sim_board_t *board);

/// One step of the application and of the network; gives what the application asks for.
sb_app_action_t sim_board_step(sim_board_t *board);

/// The server asks for a new data key.
void sim_board_order_rotation(sim_board_t *board, uint32_t version);

/// Whether everything that was ever sealed and kept is committed.
bool sim_board_is_everything_committed(const sim_board_t *board);
