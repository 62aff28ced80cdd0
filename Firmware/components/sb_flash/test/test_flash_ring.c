#include <stdlib.h>

#include "sealedbeat/sb_seal.h"
#include "virtual_flash.h"

enum { SECTORS = 6, HELD_MAX = 200 };
static virtual_flash_t flash;
static sb_flash_ring_t ring;
static sb_flash_sector_t sectors[VIRTUAL_FLASH_MAX / SB_SECTOR_SIZE];

static sb_err_t reopen(uint32_t count) {
  sb_partition_t partition = virtual_flash_partition(&flash);
  return sb_flash_ring_open(&ring, &partition, sectors, count);
}

/// A real chunk message: the ring reads session and sequence out of it.
static size_t make(uint64_t sequence, uint16_t count, uint8_t *out) {
  const uint8_t key[SB_KEY_SIZE] = {1}, iv[SB_IV_SIZE] = {2}, plaintext[SB_CHUNK_PLAINTEXT_MAX] = {0};
  sb_chunk_header_t header = {.key_version = 1,
                              .session = {{(uint8_t)(sequence / 50)}},
                              .sequence = sequence,
                              .kind = SB_KIND_LEAD_I,
                              .first_sample = sequence * SB_CHUNK_SAMPLES,
                              .sample_rate_millihertz = 125000,
                              .count = count,
                              .nanovolts_per_lsb = 100,
                              .capture_time = 1790000000000000,
                              .firmware = 65536};
  size_t length = 0;
  CHECK_OK(sb_seal_chunk(key, iv, "abc", &header, plaintext, (size_t)count * 2, out, SB_CHUNK_MESSAGE_MAX, &length));
  return length;
}

static sb_err_t append(uint64_t sequence, uint32_t *record) {
  uint8_t message[SB_CHUNK_MESSAGE_MAX];
  sb_session_id_t session = {{(uint8_t)(sequence / 50)}};
  size_t length = make(sequence, (uint16_t)(1 + sequence * 31 % SB_CHUNK_SAMPLES), message);
  sb_storage_t storage = sb_flash_ring_storage(&ring);
  return storage.append(storage.context, &session, sequence, message, length, record);
}

static bool holds(uint32_t record, uint64_t sequence) {
  uint8_t message[SB_CHUNK_MESSAGE_MAX], expected[SB_CHUNK_MESSAGE_MAX];
  size_t length, expected_length = make(sequence, (uint16_t)(1 + sequence * 31 % SB_CHUNK_SAMPLES), expected);
  sb_storage_t storage = sb_flash_ring_storage(&ring);
  if (storage.read(storage.context, record, message, sizeof message, &length) != SB_OK) return false;
  return length == expected_length && memcmp(message, expected, length) == 0;
}

static void it_holds_what_it_says_and_then_refuses(void) {
  virtual_flash_init(&flash, SECTORS);
  CHECK_OK(reopen(SECTORS));
  CHECK(ring.live == 0);
  uint8_t message[SB_CHUNK_MESSAGE_MAX];
  size_t length = make(100000, SB_CHUNK_SAMPLES, message);
  CHECK(length <= 498);  // eight to a sector
  sb_storage_t storage = sb_flash_ring_storage(&ring);
  sb_session_id_t session = {{0}};
  uint32_t record, count = 0;
  while (storage.append(storage.context, &session, count, message, length, &record) == SB_OK) count++;
  CHECK(count >= sb_flash_ring_capacity(flash.size, (uint32_t)length) && count == SECTORS * 8);
  CHECK_ERR(storage.append(storage.context, &session, count, message, length, &record), SB_ERR_STORAGE);
  CHECK_ERR(storage.append(storage.context, &session, count, message, SB_CHUNK_MESSAGE_MAX + 1, &record),
            SB_ERR_STORAGE);
  CHECK_ERR(storage.read(storage.context, flash.size + 5, message, sizeof message, &length), SB_ERR_NOT_FOUND);
  CHECK_ERR(storage.remove(storage.context, UINT32_MAX), SB_ERR_NOT_FOUND);
}

static void every_sector_wears_alike(void) {
  virtual_flash_init(&flash, SECTORS);
  CHECK_OK(reopen(SECTORS));
  sb_storage_t storage = sb_flash_ring_storage(&ring);
  uint32_t records[10];
  for (uint64_t i = 0; i < 3000; i++) {
    if (i >= 10) CHECK_OK(storage.remove(storage.context, records[i % 10]));
    CHECK_OK(append(i, &records[i % 10]));
    CHECK(holds(records[i % 10], i));
  }
  CHECK(ring.live == 10);
  uint32_t least = UINT32_MAX, most = 0;
  for (int i = 0; i < SECTORS; i++) {
    if (flash.erases[i] < least) least = flash.erases[i];
    if (flash.erases[i] > most) most = flash.erases[i];
  }
  CHECK(most - least <= 1 && most > 10);
}

/// What should be on the flash, as the device knows it.
typedef struct {
  uint64_t sequence;
  uint32_t record;
} held_t;
static held_t held[HELD_MAX];
static size_t held_count;

