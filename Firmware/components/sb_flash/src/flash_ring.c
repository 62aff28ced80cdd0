#include "sb_flash/sb_flash_ring.h"

#include <string.h>

#include "sealedbeat/sb_chunk.h"
#include "try.h"

/// The head of a sector; little-endian like every chip that this runs on.
typedef struct {
  uint32_t magic;
  uint32_t age;
  uint32_t reserved;
  uint32_t crc;
} sector_header_t;
_Static_assert(sizeof(sector_header_t) == SB_FLASH_SECTOR_HEADER, "the head of a sector is sixteen octets");

typedef struct {
  uint16_t length;
  uint16_t complement;
  uint32_t crc;
  uint32_t state;
} record_header_t;
_Static_assert(sizeof(record_header_t) == SB_FLASH_RECORD_HEADER, "the head of a record is twelve octets");

enum { STATE_OFFSET = 8 };
static const uint32_t MAGIC = 0x31524253;  // "SBR1"
static const uint32_t STATE_LIVE = 0xffffffff;
static const uint32_t STATE_REMOVED = 0;

/// Records begin at multiples of four, as flash is written in words.
static uint32_t record_size(uint32_t length) { return (SB_FLASH_RECORD_HEADER + length + 3) & ~3u; }

uint32_t sb_flash_ring_capacity(uint32_t size, uint32_t message) {
  uint32_t sectors = size / SB_SECTOR_SIZE;
  if (sectors < 2) return 0;
  // In the worst case one record is left in each of the sectors behind the one being written; in order, all but one.
  return (sectors - 1) * ((SB_SECTOR_SIZE - SB_FLASH_SECTOR_HEADER) / record_size(message));
}

static sb_err_t read_at(const sb_flash_ring_t *ring, uint32_t offset, void *out, size_t length) {
  return ring->partition.read(ring->partition.context, offset, out, length);
}

static sb_err_t write_at(const sb_flash_ring_t *ring, uint32_t offset, const void *bytes, size_t length) {
  return ring->partition.write(ring->partition.context, offset, bytes, length);
}

typedef enum {
  /// Nothing was ever written here.
  PLACE_BLANK,
  /// A record whose end is known; whether it counts, the state and the CRC say.
  PLACE_RECORD,
  /// A head that was cut short: what follows cannot be found.
  PLACE_TORN,
} place_t;

static sb_err_t look(const sb_flash_ring_t *ring, uint32_t sector, uint32_t at, record_header_t *header,
                     place_t *place) {
  *place = PLACE_TORN;
  if (at + SB_FLASH_RECORD_HEADER > SB_SECTOR_SIZE) return SB_OK;
  TRY(read_at(ring, sector * SB_SECTOR_SIZE + at, header, sizeof *header));
  static const record_header_t blank = {0xffff, 0xffff, 0xffffffff, 0xffffffff};
  if (memcmp(header, &blank, sizeof blank) == 0) {
    *place = PLACE_BLANK;
    return SB_OK;
  }
  bool is_whole = (header->length ^ header->complement) == 0xffff && header->length > 0 &&
                  header->length <= SB_CHUNK_MESSAGE_MAX && at + record_size(header->length) <= SB_SECTOR_SIZE;
  if (is_whole) *place = PLACE_RECORD;
  return SB_OK;
}

/// Reads a record's message and checks it. `SB_ERR_NOT_FOUND` where it does not count.
static sb_err_t read_message(const sb_flash_ring_t *ring, uint32_t offset, uint8_t *out, size_t capacity,
                             size_t *length) {
  record_header_t header;
  place_t place;
  TRY(look(ring, offset / SB_SECTOR_SIZE, offset % SB_SECTOR_SIZE, &header, &place));
  if (place != PLACE_RECORD || header.state != STATE_LIVE) return SB_ERR_NOT_FOUND;
  if (capacity < header.length) return SB_ERR_SPACE;
  TRY(read_at(ring, offset + SB_FLASH_RECORD_HEADER, out, header.length));
  if (sb_crc32(out, header.length, 0) != header.crc) return SB_ERR_NOT_FOUND;
  *length = header.length;
  return SB_OK;
}

/// Whether everything from `at` to the sector's end is still erased.
static sb_err_t is_blank(const sb_flash_ring_t *ring, uint32_t sector, uint32_t at, bool *blank) {
  uint8_t bytes[64];
  *blank = true;
  while (at < SB_SECTOR_SIZE && *blank) {
    uint32_t some = SB_SECTOR_SIZE - at < sizeof bytes ? SB_SECTOR_SIZE - at : (uint32_t)sizeof bytes;
    TRY(read_at(ring, sector * SB_SECTOR_SIZE + at, bytes, some));
    for (uint32_t i = 0; i < some; i++) *blank &= bytes[i] == 0xff;
    at += some;
  }
  return SB_OK;
}

