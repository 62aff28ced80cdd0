#pragma once

#include <stdbool.h>
#include <stdint.h>

/// A ring of items of one size between exactly one producer and one consumer, on two cores or in an interrupt and a
/// task. The producer claims a place, fills it and commits it; the consumer looks at the oldest item and releases it.
/// Nothing blocks and nothing is overwritten: a full ring refuses, and its producer counts what it could not say.
typedef struct {
  uint8_t *memory;
  uint32_t item_size;
  /// A power of two.
  uint32_t capacity;
  /// Items ever committed and ever released; their difference is what waits. Both wrap at 2^32.
  uint32_t committed;
  uint32_t released;
} sb_ring_t;

/// Always inline, because the converter's interrupt runs while flash is being erased and must find no code in flash.
#define SB_RING_INLINE __attribute__((always_inline)) static inline

/// Takes the caller's memory of `item_size * capacity` octets, aligned for the item.
SB_RING_INLINE void sb_ring_init(sb_ring_t *ring, void *memory, uint32_t item_size, uint32_t capacity) {
  *ring = (sb_ring_t){.memory = memory, .item_size = item_size, .capacity = capacity};
}

SB_RING_INLINE void *sb_ring_place(const sb_ring_t *ring, uint32_t number) {
  return ring->memory + (number & (ring->capacity - 1)) * ring->item_size;
}

/// Producer: the place of the next item, or null where the ring is full.
SB_RING_INLINE void *sb_ring_claim(const sb_ring_t *ring) {
  uint32_t released = __atomic_load_n(&ring->released, __ATOMIC_ACQUIRE);
  return ring->committed - released == ring->capacity ? (void *)0 : sb_ring_place(ring, ring->committed);
}

/// Producer: what was claimed is complete.
SB_RING_INLINE void sb_ring_commit(sb_ring_t *ring) {
  __atomic_store_n(&ring->committed, ring->committed + 1, __ATOMIC_RELEASE);
}

/// Consumer: the oldest item, or null.
SB_RING_INLINE const void *sb_ring_oldest(const sb_ring_t *ring) {
  uint32_t committed = __atomic_load_n(&ring->committed, __ATOMIC_ACQUIRE);
  return committed == ring->released ? (void *)0 : sb_ring_place(ring, ring->released);
}

/// Consumer: the oldest item is done with.
SB_RING_INLINE void sb_ring_release(sb_ring_t *ring) {
  __atomic_store_n(&ring->released, ring->released + 1, __ATOMIC_RELEASE);
}
