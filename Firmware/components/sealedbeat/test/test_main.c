#include "sealedbeat/sb_seal.h"
#include "test.h"

int main(void) {
  const test_t *suites[] = {CBOR_TESTS, CHUNK_TESTS, HPKE_TESTS, SIGNAL_TESTS,
                            OUTBOX_TESTS, TIER_TESTS, ENROL_TESTS, DEVICE_TESTS,
                            MUTATION_TESTS};
  if (sb_crypto_start() != SB_OK) return 1;
  return test_run(suites, sizeof suites / sizeof suites[0]);
}