/// Counts what lives in a sector and gives where its records end; `SB_SECTOR_SIZE` where nothing may be added.
static sb_err_t survey(sb_flash_ring_t *ring, uint32_t sector, uint32_t *end) {
  uint32_t at = SB_FLASH_SECTOR_HEADER;
  place_t place;
  record_header_t header;
  while (true) {
    TRY(look(ring, sector, at, &header, &place));
    if (place != PLACE_RECORD) break;
    uint8_t message[SB_CHUNK_MESSAGE_MAX];
    size_t length;
    sb_err_t error = read_message(ring, sector * SB_SECTOR_SIZE + at, message, sizeof message, &length);
    if (error != SB_OK && error != SB_ERR_NOT_FOUND) return error;
    if (error == SB_OK) ring->sectors[sector].live++;
    at += record_size(header.length);
  }
  bool blank = false;
  if (place == PLACE_BLANK) TRY(is_blank(ring, sector, at, &blank));
  *end = blank ? at : SB_SECTOR_SIZE;
  return SB_OK;
}

sb_err_t sb_flash_ring_open(sb_flash_ring_t *ring, const sb_partition_t *partition, sb_flash_sector_t *sectors,
                            uint32_t sector_count) {
  if (partition->size / SB_SECTOR_SIZE != sector_count || sector_count < 2) return SB_ERR_ARGUMENT;
  if (sector_count > SB_FLASH_SECTORS_MAX) return SB_ERR_ARGUMENT;
  memset(ring, 0, sizeof *ring);
  memset(sectors, 0, sector_count * sizeof *sectors);
  ring->partition = *partition;
  ring->sectors = sectors;
  ring->sector_count = sector_count;
  ring->next_age = 1;
  ring->write_offset = SB_SECTOR_SIZE;
  for (uint32_t i = 0; i < sector_count; i++) {
    sector_header_t header;
    TRY(read_at(ring, i * SB_SECTOR_SIZE, &header, sizeof header));
    bool is_ours = header.magic == MAGIC && header.age != 0 &&
                   header.crc == sb_crc32((const uint8_t *)&header, offsetof(sector_header_t, crc), 0);
    if (!is_ours) continue;
    uint32_t end;
    TRY(survey(ring, i, &end));
    sectors[i].age = header.age;
    ring->live += sectors[i].live;
    if (header.age < ring->next_age) continue;
    ring->next_age = header.age + 1;
    ring->current = i;
    ring->write_offset = end;
  }
  return SB_OK;
}

/// Begins the next sector in which nothing lives.
static sb_err_t begin_sector(sb_flash_ring_t *ring) {
  for (uint32_t i = 1; i < ring->sector_count; i++) {
    uint32_t sector = (ring->current + i) % ring->sector_count;
    if (ring->sectors[sector].live > 0) continue;
    sector_header_t header = {.magic = MAGIC, .age = ring->next_age, .reserved = 0xffffffff};
    header.crc = sb_crc32((const uint8_t *)&header, offsetof(sector_header_t, crc), 0);
    ring->sectors[sector].age = 0;
    ring->current = sector;
    ring->write_offset = SB_SECTOR_SIZE;
    TRY(ring->partition.erase(ring->partition.context, sector * SB_SECTOR_SIZE));
    ring->erases++;
    TRY(write_at(ring, sector * SB_SECTOR_SIZE, &header, sizeof header));
    ring->sectors[sector].age = ring->next_age++;
    ring->write_offset = SB_FLASH_SECTOR_HEADER;
    return SB_OK;
  }
  return SB_ERR_STORAGE;
}

