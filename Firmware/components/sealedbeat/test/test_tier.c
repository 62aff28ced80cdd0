#include <stdlib.h>

#include "fake_seams.h"
#include "sealedbeat/sb_chunk.h"
#include "sealedbeat/sb_tier.h"
#include "test.h"

enum { SLOTS = 12, CHUNK = 187 };

static fake_flash_t flash;

static sb_device_t *start(void) {
  sb_device_config_t config = {.device = "test-device-1",
                               .firmware = 65536,
                               .sample_rate_millihertz = 125000,
                               .channel_count = 1,
                               .channels = {{SB_KIND_LEAD_II, 5000}},
                               .outbox_capacity = 200,
                               .ram_capacity = SLOTS,
                               .session_capacity = 4,
                               .window = 64,
                               .storage = fake_storage(&flash),
                               .nvs = fake_nvs(&flash)};
  size_t size = sb_device_size(&config);
  sb_device_t *device = NULL;
  CHECK_OK(sb_device_create(malloc(size), size, &config, &device));
  if (device == NULL) abort();
  return device;
}

static void stop(sb_device_t *device) {
  sb_device_destroy(device);
  free(device);
}

static sb_device_t *start_enrolled(void) {
  memset(&flash, 0, sizeof flash);
  sb_device_t *device = start();
  uint8_t request[SB_ENROL_MESSAGE_MAX], answer[] = {0x84, 0x01, 0x01, 0x43, 1, 2, 3, 0x42, 4, 5};
  uint8_t claim[SB_CLAIM_TOKEN_SIZE] = {1}, vault[SB_P256_POINT_SIZE];
  size_t length;
  sb_identity_t identity;
  CHECK_OK(sb_identity_generate(&identity));
  CHECK_OK(sb_identity_public_key(&identity, vault));
  CHECK_OK(sb_device_enrol_request(device, vault, claim, request, sizeof request, &length));
  CHECK_OK(sb_device_on_enrol_answer(device, answer, sizeof answer));
  return device;
}

static sb_err_t push(sb_device_t *device, size_t chunks, uint64_t us) {
  static int16_t samples[CHUNK * 64];
  return sb_device_push_samples(device, 0, samples, chunks * CHUNK, 0, test_time(us));
}

static void tick(sb_device_t *device, uint64_t us) {
  uint64_t next;
  CHECK_OK(sb_device_tick(device, test_time(us), &next));
}

static sb_err_t receipt(sb_device_t *device, uint64_t committed, uint64_t us) {
  sb_receipt_t message = {.committed = committed};
  uint8_t bytes[SB_RECEIPT_SIZE_MAX];
  size_t length;
  CHECK(sb_device_session(device, &message.session));
  CHECK_OK(sb_receipt_encode(&message, bytes, sizeof bytes, &length));
  return sb_device_on_receipt(device, bytes, length, test_time(us));
}

static sb_device_stats_t stats_of(const sb_device_t *device) {
  sb_device_stats_t stats;
  sb_device_stats(device, &stats);
  return stats;
}

static void receipts_that_come_soon_spare_the_flash(void) {
  sb_device_t *device = start_enrolled();
  sb_device_on_connected(device, test_time(0));
  for (uint64_t i = 0; i < 500; i++) {
    uint64_t us = i * 1500000;
    CHECK_OK(push(device, 1, us));
    uint8_t message[SB_CHUNK_MESSAGE_MAX];
    size_t length;
    while (sb_device_next_to_send(device, test_time(us), message, sizeof message, &length) == SB_OK) continue;
    // The receipt is two chunks behind.
    if (i >= 2) CHECK_OK(receipt(device, i - 1, us));
    tick(device, us);
  }
  CHECK(flash.appended == 0 && stats_of(device).held == 2 && stats_of(device).held_in_ram == 2);
  CHECK(stats_of(device).samples_lost == 0);
  stop(device);
}

