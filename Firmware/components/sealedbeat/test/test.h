#pragma once

#include <stdio.h>
#include <string.h>

#include "sealedbeat/sb_device.h"

/// A small runner: each test prints one line, and the program's status says whether all passed.
extern int test_failures;

#define CHECK(condition)                                                              \
  do {                                                                                \
    if (!(condition)) {                                                               \
      test_failures++;                                                                \
      fprintf(stderr, "    %s:%d: not true: %s\n", __FILE__, __LINE__, #condition);   \
    }                                                                                 \
  } while (0)

#define CHECK_OK(expression)                                                                               \
  do {                                                                                                     \
    sb_err_t check_error_ = (expression);                                                                  \
    if (check_error_ != SB_OK) {                                                                           \
      test_failures++;                                                                                     \
      fprintf(stderr, "    %s:%d: %s: %s\n", __FILE__, __LINE__, #expression, sb_err_name(check_error_)); \
    }                                                                                                      \
  } while (0)

#define CHECK_ERR(expression, expected) CHECK((expression) == (expected))

typedef struct {
  const char *name;
  void (*run)(void);
} test_t;

/// Runs every test of the suites; the program's status.
int test_run(const test_t *const *suites, size_t count);

/// A deterministic generator for tests (splitmix64); not for anything secret.
uint64_t test_random(uint64_t *state);
size_t test_hex(const char *hex, uint8_t *out);

/// Time `us` after an arbitrary start, with the wall clock set.
sb_time_t test_time(uint64_t us);

extern const test_t CBOR_TESTS[], CHUNK_TESTS[], HPKE_TESTS[], SIGNAL_TESTS[], OUTBOX_TESTS[], TIER_TESTS[],
    DEVICE_TESTS[], ENROL_TESTS[], MUTATION_TESTS[];
