// The simulated board as a process: the ESP32's application with a virtual patient, whose network is whoever reads and
// writes its lines (Tests/EndToEnd/test_board.py does, with the real system behind it).
//
//   board_process SECONDS SPEED [RECORDING] < lines     first the settings, as the console takes them, then an empty
//   line
//
//   RECORDING    what is at the electrodes: 16-bit little-endian samples at 360 Hz, in units of 5 µV; else a synthetic
//   heart
//
//   it says      join | connect CERTIFICATE KEY | leave | publish HEX | post enrol HEX | post rotate HEX | end JSON
//   it is told   joined | connected | lost | receipt HEX | command HEX | answer HEX | refused | unreachable
#define _POSIX_C_SOURCE 200809L
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fake_seams.h"
#include "sb_board/sb_app.h"
#include "sb_board/sb_provision.h"
#include "sim_patient.h"
#include "virtual_flash.h"

enum { LINE_MAX_OCTETS = 16384, OUTBOX = 480 };

static struct {
  uint64_t us;
  uint64_t wall_origin_us;
  bool is_wall_set;
  sb_provision_t provision;
  virtual_flash_t flash;
  sb_flash_ring_t ring;
  sb_flash_sector_t sectors[VIRTUAL_FLASH_MAX / SB_SECTOR_SIZE];
  fake_flash_t nvs;
  uint64_t device_memory[18432];
  sb_device_t *device;
  sb_ring_t blocks, events;
  sb_block_t block_places[SB_APP_BLOCKS];
  sb_event_t event_places[SB_APP_EVENTS];
  sb_app_t app;
  sim_patient_t patient;
  char input[2 * LINE_MAX_OCTETS];
  size_t input_length;
} board;

static double heart(double seconds) { return test_heart_mv(seconds, 75); }

static int16_t *recording;
static size_t recording_count;

static double recorded(double seconds) {
  double at = seconds * 360;
  size_t below = (size_t)at;
  if (below + 1 >= recording_count) return 0;
  double part = at - (double)below;
  return (recording[below] * (1 - part) + recording[below + 1] * part) * 0.005;
}

static void fail(const char *what) {
  fprintf(stderr, "board: %s\n", what);
  exit(1);
}

// Lines.

static void say(const char *what, const uint8_t *bytes, size_t length) {
  fputs(what, stdout);
  if (length > 0) putchar(' ');
  for (size_t i = 0; i < length; i++) printf("%02x", bytes[i]);
  if (strcmp(what, "connect") != 0) putchar('\n');
}

/// The next whole line, waiting for it at most `timeout_ms`; null where none comes.
static char *next_line(int timeout_ms) {
  static char line[LINE_MAX_OCTETS];
  while (true) {
    char *end = memchr(board.input, '\n', board.input_length);
    if (end != NULL) {
      size_t length = (size_t)(end - board.input);
      if (length >= sizeof line) fail("a line is too long");
      memcpy(line, board.input, length);
      line[length] = '\0';
      board.input_length -= length + 1;
      memmove(board.input, end + 1, board.input_length);
      return line;
    }
    fflush(stdout);
    struct pollfd file = {.fd = 0, .events = POLLIN};
    if (poll(&file, 1, timeout_ms) <= 0) return NULL;
    ssize_t count = read(0, board.input + board.input_length, sizeof board.input - board.input_length);
    if (count <= 0) fail("nobody is there");
    board.input_length += (size_t)count;
  }
}

/// Tells the application what a line says; gives what follows `answer`, and otherwise null.
static char *take_line(char *line, size_t *hex_length) {
  uint8_t bytes[64];
  char *rest = strchr(line, ' ');
  if (rest != NULL) *rest++ = '\0';
  *hex_length = rest == NULL ? 0 : strlen(rest);
  if (strcmp(line, "joined") == 0) {
    board.is_wall_set = true;
    (void)sb_event_put(&board.events, SB_EVENT_JOINED, NULL, 0);
  } else if (strcmp(line, "connected") == 0) {
    (void)sb_event_put(&board.events, SB_EVENT_CONNECTED, NULL, 0);
  } else if (strcmp(line, "lost") == 0) {
    (void)sb_event_put(&board.events, SB_EVENT_LOST, NULL, 0);
  } else if (strcmp(line, "receipt") == 0 || strcmp(line, "command") == 0) {
    if (*hex_length > 2 * sizeof bytes) fail("a message is too long");
    size_t length = test_hex(rest, bytes);
    (void)sb_event_put(&board.events, line[0] == 'r' ? SB_EVENT_RECEIPT : SB_EVENT_COMMAND, bytes, length);
  } else {
    return rest == NULL ? line : rest;
  }
  return NULL;
}

// The HAL.

static sb_time_t now(void *context) {
  (void)context;
  return (sb_time_t){board.us, board.is_wall_set ? board.wall_origin_us + board.us : board.us, board.is_wall_set};
}

static sb_err_t join(void *context) {
  (void)context;
  say("join", NULL, 0);
  return SB_OK;
}

static sb_err_t connect(void *context) {
  (void)context;
  uint8_t certificate[SB_CERTIFICATE_MAX], key[SB_IDENTITY_DER_SIZE];
  size_t length;
  if (sb_device_certificate(board.device, certificate, sizeof certificate, &length) != SB_OK) return SB_ERR_NOT_FOUND;
  if (sb_device_private_key(board.device, key) != SB_OK) return SB_ERR_NOT_FOUND;
  say("connect", certificate, length);
  say("", key, sizeof key);
  return SB_OK;
}

static void leave(void *context) {
  (void)context;
  say("leave", NULL, 0);
}

static sb_err_t publish(void *context, const uint8_t *bytes, size_t length) {
  (void)context;
  say("publish", bytes, length);
  return SB_OK;
}