static void what_waits_too_long_goes_to_flash_in_order(void) {
  sb_device_t *device = start_enrolled();
  sb_device_on_connected(device, test_time(0));
  CHECK_OK(push(device, 3, 0));  // a status chunk and three of samples
  tick(device, SB_TIER_HOLD_US - 1);
  CHECK(flash.appended == 0);
  CHECK_OK(push(device, 1, SB_TIER_HOLD_US - 1));
  tick(device, SB_TIER_HOLD_US);
  CHECK(fake_count(&flash) == 4 && stats_of(device).held_in_ram == 1);
  for (uint32_t i = 0; i < 4; i++) CHECK(flash.records[i].record.sequence == i && flash.records[i].order == i);
  // Both tiers are sent in one order, and a receipt clears both.
  for (uint64_t i = 0; i < 5; i++) {
    uint8_t message[SB_CHUNK_MESSAGE_MAX];
    size_t length;
    sb_chunk_message_t parsed;
    CHECK_OK(sb_device_next_to_send(device, test_time(SB_TIER_HOLD_US), message, sizeof message, &length));
    CHECK_OK(sb_chunk_message_parse(message, length, &parsed));
    CHECK(parsed.header.sequence == i);
  }
  CHECK_OK(receipt(device, 4, SB_TIER_HOLD_US));
  CHECK(fake_count(&flash) == 0 && stats_of(device).held == 0 && stats_of(device).held_in_ram == 0);
  stop(device);
}

static void without_a_connection_nothing_stays_in_ram(void) {
  sb_device_t *device = start_enrolled();
  uint32_t wait;
  CHECK_OK(push(device, 2, 0));
  CHECK(fake_count(&flash) == 3 && stats_of(device).held_in_ram == 0);
  sb_device_on_connected(device, test_time(1));
  CHECK_OK(push(device, 5, 1));
  CHECK(fake_count(&flash) == 3 && stats_of(device).held_in_ram == 5);
  CHECK_OK(sb_device_on_disconnected(device, test_time(2), &wait));
  CHECK(fake_count(&flash) == 8 && stats_of(device).held_in_ram == 0);
  sb_device_on_connected(device, test_time(3));
  CHECK_OK(push(device, 1, 3));
  CHECK_OK(sb_device_flush(device, test_time(4)));
  CHECK(fake_count(&flash) == 9);
  stop(device);
  device = start();
  CHECK(stats_of(device).chunks_found == 9);
  stop(device);
}

static void a_flash_that_fails_costs_nothing_while_ram_has_room(void) {
  sb_device_t *device = start_enrolled();
  flash.is_full = true;
  CHECK_OK(push(device, SLOTS - 1, 0));  // with the status chunk it is full
  CHECK(stats_of(device).held_in_ram == SLOTS && stats_of(device).storage_failures > 0);
  CHECK(stats_of(device).samples_lost == 0);
  CHECK_ERR(push(device, 1, 1), SB_ERR_STORAGE);
  CHECK(stats_of(device).samples_lost == CHUNK);
  uint64_t failures = stats_of(device).storage_failures;
  tick(device, 2);  // not tried at every step
  CHECK(stats_of(device).storage_failures == failures);
  flash.is_full = false;
  tick(device, SB_TIER_RETRY_US + 2);
  CHECK(fake_count(&flash) == SLOTS && stats_of(device).held_in_ram == 0);
  CHECK_ERR(sb_device_flush(device, test_time(SB_TIER_RETRY_US + 3)), SB_OK);
  stop(device);
}

