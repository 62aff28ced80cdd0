#include <stdlib.h>

#include "fake_seams.h"
#include "sealedbeat/sb_seal.h"
#include "test.h"

static fake_flash_t flash;
static uint8_t vault_public[SB_P256_POINT_SIZE];

static sb_device_config_t config_of(uint32_t capacity) {
  return (sb_device_config_t){.device = "test-device-1",
                              .firmware = 65536,
                              .sample_rate_millihertz = 125000,
                              .channel_count = 1,
                              .channels = {{SB_KIND_LEAD_II, 5000}},
                              .outbox_capacity = capacity,
                              .session_capacity = 4,
                              .window = 8,
                              .status_interval_s = 60,
                              .storage = fake_storage(&flash),
                              .nvs = fake_nvs(&flash)};
}

static sb_device_t *start(uint32_t capacity) {
  sb_device_config_t config = config_of(capacity);
  size_t size = sb_device_size(&config);
  sb_device_t *device = NULL;
  void *memory = malloc(size);
  sb_err_t error = sb_device_create(memory, size, &config, &device);
  CHECK_OK(error);
  if (error != SB_OK) abort();
  return device;
}

static void stop(sb_device_t *device) {
  sb_device_destroy(device);
  free(device);
}

static void enrol(sb_device_t *device) {
  uint8_t request[SB_ENROL_MESSAGE_MAX], answer[] = {0x84, 0x01, 0x01, 0x43, 1, 2, 3, 0x42, 4, 5};
  uint8_t claim[SB_CLAIM_TOKEN_SIZE] = {1};
  size_t length;
  sb_identity_t vault;
  CHECK_OK(sb_identity_generate(&vault));
  CHECK_OK(sb_identity_public_key(&vault, vault_public));
  CHECK(!sb_device_is_enrolled(device));
  CHECK_OK(sb_device_enrol_request(device, vault_public, claim, request, sizeof request, &length));
  CHECK_OK(sb_device_on_enrol_answer(device, answer, sizeof answer));
  CHECK(sb_device_is_enrolled(device));
}

static sb_device_t *start_enrolled(uint32_t capacity) {
  memset(&flash, 0, sizeof flash);
  sb_device_t *device = start(capacity);
  enrol(device);
  return device;
}

static sb_err_t push(sb_device_t *device, size_t count, uint64_t us) {
  static int16_t samples[20000];
  return sb_device_push_samples(device, 0, samples, count, 0, test_time(us));
}

static sb_err_t next_header(sb_device_t *device, uint64_t us, sb_chunk_header_t *header) {
  uint8_t message[SB_CHUNK_MESSAGE_MAX];
  size_t length;
  sb_err_t error = sb_device_next_to_send(device, test_time(us), message, sizeof message, &length);
  if (error != SB_OK) return error;
  sb_chunk_message_t parsed;
  CHECK_OK(sb_chunk_message_parse(message, length, &parsed));
  *header = parsed.header;
  return SB_OK;
}

static sb_err_t receipt(sb_device_t *device, sb_session_id_t session, uint64_t committed) {
  uint8_t bytes[SB_RECEIPT_SIZE_MAX];
  size_t length;
  sb_receipt_t message = {session, committed};
  CHECK_OK(sb_receipt_encode(&message, bytes, sizeof bytes, &length));
  return sb_device_on_receipt(device, bytes, length, test_time(0));
}

static sb_device_stats_t stats_of(const sb_device_t *device) {
  sb_device_stats_t stats;
  sb_device_stats(device, &stats);
  return stats;
}

static void it_streams_and_forgets_on_receipt(void) {
  sb_device_t *device = start_enrolled(100);
  sb_chunk_header_t header;
  CHECK_OK(push(device, 187 * 3, 0));
  CHECK_ERR(next_header(device, 0, &header), SB_ERR_EMPTY);
  sb_device_on_connected(device, test_time(0));
  for (uint64_t i = 0; i < 4; i++) {
    CHECK_OK(next_header(device, 0, &header));
    CHECK(header.sequence == i && header.backlog == i && header.key_version == 1);
    CHECK(header.kind == (i == 0 ? SB_KIND_STATUS : SB_KIND_LEAD_II));
    if (i > 0) CHECK(header.capture_time == test_time(0).wall_us + (i - 1) * 1496000);
  }
  CHECK_ERR(next_header(device, 0, &header), SB_ERR_EMPTY);
  CHECK(flash.flushes == 1 && fake_count(&flash) == 4);
  CHECK_OK(receipt(device, header.session, 2));
  CHECK(fake_count(&flash) == 1 && stats_of(device).held == 1 && stats_of(device).chunks_receipted == 3);
  CHECK_ERR(receipt(device, header.session, 99), SB_ERR_RANGE);
  CHECK(stats_of(device).held == 1 && stats_of(device).refused_messages == 1);
  stop(device);
}