/// After a loss of power: everything acknowledged is there once, in order, and what is there is whole.
static void check_after_power_loss(bool may_return, uint64_t in_doubt) {
  sb_storage_t storage = sb_flash_ring_storage(&ring);
  sb_storage_record_t found;
  uint32_t cursor = 0;
  size_t next = 0;
  held_t again[HELD_MAX];
  size_t again_count = 0;
  while (storage.next(storage.context, &cursor, &found) == SB_OK) {
    CHECK(holds(found.record, found.sequence));
    CHECK(found.session.bytes[0] == (uint8_t)(found.sequence / 50));
    if (again_count > 0) CHECK(found.sequence > again[again_count - 1].sequence);
    bool is_next = next < held_count && held[next].sequence == found.sequence;
    // A removal that was cut, or a sector whose erasure was, may bring chunks back that the server already has.
    CHECK(is_next || may_return || found.sequence == in_doubt);
    if (is_next) next++;
    if (again_count < HELD_MAX) again[again_count++] = (held_t){found.sequence, found.record};
  }
  CHECK(next == held_count);  // nothing that was acknowledged is missing
  memcpy(held, again, sizeof again);
  held_count = again_count;
}

static void power_may_go_at_any_write(void) {
  uint64_t random = 17, sequence = 0, cuts = 0;
  virtual_flash_init(&flash, SECTORS);
  CHECK_OK(reopen(SECTORS));
  held_count = 0;
  for (uint64_t until = 1; until < 700; until++) {
    sb_storage_t storage = sb_flash_ring_storage(&ring);
    flash.until_cut = 1 + until % 97;
    uint64_t in_doubt = UINT64_MAX;
    while (!flash.is_dead) {
      bool should_remove = held_count > 20 || (held_count > 0 && test_random(&random) % 2 == 0);
      if (should_remove) {
        size_t at = test_random(&random) % 4 == 0 ? test_random(&random) % held_count : 0;
        sb_err_t error = storage.remove(storage.context, held[at].record);
        if (error != SB_OK) in_doubt = held[at].sequence;
        memmove(held + at, held + at + 1, (held_count - at - 1) * sizeof held[0]);
        held_count--;
      } else {
        uint32_t record;
        sb_err_t error = append(sequence, &record);
        if (error == SB_OK)
          held[held_count++] = (held_t){sequence, record};
        else
          in_doubt = sequence;
        sequence++;
      }
    }
    cuts++;
    virtual_flash_power_on(&flash);
    CHECK_OK(reopen(SECTORS));
    check_after_power_loss(true, in_doubt);
  }
  CHECK(cuts > 600 && sequence > 5000);
}

static void a_flipped_bit_is_not_read_back(void) {
  virtual_flash_init(&flash, SECTORS);
  CHECK_OK(reopen(SECTORS));
  uint32_t record;
  CHECK_OK(append(3, &record));
  flash.bytes[record + 40] ^= 1;
  CHECK(!holds(record, 3));
  sb_storage_t storage = sb_flash_ring_storage(&ring);
  CHECK_OK(storage.remove(storage.context, record));
  CHECK(ring.live == 0);
}

/// Whatever lies on the flash: nothing is read out of bounds, what is given back was once written whole, and the ring
/// takes new records.
static void damaged_flashes(void) {
  static virtual_flash_t whole;
  uint64_t random = 31;
  virtual_flash_init(&flash, SECTORS);
  CHECK_OK(reopen(SECTORS));
  uint32_t record;
  for (uint64_t i = 0; i < 40; i++) CHECK_OK(append(i, &record));
  whole = flash;
  size_t found = 0;
  for (int round = 0; round < 2000; round++) {
    flash = whole;
    for (uint64_t k = test_random(&random) % 20 + 1; k > 0; k--) {
      uint32_t at = (uint32_t)(test_random(&random) % flash.size);
      // Mostly where it hurts: in the heads of sectors and of their first records.
      if (k % 2 == 0) at = at / SB_SECTOR_SIZE * SB_SECTOR_SIZE + at % 32;
      flash.bytes[at] = (uint8_t)test_random(&random);
    }
    CHECK_OK(reopen(SECTORS));
    sb_storage_t storage = sb_flash_ring_storage(&ring);
    sb_storage_record_t item;
    for (uint32_t cursor = 0; storage.next(storage.context, &cursor, &item) == SB_OK; found++) {
      CHECK(holds(item.record, item.sequence));
    }
    for (uint64_t i = 100; i < 120; i++) {
      sb_err_t error = append(i, &record);
      CHECK(error == SB_ERR_STORAGE || holds(record, i));
    }
  }
  CHECK(found > 2000 * 20);
}

static void its_shape_must_fit(void) {
  virtual_flash_init(&flash, 2);
  CHECK_OK(reopen(2));
  CHECK_ERR(reopen(3), SB_ERR_ARGUMENT);
  virtual_flash_init(&flash, 1);
  CHECK_ERR(reopen(1), SB_ERR_ARGUMENT);
  CHECK(sb_flash_ring_capacity(SB_SECTOR_SIZE, 481) == 0);
  CHECK(sb_crc32((const uint8_t *)"123456789", 9, 0) == 0xcbf43926);
}

const test_t FLASH_TESTS[] = {
    {"flash: it holds what it says, and then refuses", it_holds_what_it_says_and_then_refuses},
    {"flash: every sector wears alike", every_sector_wears_alike},
    {"flash: the power may go at any write and any erasure", power_may_go_at_any_write},
    {"flash: a flipped bit is not read back", a_flipped_bit_is_not_read_back},
    {"mutation: two thousand damaged flashes", damaged_flashes},
    {"flash: its shape must fit, and its CRC is the one of zlib", its_shape_must_fit},
    {NULL, NULL},
};
