#include <stdlib.h>

#include "sealedbeat/sb_seal.h"
#include "test.h"

// A bounded, deterministic mutation test: the sanitizers watch for reads out of bounds, and what a parser takes must
// be exactly what the writer gives back.
enum { ROUNDS = 60000 };

/// Changes a message as a fuzzer would: flips, inserts, deletes, cuts, overwrites.
static size_t mutate(uint64_t *state, uint8_t *bytes, size_t length, size_t capacity) {
  for (uint64_t i = test_random(state) % 4 + 1; i > 0; i--) {
    size_t at = length > 0 ? test_random(state) % length : 0;
    switch (test_random(state) % 5) {
      case 0:
        if (length > 0) bytes[at] ^= (uint8_t)(1 << test_random(state) % 8);
        break;
      case 1:
        if (length > 0) bytes[at] = (uint8_t)test_random(state);
        break;
      case 2:
        if (length < capacity) {
          memmove(bytes + at + 1, bytes + at, length - at);
          bytes[at] = (uint8_t)test_random(state);
          length++;
        }
        break;
      case 3:
        if (length > 0) {
          memmove(bytes + at, bytes + at + 1, length - at - 1);
          length--;
        }
        break;
      default:
        if (test_random(state) % 8 == 0) length = at;
    }
  }
  return length;
}

/// A copy of its exact size on the heap, so that one octet too many is seen.
static uint8_t *exact(const uint8_t *bytes, size_t length) {
  uint8_t *copy = malloc(length > 0 ? length : 1);
  if (copy == NULL) abort();
  memcpy(copy, bytes, length);
  return copy;
}

static void chunks(void) {
  const uint8_t key[SB_KEY_SIZE] = {1}, iv[SB_IV_SIZE] = {2};
  uint8_t seed[SB_CHUNK_MESSAGE_MAX], work[SB_CHUNK_MESSAGE_MAX + 8], plaintext[60] = {0};
  size_t seed_length, taken = 0;
  sb_chunk_header_t header = {.key_version = 1, .sequence = 300, .kind = SB_KIND_LEAD_I, .first_sample = 70000,
                              .sample_rate_millihertz = 125000, .count = 30, .nanovolts_per_lsb = 5000,
                              .capture_time = 1790000000000000, .firmware = 1};
  CHECK_OK(sb_seal_chunk(key, iv, "abc", &header, plaintext, 60, seed, sizeof seed, &seed_length));
  uint64_t state = 1;
  for (int i = 0; i < ROUNDS; i++) {
    memcpy(work, seed, seed_length);
    size_t length = mutate(&state, work, seed_length, sizeof work);
    uint8_t *copy = exact(work, length);
    sb_chunk_message_t message;
    if (sb_chunk_message_parse(copy, length, &message) == SB_OK) {
      taken++;
      uint8_t again[SB_PROTECTED_MAX];
      size_t again_length = 0;
      CHECK_OK(sb_chunk_header_encode(&message.header, again, sizeof again, &again_length));
      CHECK(again_length == message.protected_header.length &&
            memcmp(again, message.protected_header.bytes, again_length) == 0);
      CHECK(memcmp(message.ciphertext.bytes + message.ciphertext.length, copy + length, 0) == 0);
      CHECK(message.ciphertext.bytes + message.ciphertext.length == copy + length);
    }
    free(copy);
  }
  CHECK(taken > 0);
}

static void small_messages(void) {
  const char *seeds[] = {"8250a0a1a2a3a4a5a6a7a8a9aaabacadaeaf1903e8", "820102", "8201" "1a00010000",
                         "840107430102034104", "820109"};
  uint64_t state = 2;
  size_t taken = 0;
  for (int i = 0; i < ROUNDS; i++) {
    uint8_t work[64], again[64];
    size_t length = test_hex(seeds[test_random(&state) % 5], work), again_length = 0;
    length = mutate(&state, work, length, sizeof work);
    uint8_t *copy = exact(work, length);
    sb_receipt_t receipt;
    sb_rotate_command_t command;
    sb_enrol_answer_t answer;
    uint32_t version;
    if (sb_receipt_parse(copy, length, &receipt) == SB_OK) {
      taken++;
      CHECK_OK(sb_receipt_encode(&receipt, again, sizeof again, &again_length));
      CHECK(again_length == length && memcmp(again, copy, length) == 0);
    }
    if (sb_command_parse(copy, length, &command) == SB_OK) {
      taken++;
      CHECK_OK(sb_command_encode(&command, again, sizeof again, &again_length));
      CHECK(again_length == length && memcmp(again, copy, length) == 0);
    }
    (void)sb_enrol_answer_parse(copy, length, &answer);
    (void)sb_rotate_answer_parse(copy, length, &version);
    free(copy);
  }
  CHECK(taken > 0);
}

static void noise(void) {
  uint64_t state = 3;
  for (int i = 0; i < ROUNDS; i++) {
    uint8_t work[48];
    size_t length = test_random(&state) % sizeof work;
    for (size_t j = 0; j < length; j++) work[j] = (uint8_t)test_random(&state);
    uint8_t *copy = exact(work, length);
    sb_chunk_message_t message;
    (void)sb_cbor_check(copy, length);
    CHECK(sb_chunk_message_parse(copy, length, &message) != SB_OK);
    free(copy);
  }
}

const test_t MUTATION_TESTS[] = {
    {"mutation: sixty thousand chunks", chunks},
    {"mutation: sixty thousand receipts, commands and answers", small_messages},
    {"mutation: sixty thousand strings of noise", noise},
    {NULL, NULL},
};