static void a_restart_keeps_what_was_sealed(void) {
  sb_device_t *device = start_enrolled(100);
  sb_session_id_t first, second;
  CHECK_OK(push(device, 187 * 3 + 50, 0));
  CHECK(sb_device_session(device, &first));
  stop(device);  // no goodbye: the fifty samples are gone, the sealed chunks are not

  device = start(100);
  CHECK(sb_device_is_enrolled(device) && stats_of(device).chunks_found == 4);
  CHECK_OK(push(device, 187, 10000000));
  CHECK(sb_device_session(device, &second) && !sb_session_id_equal(&first, &second));
  sb_device_on_connected(device, test_time(0));
  sb_chunk_header_t header;
  for (int i = 0; i < 6; i++) {
    CHECK_OK(next_header(device, 0, &header));
    CHECK(sb_session_id_equal(&header.session, i < 2 ? &second : &first));
  }
  CHECK_OK(receipt(device, first, 3));
  CHECK_OK(receipt(device, second, 1));
  CHECK(stats_of(device).held == 0 && fake_count(&flash) == 0);
  stop(device);
}

static void a_full_outbox_declares_a_gap(void) {
  sb_device_t *device = start_enrolled(10);
  CHECK_ERR(push(device, 187 * 20, 0), SB_ERR_FULL);
  sb_device_stats_t stats = stats_of(device);
  CHECK(stats.held == 8 && stats.chunks_sealed == 8 && stats.samples_lost == 187 * 13);
  sb_device_on_connected(device, test_time(0));
  sb_chunk_header_t header;
  for (int i = 0; i < 8; i++) CHECK_OK(next_header(device, 0, &header));
  CHECK_OK(receipt(device, header.session, 7));
  CHECK_OK(push(device, 187, 40000000));
  CHECK_OK(next_header(device, 0, &header));
  CHECK(header.sequence == 8 && header.first_sample == 187 * 20 && header.backlog == 0);
  stop(device);
}

static void a_full_disk_declares_a_gap(void) {
  sb_device_t *device = start_enrolled(100);
  CHECK_OK(push(device, 187, 0));
  flash.is_full = true;
  CHECK_ERR(push(device, 187 * 2, 1496000), SB_ERR_STORAGE);
  flash.is_full = false;
  CHECK_OK(push(device, 187, 3 * 1496000));
  sb_device_on_connected(device, test_time(0));
  sb_chunk_header_t header;
  for (int i = 0; i < 3; i++) CHECK_OK(next_header(device, 0, &header));
  // Numbers 2 and 3 were spent on chunks that never existed, so that no nonce is used twice; backlog says how far back.
  CHECK(header.sequence == 4 && header.first_sample == 187 * 3 && header.backlog == 4);
  CHECK(stats_of(device).samples_lost == 187 * 2 && stats_of(device).storage_failures == 2);
  stop(device);
}

static void a_session_ends_with_a_word(void) {
  sb_device_t *device = start_enrolled(100);
  CHECK_OK(push(device, 100, 0));
  CHECK_OK(sb_device_end_session(device, test_time(800000)));
  sb_session_id_t session;
  CHECK(!sb_device_session(device, &session));
  sb_device_on_connected(device, test_time(0));
  sb_chunk_header_t header;
  CHECK_OK(next_header(device, 0, &header));
  CHECK_OK(next_header(device, 0, &header));
  CHECK(header.count == 100 && header.kind == SB_KIND_LEAD_II);
  CHECK_OK(next_header(device, 0, &header));
  CHECK(header.sequence == 2 && header.kind == SB_KIND_STATUS);
  CHECK_OK(receipt(device, header.session, 2));
  CHECK(stats_of(device).held == 0);
  stop(device);
}

