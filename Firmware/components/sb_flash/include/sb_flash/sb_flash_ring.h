#pragma once

#include "sb_flash/sb_partition.h"
#include "sealedbeat/sb_storage.h"
#include "sealedbeat/sb_types.h"

/// The outbox on flash: sealed chunks, written through before they are published, until their receipts.
///
/// A sector holds records one behind the other and takes part in a ring: the next sector to be written is the next one
/// in which nothing lives, so every sector is erased equally often. A record is
///
///     length (2) │ its complement (2) │ CRC-32 of the message (4) │ state (4): all ones, or zero once removed │
///     message
///
/// and counts only where its CRC matches, so a write that the power cut short was never there. A removal that was cut
/// short, or a sector whose erasure was, can at worst bring back a chunk that the server already has, which is
/// harmless. Everything is written when `append` returns, so `flush` has nothing to do.
enum {
  SB_FLASH_SECTOR_HEADER = 16,
  SB_FLASH_RECORD_HEADER = 12,
  /// Sectors that one ring can have: 16 MB.
  SB_FLASH_SECTORS_MAX = 4096,
};

typedef struct {
  /// When it was begun; 0 where it holds nothing.
  uint32_t age;
  /// Records in it that have not been removed.
  uint16_t live;
} sb_flash_sector_t;

typedef struct {
  sb_partition_t partition;
  sb_flash_sector_t *sectors;
  uint32_t sector_count;
  uint32_t next_age;
  /// The sector being written, and where its next record goes; `SB_SECTOR_SIZE` where it is full.
  uint32_t current;
  uint32_t write_offset;
  uint32_t live;
  uint64_t erases;
} sb_flash_ring_t;

/// Looks at what is there. `sectors` is the caller's memory for `partition->size / SB_SECTOR_SIZE` entries.
sb_err_t sb_flash_ring_open(sb_flash_ring_t *ring, const sb_partition_t *partition, sb_flash_sector_t *sectors,
                            uint32_t sector_count);

/// The seam that the device takes.
sb_storage_t sb_flash_ring_storage(sb_flash_ring_t *ring);

/// Records of `message` octets that a partition of `size` octets holds at least.
uint32_t sb_flash_ring_capacity(uint32_t size, uint32_t message);

/// CRC-32 (ISO-HDLC, the one of zlib).
uint32_t sb_crc32(const uint8_t *bytes, size_t length, uint32_t before);
