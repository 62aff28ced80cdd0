// Counts what the calling thread asks of the heap, by standing in front of glibc's allocator in the test executable.
#ifndef SEALEDBEAT_ALLOCATIONS_H
#define SEALEDBEAT_ALLOCATIONS_H

#include <stdint.h>

/// Allocations that this thread has made so far; always 0 where the allocator cannot be replaced.
uint64_t sb_allocations_of_this_thread(void);

#endif
