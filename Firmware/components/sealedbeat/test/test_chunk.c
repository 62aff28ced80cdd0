#include "sealedbeat/sb_chunk.h"

#include "sealedbeat/sb_seal.h"
#include "test.h"

static const char *DEVICE = "test-device-1";
static const uint8_t KEY[SB_KEY_SIZE] = {1, 2, 3};
static const uint8_t IV[SB_IV_SIZE] = {9, 8, 7};

static sb_chunk_header_t header_of(uint64_t sequence, uint16_t count) {
  return (sb_chunk_header_t){.key_version = 1,
                             .sequence = sequence,
                             .kind = SB_KIND_LEAD_II,
                             .sample_rate_millihertz = 125000,
                             .count = count,
                             .nanovolts_per_lsb = 5000,
                             .capture_time = 1790000000000000,
                             .firmware = 65536};
}

static void a_sealed_chunk_opens(void) {
  uint8_t plaintext[SB_CHUNK_PLAINTEXT_MAX], message[SB_CHUNK_MESSAGE_MAX], opened[SB_CHUNK_PLAINTEXT_MAX];
  for (uint16_t count = 1; count <= SB_CHUNK_SAMPLES; count++) {
    sb_chunk_header_t header = header_of(count, count);
    size_t length = 0, opened_length = 0;
    for (size_t i = 0; i < (size_t)count * 2; i++) plaintext[i] = (uint8_t)(i * 7 + count);
    CHECK_OK(sb_seal_chunk(KEY, IV, DEVICE, &header, plaintext, (size_t)count * 2, message, sizeof message, &length));
    sb_chunk_message_t parsed;
    CHECK_OK(sb_chunk_message_parse(message, length, &parsed));
    CHECK(memcmp(&parsed.header, &header, sizeof header) == 0);
    CHECK_OK(sb_open_chunk(KEY, IV, DEVICE, &parsed, opened, sizeof opened, &opened_length));
    CHECK(opened_length == (size_t)count * 2 && memcmp(opened, plaintext, opened_length) == 0);
    CHECK_ERR(sb_open_chunk(KEY, IV, "other-device", &parsed, opened, sizeof opened, &opened_length),
              SB_ERR_AUTHENTICATION);
  }
}

static void every_flipped_bit_is_refused(void) {
  uint8_t plaintext[20] = {0}, message[SB_CHUNK_MESSAGE_MAX], opened[SB_CHUNK_PLAINTEXT_MAX];
  sb_chunk_header_t header = header_of(5, 10);
  size_t length = 0, opened_length;
  CHECK_OK(sb_seal_chunk(KEY, IV, DEVICE, &header, plaintext, sizeof plaintext, message, sizeof message, &length));
  for (size_t bit = 0; bit < length * 8; bit++) {
    message[bit / 8] ^= (uint8_t)(1 << bit % 8);
    sb_chunk_message_t parsed;
    CHECK(sb_chunk_message_parse(message, length, &parsed) != SB_OK ||
          sb_open_chunk(KEY, IV, DEVICE, &parsed, opened, sizeof opened, &opened_length) != SB_OK);
    message[bit / 8] ^= (uint8_t)(1 << bit % 8);
  }
}

static void the_sealer_refuses_what_it_may_not_say(void) {
  uint8_t plaintext[SB_CHUNK_PLAINTEXT_MAX + 2] = {0}, message[SB_CHUNK_MESSAGE_MAX];
  size_t length;
  sb_chunk_header_t header = header_of(0, 10);
  CHECK_ERR(sb_seal_chunk(KEY, IV, DEVICE, &header, plaintext, 18, message, sizeof message, &length), SB_ERR_RANGE);
  header = header_of(0, 188);
  CHECK_ERR(sb_seal_chunk(KEY, IV, DEVICE, &header, plaintext, 376, message, sizeof message, &length), SB_ERR_RANGE);
  header = header_of(0, 10);
  header.lead_off = 4;
  CHECK_ERR(sb_seal_chunk(KEY, IV, DEVICE, &header, plaintext, 20, message, sizeof message, &length), SB_ERR_RANGE);
  header = header_of(0, 10);
  CHECK_ERR(sb_seal_chunk(KEY, IV, DEVICE, &header, plaintext, 20, message, 100, &length), SB_ERR_SPACE);
}

static void nonces_differ_by_sequence_alone(void) {
  uint8_t nonce[SB_IV_SIZE];
  sb_chunk_nonce(IV, 0, nonce);
  CHECK(memcmp(nonce, IV, SB_IV_SIZE) == 0);
  sb_chunk_nonce(IV, 0x0102030405060708, nonce);
  CHECK(memcmp(nonce, IV, 4) == 0);
  for (uint8_t i = 0; i < 8; i++) CHECK(nonce[4 + i] == (IV[4 + i] ^ (i + 1)));
}

static void device_ids_are_checked(void) {
  CHECK(sb_device_id_is_valid("abc"));
  CHECK(sb_device_id_is_valid("abcdefghijklmnopqrstuvwxyz-01234"));
  const char *bad[] = {"", "ab", "-abc", "abc-", "ABC", "a.b", "a/b", "a b", "abcdefghijklmnopqrstuvwxyz-012345", "ab\xc3"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) CHECK(!sb_device_id_is_valid(bad[i]));
}

static void receipts_and_commands(void) {
  uint8_t bytes[64];
  sb_receipt_t receipt;
  sb_rotate_command_t command;
  size_t length = test_hex("8250a0a1a2a3a4a5a6a7a8a9aaabacadaeaf1903e8", bytes);
  CHECK_OK(sb_receipt_parse(bytes, length, &receipt));
  CHECK(receipt.committed == 1000 && receipt.session.bytes[15] == 0xaf);
  CHECK_ERR(sb_receipt_parse(bytes, length - 1, &receipt), SB_ERR_TRUNCATED);
  CHECK_ERR(sb_receipt_parse(bytes, 64, &receipt), SB_ERR_OVERSIZE);
  CHECK_OK(sb_command_parse(bytes, test_hex("820102", bytes), &command));
  CHECK(command.version == 2);
  CHECK_ERR(sb_command_parse(bytes, test_hex("820202", bytes), &command), SB_ERR_RANGE);
}

const test_t CHUNK_TESTS[] = {
    {"chunk: every size opens to what was sealed, and only for its device", a_sealed_chunk_opens},
    {"chunk: every flipped bit is refused", every_flipped_bit_is_refused},
    {"chunk: the sealer refuses fields out of range", the_sealer_refuses_what_it_may_not_say},
    {"chunk: the nonce is the session IV XOR the sequence", nonces_differ_by_sequence_alone},
    {"names: device ids", device_ids_are_checked},
    {"messages: receipts and commands", receipts_and_commands},
    {NULL, NULL},
};