static void the_places_go_round_with_holes(void) {
  static sb_tier_slot_t slots[4];
  sb_tier_t tier;
  uint32_t records[4], record;
  const sb_session_id_t session = {{7}};
  const uint8_t message[3] = {1, 2, 3};
  uint8_t out[8];
  size_t length;
  sb_tier_init(&tier, slots, 4);
  for (uint32_t round = 0; round < 100; round++) {
    for (uint32_t i = 0; i < 4; i++) CHECK_OK(sb_tier_append(&tier, &session, i, message, 3, 0, &records[i]));
    CHECK_ERR(sb_tier_append(&tier, &session, 9, message, 3, 0, &record), SB_ERR_FULL);
    CHECK_OK(sb_tier_remove(&tier, records[1]));
    CHECK_ERR(sb_tier_read(&tier, records[1], out, sizeof out, &length), SB_ERR_NOT_FOUND);
    CHECK_ERR(sb_tier_remove(&tier, records[1]), SB_ERR_NOT_FOUND);
    CHECK(sb_tier_oldest(&tier)->sequence == 0);
    CHECK_OK(sb_tier_remove(&tier, records[0]));
    CHECK(sb_tier_oldest(&tier)->sequence == 2);  // the hole went with it
    CHECK_OK(sb_tier_read(&tier, records[2], out, sizeof out, &length));
    CHECK(length == 3 && memcmp(out, message, 3) == 0);
    CHECK_ERR(sb_tier_read(&tier, records[2], out, 2, &length), SB_ERR_SPACE);
    CHECK_OK(sb_tier_remove(&tier, records[3]));
    CHECK_OK(sb_tier_remove(&tier, records[2]));
    CHECK(sb_tier_oldest(&tier) == NULL);
    CHECK_ERR(sb_tier_append(&tier, &session, 0, out, SB_TIER_MESSAGE_MAX + 1, 0, &record), SB_ERR_OVERSIZE);
    CHECK(!sb_tier_has(&tier, 3) && !sb_tier_has(&tier, SB_TIER_RECORD | 99));
    // One more, so that the next round begins elsewhere.
    CHECK_OK(sb_tier_append(&tier, &session, 0, message, 3, 0, &record));
    CHECK_OK(sb_tier_remove(&tier, record));
  }
}

/// Whatever happens before the power goes, what is left of a session is its beginning: every chunk before the last one
/// that is on flash is on flash too, or a receipt named it. And what is lost is no older than the hold.
static void a_loss_of_power_takes_the_end_and_no_more(void) {
  uint64_t random = 11;
  for (int round = 0; round < 300; round++) {
    sb_device_t *device = start_enrolled();
    uint64_t us = 0, sealed_us[256] = {0}, committed = 0, sealed = 0;
    bool is_connected = false, has_receipt = false;
    for (int step = 0; step < 60; step++) {
      us += 1500000;
      uint64_t dice = test_random(&random);
      if (dice % 8 == 0) {
        uint32_t wait;
        if (is_connected) CHECK_OK(sb_device_on_disconnected(device, test_time(us), &wait));
        if (!is_connected) sb_device_on_connected(device, test_time(us));
        is_connected = !is_connected;
      }
      flash.is_full = dice >> 8 & (dice >> 9) & 1;
      if (push(device, 1, us) != SB_OK) break;  // a sample was lost, and said to be
      for (; sealed < stats_of(device).chunks_sealed; sealed++) sealed_us[sealed] = us;
      if (is_connected && dice >> 16 & 1 && sealed > 2) {
        committed = sealed - 1 - (dice >> 20) % 2;
        has_receipt = true;
        CHECK_OK(receipt(device, committed, us));
      }
      tick(device, us);
    }
    uint64_t kept = has_receipt ? committed + 1 : 0, last = kept;
    for (uint32_t i = 0; i < FAKE_RECORDS; i++) {
      if (!flash.records[i].is_used) continue;
      uint64_t sequence = flash.records[i].record.sequence;
      if (sequence >= last) last = sequence + 1;
      kept += sequence >= (has_receipt ? committed + 1 : 0);
    }
    CHECK(kept == last);
    if (!flash.is_full && is_connected && last < sealed) CHECK(us - sealed_us[last] <= SB_TIER_HOLD_US + SB_TIER_RETRY_US);
    if (!flash.is_full && !is_connected && us >= 3000000) CHECK(last == sealed || stats_of(device).storage_failures > 0);
    stop(device);
  }
}

const test_t TIER_TESTS[] = {
    {"tier: receipts that come soon spare the flash", receipts_that_come_soon_spare_the_flash},
    {"tier: what waits too long goes to flash in order", what_waits_too_long_goes_to_flash_in_order},
    {"tier: without a connection nothing stays in RAM", without_a_connection_nothing_stays_in_ram},
    {"tier: a flash that fails costs nothing while RAM has room", a_flash_that_fails_costs_nothing_while_ram_has_room},
    {"tier: the places go round with holes", the_places_go_round_with_holes},
    {"tier: a loss of power takes the end and no more", a_loss_of_power_takes_the_end_and_no_more},
    {NULL, NULL},
};