static void a_day_is_a_session(void) {
  sb_device_t *device = start_enrolled(100);
  sb_session_id_t first, second;
  CHECK_OK(push(device, 187, 0));
  CHECK(sb_device_session(device, &first));
  CHECK_OK(push(device, 187, SB_SESSION_DURATION_US));
  CHECK(sb_device_session(device, &second) && !sb_session_id_equal(&first, &second));
  CHECK(stats_of(device).chunks_sealed == 5);  // status, samples, end; status, samples
  stop(device);
}

static void a_rotation_survives_lost_answers(void) {
  sb_device_t *device = start_enrolled(100);
  const uint8_t command[] = {0x82, 0x01, 0x02}, answer[] = {0x82, 0x01, 0x02}, wrong[] = {0x82, 0x01, 0x03};
  uint8_t request[SB_ENROL_MESSAGE_MAX];
  size_t length;
  sb_session_id_t first, second;
  CHECK_OK(push(device, 187, 0));
  CHECK(sb_device_session(device, &first));
  CHECK_ERR(sb_device_rotate_request(device, vault_public, request, sizeof request, &length), SB_ERR_EMPTY);
  const uint8_t far[] = {0x82, 0x01, 0x1A, 0xFF, 0xFF, 0xFF, 0xFF};
  CHECK_OK(sb_device_on_command(device, far, sizeof far));
  CHECK(sb_device_rotation_wanted(device) == 0);  // or no later command would ever be heard
  CHECK_OK(sb_device_on_command(device, command, sizeof command));
  CHECK(sb_device_rotation_wanted(device) == 2);
  uint8_t key[64];
  size_t key_length;
  CHECK_OK(flash.blobs[0].name[0] != 0 ? SB_OK : SB_ERR_STORAGE);
  sb_nvs_t nvs = fake_nvs(&flash);
  CHECK_OK(nvs.get(nvs.context, SB_NVS_PENDING_KEY, key, sizeof key, &key_length));
  stop(device);  // the answer never came

  device = start(100);
  uint8_t again[64];
  CHECK(sb_device_rotation_wanted(device) == 2);
  CHECK_OK(sb_device_on_command(device, command, sizeof command));
  CHECK_OK(nvs.get(nvs.context, SB_NVS_PENDING_KEY, again, sizeof again, &key_length));
  CHECK(memcmp(key, again, key_length) == 0);
  CHECK_OK(push(device, 187, 0));
  CHECK_OK(sb_device_rotate_request(device, vault_public, request, sizeof request, &length));
  CHECK_ERR(sb_device_on_rotate_answer(device, wrong, sizeof wrong, test_time(0)), SB_ERR_KEY_VERSION);
  CHECK_OK(sb_device_on_rotate_answer(device, answer, sizeof answer, test_time(0)));
  CHECK(sb_device_rotation_wanted(device) == 0 && stats_of(device).key_version == 2);
  CHECK(!sb_device_session(device, &second));
  CHECK_OK(push(device, 187, 2000000));
  CHECK(sb_device_session(device, &second));
  CHECK_OK(sb_device_on_command(device, command, sizeof command));
  CHECK(sb_device_rotation_wanted(device) == 0);
  sb_device_on_connected(device, test_time(0));
  sb_chunk_header_t header;
  CHECK_OK(next_header(device, 0, &header));
  CHECK(header.key_version == 2 && sb_session_id_equal(&header.session, &second));
  stop(device);
}

static void an_enrolment_repeats_its_keys(void) {
  memset(&flash, 0, sizeof flash);
  sb_device_t *device = start(100);
  uint8_t request[SB_ENROL_MESSAGE_MAX], claim[SB_CLAIM_TOKEN_SIZE] = {1}, first[36], second[36];
  size_t length;
  sb_nvs_t nvs = fake_nvs(&flash);
  CHECK_ERR(push(device, 187, 0), SB_ERR_NOT_ENROLLED);
  sb_identity_t vault;
  CHECK_OK(sb_identity_generate(&vault));
  CHECK_OK(sb_identity_public_key(&vault, vault_public));
  CHECK_OK(sb_device_enrol_request(device, vault_public, claim, request, sizeof request, &length));
  CHECK_OK(nvs.get(nvs.context, SB_NVS_DATA_KEY, first, sizeof first, &length));
  stop(device);
  device = start(100);
  CHECK(!sb_device_is_enrolled(device));
  CHECK_OK(sb_device_enrol_request(device, vault_public, claim, request, sizeof request, &length));
  CHECK_OK(nvs.get(nvs.context, SB_NVS_DATA_KEY, second, sizeof second, &length));
  CHECK(memcmp(first, second, sizeof first) == 0);
  stop(device);
}