static sb_err_t post(void *context, sb_route_t route, const uint8_t *body, size_t length, uint8_t *answer,
                     size_t capacity, size_t *answer_length) {
  (void)context;
  say(route == SB_ROUTE_ENROL ? "post enrol" : "post rotate", body, length);
  while (true) {
    char *line = next_line(30000);
    if (line == NULL) return SB_ERR_NOT_FOUND;
    size_t hex_length;
    char *rest = take_line(line, &hex_length);
    if (rest == NULL) continue;
    if (strcmp(rest, "refused") == 0) return SB_ERR_AUTHENTICATION;
    if (strcmp(rest, "unreachable") == 0 || hex_length > 2 * capacity) return SB_ERR_NOT_FOUND;
    *answer_length = test_hex(rest, answer);
    return SB_OK;
  }
}

static void read_recording(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) fail("no recording");
  recording_count = (size_t)ftell(file) / sizeof *recording;
  recording = malloc(recording_count * sizeof *recording);
  rewind(file);
  if (recording == NULL || fread(recording, sizeof *recording, recording_count, file) != recording_count) {
    fail("the recording cannot be read");
  }
  fclose(file);
}

static void read_settings(void) {
  char *line;
  while ((line = next_line(10000)) != NULL && line[0] != '\0') {
    sb_setting_t setting;
    if (sb_provision_line(&board.provision, line, strlen(line), &setting) != SB_OK) fail("a setting is wrong");
  }
  if (!sb_provision_is_complete(&board.provision, false)) fail("a setting is missing");
}

static void boot(void) {
  virtual_flash_init(&board.flash, VIRTUAL_FLASH_MAX / SB_SECTOR_SIZE);
  sb_partition_t partition = virtual_flash_partition(&board.flash);
  CHECK_OK(sb_flash_ring_open(&board.ring, &partition, board.sectors, VIRTUAL_FLASH_MAX / SB_SECTOR_SIZE));
  const sb_device_config_t config = {
      .device = board.provision.device,
      .firmware = 65536,
      .sample_rate_millihertz = 125000,
      .channel_count = SB_CHANNEL_COUNT,
      .channels = {{SB_KIND_LEAD_I, 100}, {SB_KIND_PPG_RED, 0}, {SB_KIND_PPG_INFRARED, 0}},
      .outbox_capacity = OUTBOX,
      .ram_capacity = 126,
      .session_capacity = 8,
      .window = 32,
      .status_interval_s = 60,
      .storage = sb_flash_ring_storage(&board.ring),
      .nvs = fake_nvs(&board.nvs)};
  if (sb_device_create(board.device_memory, sizeof board.device_memory, &config, &board.device) != SB_OK)
    fail("no device");
  sb_ring_init(&board.blocks, board.block_places, sizeof board.block_places[0], SB_APP_BLOCKS);
  sb_ring_init(&board.events, board.event_places, sizeof board.event_places[0], SB_APP_EVENTS);
  const sb_app_config_t app = {.device = board.device,
                               .hal = {NULL, now, join, connect, leave, publish, post},
                               .blocks = &board.blocks,
                               .events = &board.events,
                               .vault_key = board.provision.hpke,
                               .claim_token = board.provision.claim,
                               .has_oximeter = true};
  sb_app_init(&board.app, &app);
  sim_patient_init(&board.patient, &board.blocks, board.us, recording == NULL ? heart : recorded);
  board.patient.light.finger = 0.02;
}

/// One step of the application, with every line that has come, at `speed` times the pace of this machine's clock.
static void step(long speed) {
  char *line;
  size_t hex_length;
  while ((line = next_line(0)) != NULL) (void)take_line(line, &hex_length);
  (void)sb_app_step(&board.app);
  fflush(stdout);
  const struct timespec pause = {.tv_nsec = 50000000 / speed};
  nanosleep(&pause, NULL);
}

int main(int argc, char **argv) {
  if (argc != 3 && argc != 4) return 64;
  uint64_t seconds = strtoull(argv[1], NULL, 10);
  long speed = strtol(argv[2], NULL, 10);
  if (argc == 4) read_recording(argv[3]);
  read_settings();
  board.us = 1000000;
  // The last sample is taken about now, so that no capture time lies in the future.
  board.wall_origin_us = (uint64_t)time(NULL) * 1000000 - (seconds + 1) * 1000000;
  boot();
  uint64_t step_us = 0;
  while (board.us < seconds * 1000000) {
    uint64_t end_us = sim_patient_frame(&board.patient);
    if (end_us > board.us) board.us = end_us;
    if (board.us < step_us) continue;
    step_us = board.us + 50000;
    step(speed);
  }
  step(speed);  // takes what is left in the ring
  (void)sb_device_end_session(board.device, now(NULL));
  sb_device_stats_t stats;
  // Nothing is measured any more; what is held goes out, at the pace of the real clock, for a minute at most.
  for (int i = 0; i < 1200; i++, board.us += 50000) {
    sb_device_stats(board.device, &stats);
    if (stats.held == 0) break;
    step(1);
  }
  sb_view_t view;
  sb_app_view(&board.app, &view);
  printf(
      "end {\"sealed\": %llu, \"held\": %u, \"lost\": %llu, \"sent\": %llu, \"sessions\": %llu, \"keyVersion\": %u, "
      "\"heartRate\": %u, \"oxygen\": %u, \"failures\": %d}\n",
      (unsigned long long)stats.chunks_sealed, stats.held, (unsigned long long)stats.samples_lost,
      (unsigned long long)stats.chunks_sent, (unsigned long long)stats.sessions_begun, stats.key_version,
      view.heart_rate, view.oxygen_percent, test_failures);
  free(recording);
  return test_failures == 0 ? 0 : 1;
}