static sb_err_t append(void *context, const sb_session_id_t *session, uint64_t sequence, const uint8_t *bytes,
                       size_t length, uint32_t *record) {
  sb_flash_ring_t *ring = context;
  (void)session;  // both are in the message, where `next` reads them again
  (void)sequence;
  if (length == 0 || length > SB_CHUNK_MESSAGE_MAX) return SB_ERR_STORAGE;
  uint32_t size = record_size((uint32_t)length);
  if (ring->write_offset + size > SB_SECTOR_SIZE) TRY(begin_sector(ring));
  union {
    record_header_t header;
    uint8_t bytes[SB_FLASH_RECORD_HEADER + SB_CHUNK_MESSAGE_MAX + 3];
  } image;
  memset(image.bytes, 0xff, size);
  image.header = (record_header_t){.length = (uint16_t)length,
                                   .complement = (uint16_t)~length,
                                   .crc = sb_crc32(bytes, length, 0),
                                   .state = STATE_LIVE};
  memcpy(image.bytes + SB_FLASH_RECORD_HEADER, bytes, length);
  uint32_t offset = ring->current * SB_SECTOR_SIZE + ring->write_offset;
  // What was begun here cannot be written again, whether it succeeds or not.
  ring->write_offset += size;
  sb_err_t error = write_at(ring, offset, image.bytes, size);
  if (error != SB_OK) {
    ring->write_offset = SB_SECTOR_SIZE;
    return SB_ERR_STORAGE;
  }
  ring->sectors[ring->current].live++;
  ring->live++;
  *record = offset;
  return SB_OK;
}

static sb_err_t flush(void *context) {
  (void)context;
  return SB_OK;
}

static sb_err_t read_record(void *context, uint32_t record, uint8_t *out, size_t capacity, size_t *length) {
  const sb_flash_ring_t *ring = context;
  return record < ring->partition.size ? read_message(ring, record, out, capacity, length) : SB_ERR_NOT_FOUND;
}

static sb_err_t remove_record(void *context, uint32_t record) {
  sb_flash_ring_t *ring = context;
  uint32_t sector = record / SB_SECTOR_SIZE;
  record_header_t header;
  place_t place;
  if (sector >= ring->sector_count) return SB_ERR_NOT_FOUND;
  TRY(look(ring, sector, record % SB_SECTOR_SIZE, &header, &place));
  if (place != PLACE_RECORD || header.state == STATE_REMOVED || ring->sectors[sector].live == 0)
    return SB_ERR_NOT_FOUND;
  // It is gone whether the mark can be written or not; without the mark it comes back after a restart.
  ring->sectors[sector].live--;
  ring->live--;
  return write_at(ring, record + STATE_OFFSET, &STATE_REMOVED, sizeof STATE_REMOVED);
}

/// The sector that was begun next after `age`.
static bool sector_after(const sb_flash_ring_t *ring, uint32_t age, uint32_t *sector) {
  uint32_t best = UINT32_MAX;
  for (uint32_t i = 0; i < ring->sector_count; i++) {
    if (ring->sectors[i].age <= age || ring->sectors[i].age >= best) continue;
    best = ring->sectors[i].age;
    *sector = i;
  }
  return best != UINT32_MAX;
}

/// `*cursor` is the offset of the next place to look at; 0 before the first, as no record lies there.
static sb_err_t next(void *context, uint32_t *cursor, sb_storage_record_t *record) {
  const sb_flash_ring_t *ring = context;
  uint32_t sector = *cursor / SB_SECTOR_SIZE, at = *cursor % SB_SECTOR_SIZE;
  uint32_t age = 0;
  bool has_sector = *cursor != 0;
  while (true) {
    if (!has_sector) {
      if (!sector_after(ring, age, &sector)) return SB_ERR_EMPTY;
      at = SB_FLASH_SECTOR_HEADER;
      has_sector = true;
    }
    record_header_t header;
    place_t place;
    TRY(look(ring, sector, at, &header, &place));
    if (place != PLACE_RECORD) {
      age = ring->sectors[sector].age;
      has_sector = false;
      continue;
    }
    uint32_t offset = sector * SB_SECTOR_SIZE + at;
    at += record_size(header.length);
    // A record that fills its sector to the end is followed by the next sector.
    *cursor = at < SB_SECTOR_SIZE ? sector * SB_SECTOR_SIZE + at : sector * SB_SECTOR_SIZE + SB_SECTOR_SIZE - 4;
    uint8_t message[SB_CHUNK_MESSAGE_MAX];
    size_t length;
    sb_err_t error = read_message(ring, offset, message, sizeof message, &length);
    if (error == SB_ERR_NOT_FOUND) continue;
    if (error != SB_OK) return error;
    sb_chunk_message_t parsed;
    if (sb_chunk_message_parse(message, length, &parsed) != SB_OK) continue;
    *record = (sb_storage_record_t){parsed.header.session, parsed.header.sequence, offset};
    return SB_OK;
  }
}

sb_storage_t sb_flash_ring_storage(sb_flash_ring_t *ring) {
  return (sb_storage_t){ring, append, flush, read_record, remove_record, next};
}
