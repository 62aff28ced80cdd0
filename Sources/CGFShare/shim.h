#pragma once
#include <libgfshare.h>
#include <openssl/rand.h>
#include <stdlib.h>

// The library draws its coefficients, and overwrites its buffers, through one function pointer, which is NULL at first.

/// Private random bytes of OpenSSL; it cannot report a failure, and must never go on without them.
static void sb_fill_share(unsigned char *buffer, unsigned int count) {
  if (RAND_priv_bytes(buffer, (int)count) != 1) abort();
}

/// Call before any other function of the library.
static inline void sb_prepare_shares(void) { gfshare_fill_rand = sb_fill_share; }
