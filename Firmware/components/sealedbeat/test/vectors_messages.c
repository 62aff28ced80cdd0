#include <string.h>

#include "sealedbeat/sb_message.h"
#include "vectors.h"

typedef struct {
  const char *name;
  const char *description;
  uint8_t bytes[64];
  size_t length;
  const char *expected;
} message_case_t;

static bool begin(json_t *json, const message_case_t *vector, sb_err_t seen) {
  if (strcmp(sb_err_name(seen), vector->expected) != 0) {
    fprintf(stderr, "vector %s: expected %s, the core says %s\n", vector->name, vector->expected, sb_err_name(seen));
    return false;
  }
  json_begin_object(json, NULL);
  json_text(json, "name", vector->name);
  json_text(json, "description", vector->description);
  json_hex(json, "message", vector->bytes, vector->length);
  json_text(json, "expected", vector->expected);
  return true;
}

#define SESSION 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf

static const message_case_t RECEIPTS[] = {
    {"receipt-first", "Sequence 0 is committed.", {0x82, 0x50, SESSION, 0x00}, 19, "ok"},
    {"receipt-wide", "A wide sequence number.", {0x82, 0x50, SESSION, 0x1a, 0x00, 0x01, 0x00, 0x00}, 23, "ok"},
    {"receipt-truncated", "Ends inside the session id.", {0x82, 0x50, 0xa0, 0xa1}, 4, "truncated"},
    {"receipt-trailing", "An octet after it.", {0x82, 0x50, SESSION, 0x00, 0x00}, 20, "trailing-bytes"},
    {"receipt-non-canonical", "Sequence 5 in two octets.", {0x82, 0x50, SESSION, 0x18, 0x05}, 20, "non-canonical-cbor"},
    {"receipt-short-session", "A session id of fifteen octets.",
     {0x82, 0x4f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00}, 18, "malformed"},
    {"receipt-negative", "A negative sequence.", {0x82, 0x50, SESSION, 0x20}, 19, "malformed"},
    {"receipt-three", "Three items.", {0x83, 0x50, SESSION, 0x00, 0x00}, 20, "malformed"},
};

static const message_case_t COMMANDS[] = {
    {"rotate", "Make key version 2.", {0x82, 0x01, 0x02}, 3, "ok"},
    {"rotate-wide", "The greatest key version.", {0x82, 0x01, 0x1a, 0xff, 0xff, 0xff, 0xff}, 7, "ok"},
    {"rotate-zero", "Key version 0.", {0x82, 0x01, 0x00}, 3, "out-of-range"},
    {"rotate-unknown", "A command that does not exist.", {0x82, 0x02, 0x02}, 3, "out-of-range"},
    {"rotate-truncated", "No version.", {0x82, 0x01}, 2, "truncated"},
    {"rotate-trailing", "An octet after it.", {0x82, 0x01, 0x02, 0x00}, 4, "trailing-bytes"},
    {"rotate-non-canonical", "Version 2 in two octets.", {0x82, 0x01, 0x18, 0x02}, 4, "non-canonical-cbor"},
};

bool emit_message_vectors(const char *directory) {
  json_t json;
  bool ok = true;
  if (!json_open(&json, directory, "messages.json")) return false;
  json_text(&json, "format", "SealedBeat message vectors 1");
  json_begin_array(&json, "receipts");
  for (size_t i = 0; i < sizeof RECEIPTS / sizeof RECEIPTS[0]; i++) {
    sb_receipt_t receipt;
    sb_err_t error = sb_receipt_parse(RECEIPTS[i].bytes, RECEIPTS[i].length, &receipt);
    if (!begin(&json, &RECEIPTS[i], error)) return false;
    if (error == SB_OK) {
      json_hex(&json, "sessionID", receipt.session.bytes, SB_SESSION_ID_SIZE);
      json_uint(&json, "committed", receipt.committed);
      uint8_t again[SB_RECEIPT_SIZE_MAX];
      size_t length;
      ok &= sb_receipt_encode(&receipt, again, sizeof again, &length) == SB_OK && length == RECEIPTS[i].length &&
            memcmp(again, RECEIPTS[i].bytes, length) == 0;
    }
    json_end_object(&json);
  }
  json_end_array(&json);
  json_begin_array(&json, "commands");
  for (size_t i = 0; i < sizeof COMMANDS / sizeof COMMANDS[0]; i++) {
    sb_rotate_command_t command;
    sb_err_t error = sb_command_parse(COMMANDS[i].bytes, COMMANDS[i].length, &command);
    if (!begin(&json, &COMMANDS[i], error)) return false;
    if (error == SB_OK) {
      json_uint(&json, "version", command.version);
      uint8_t again[SB_COMMAND_SIZE_MAX];
      size_t length;
      ok &= sb_command_encode(&command, again, sizeof again, &length) == SB_OK && length == COMMANDS[i].length &&
            memcmp(again, COMMANDS[i].bytes, length) == 0;
    }
    json_end_object(&json);
  }
  json_end_array(&json);
  json_close(&json);
  return ok;
}
