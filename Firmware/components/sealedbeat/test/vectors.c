#include "vectors.h"

#include "sealedbeat/sb_seal.h"

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: vectors DIRECTORY\n");
    return 64;
  }
  if (sb_crypto_start() != SB_OK) return 1;
  bool ok = emit_chunk_vectors(argv[1]);
  ok &= emit_message_vectors(argv[1]);
  ok &= emit_enrolment_vectors(argv[1]);
  return ok ? 0 : 1;
}