static void many_old_sessions_wait_their_turn(void) {
  sb_device_t *device = start_enrolled(100);
  sb_session_id_t sessions[6];
  for (int i = 0; i < 6; i++) {
    CHECK_OK(push(device, 187, 0));
    CHECK(sb_device_session(device, &sessions[i]));
    stop(device);
    device = start(100);
  }
  CHECK(stats_of(device).chunks_found == 6 && stats_of(device).chunks_waiting == 6);
  CHECK_OK(push(device, 187, 0));
  sb_device_on_connected(device, test_time(0));
  for (int i = 0; i < 6; i++) CHECK_OK(receipt(device, sessions[i], 1));
  CHECK(stats_of(device).chunks_waiting == 0 && stats_of(device).held == 2 && fake_count(&flash) == 2);
  stop(device);
}

static void an_unreadable_record_becomes_a_hole(void) {
  sb_device_t *device = start_enrolled(100);
  CHECK_OK(push(device, 187, 0));
  sb_device_on_connected(device, test_time(0));
  flash.is_unreadable = true;
  sb_chunk_header_t header;
  CHECK_ERR(next_header(device, 0, &header), SB_ERR_EMPTY);
  flash.is_unreadable = false;
  CHECK(stats_of(device).chunks_unreadable == 2 && stats_of(device).held == 0);
  CHECK_OK(push(device, 187, 0));
  CHECK_OK(next_header(device, 0, &header));
  CHECK(header.sequence == 2 && header.backlog == 0);
  stop(device);
}

static void lost_samples_move_the_index(void) {
  sb_device_t *device = start_enrolled(100);
  CHECK_OK(push(device, 100, 0));
  CHECK_OK(sb_device_push_lost(device, 0, 400, test_time(800000)));
  CHECK_OK(push(device, 187, 4000000));
  sb_device_on_connected(device, test_time(0));
  sb_chunk_header_t header;
  for (int i = 0; i < 3; i++) CHECK_OK(next_header(device, 0, &header));
  CHECK(header.first_sample == 500 && header.capture_time == test_time(4000000).wall_us);
  CHECK(stats_of(device).samples_lost == 400);
  stop(device);
}

static void status_comes_on_time(void) {
  sb_device_t *device = start_enrolled(100);
  uint64_t next;
  CHECK_OK(push(device, 1, 0));
  CHECK_OK(sb_device_tick(device, test_time(0), &next));
  CHECK(next == test_time(60000000).monotonic_us);
  CHECK_OK(sb_device_tick(device, test_time(60000000), &next));
  CHECK(stats_of(device).chunks_sealed == 2);
  stop(device);
}

const test_t DEVICE_TESTS[] = {
    {"device: it streams, and forgets on receipt only", it_streams_and_forgets_on_receipt},
    {"device: a restart keeps what was sealed and begins a new session", a_restart_keeps_what_was_sealed},
    {"device: a full outbox declares a gap and drops nothing sealed", a_full_outbox_declares_a_gap},
    {"device: a full disk declares a gap and repeats no number", a_full_disk_declares_a_gap},
    {"device: a session ends with a word", a_session_ends_with_a_word},
    {"device: a session lasts 24 h", a_day_is_a_session},
    {"device: a rotation survives lost answers", a_rotation_survives_lost_answers},
    {"device: an enrolment repeats its keys", an_enrolment_repeats_its_keys},
    {"device: more old sessions than places wait their turn", many_old_sessions_wait_their_turn},
    {"device: an unreadable record becomes a declared hole", an_unreadable_record_becomes_a_hole},
    {"device: lost samples move the index", lost_samples_move_the_index},
    {"device: status comes on time", status_comes_on_time},
    {NULL, NULL},
};
