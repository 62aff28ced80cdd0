#include "test.h"

int test_failures = 0;

uint64_t test_random(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

size_t test_hex(const char *hex, uint8_t *out) {
  size_t length = 0;
  unsigned octet;
  while (sscanf(hex + 2 * length, "%2x", &octet) == 1) out[length++] = (uint8_t)octet;
  return length;
}

sb_time_t test_time(uint64_t us) {
  return (sb_time_t){.monotonic_us = 5000000 + us, .wall_us = 1790000000000000 + us, .wall_is_synchronised = true};
}

int test_run(const test_t *const *suites, size_t count) {
  int passed = 0, failed = 0;
  for (size_t i = 0; i < count; i++) {
    for (const test_t *test = suites[i]; test->name != NULL; test++) {
      test_failures = 0;
      test->run();
      printf("%s %s\n", test_failures == 0 ? "ok    " : "FAILED", test->name);
      if (test_failures == 0) {
        passed++;
      } else {
        failed++;
      }
    }
  }
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
