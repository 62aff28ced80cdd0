#include "sealedbeat/sb_cbor.h"

#include "test.h"

static sb_err_t check(const char *hex) {
  uint8_t bytes[64];
  return sb_cbor_check(bytes, test_hex(hex, bytes));
}

static void integers_are_shortest(void) {
  // RFC 8949 appendix A.
  static const struct {
    int64_t value;
    const char *hex;
  } CASES[] = {{0, "00"},         {23, "17"},          {24, "1818"},          {255, "18ff"},  {256, "190100"},
               {65535, "19ffff"}, {65536, "1a00010000"}, {4294967295, "1affffffff"}, {-1, "20"}, {-100, "3863"},
               {1000000000000, "1b000000e8d4a51000"}, {-1000, "3903e7"}, {INT64_MIN, "3b7fffffffffffffff"}};
  for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
    uint8_t expected[16], written[16];
    size_t length = 0, expected_length = test_hex(CASES[i].hex, expected);
    sb_cbor_writer_t writer;
    sb_cbor_writer_init(&writer, written, sizeof written);
    sb_cbor_write_int(&writer, CASES[i].value);
    CHECK_OK(sb_cbor_writer_end(&writer, &length));
    CHECK(length == expected_length && memcmp(written, expected, length) == 0);
    sb_cbor_reader_t reader;
    int64_t value;
    sb_cbor_reader_init(&reader, written, length);
    CHECK_OK(sb_cbor_read_int(&reader, &value));
    CHECK(value == CASES[i].value);
    CHECK_OK(sb_cbor_reader_end(&reader));
  }
}

static void longer_heads_are_refused(void) {
  const char *cases[] = {"1800", "1817", "190000", "1900ff", "1a00000000", "1a0000ffff", "1b0000000000000000",
                         "1b00000000ffffffff", "3817", "580100", "9800", "b800", "d810" "00"};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) CHECK_ERR(check(cases[i]), SB_ERR_NON_CANONICAL);
}

static void everything_outside_the_subset_is_refused(void) {
  const char *cases[] = {"f6", "f7", "f90000", "fa00000000", "fb0000000000000000", "e0", "f8ff", "1c", "5fff", "9fff",
                         "bfff", "ff", "7f" "ff"};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) CHECK_ERR(check(cases[i]), SB_ERR_NON_CANONICAL);
  CHECK_OK(check("f4"));
  CHECK_OK(check("f5"));
}

static void map_keys_are_in_order(void) {
  CHECK_OK(check("a201000200"));
  CHECK_OK(check("a20a0020" "00"));
  CHECK_ERR(check("a202000100"), SB_ERR_NON_CANONICAL);
  CHECK_ERR(check("a201000100"), SB_ERR_NON_CANONICAL);
  CHECK_ERR(check("a2200001" "00"), SB_ERR_NON_CANONICAL);
}

static void ends_are_found(void) {
  CHECK_ERR(check(""), SB_ERR_TRUNCATED);
  CHECK_ERR(check("82" "00"), SB_ERR_TRUNCATED);
  CHECK_ERR(check("4401"), SB_ERR_TRUNCATED);
  CHECK_ERR(check("1901"), SB_ERR_TRUNCATED);
  CHECK_ERR(check("9bffffffffffffffff"), SB_ERR_TRUNCATED);
  CHECK_ERR(check("5bffffffffffffffff"), SB_ERR_TRUNCATED);
  CHECK_ERR(check("0000"), SB_ERR_TRAILING);
  CHECK_ERR(check("818181818181818181" "00"), SB_ERR_NON_CANONICAL);
}

static void a_full_writer_says_so(void) {
  uint8_t small[3];
  size_t length;
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, small, sizeof small);
  sb_cbor_write_text(&writer, "abc");
  sb_cbor_write_uint(&writer, 1);
  CHECK_ERR(sb_cbor_writer_end(&writer, &length), SB_ERR_SPACE);
}

const test_t CBOR_TESTS[] = {
    {"cbor: integers are written in the shortest form", integers_are_shortest},
    {"cbor: longer heads are refused", longer_heads_are_refused},
    {"cbor: everything outside the subset is refused", everything_outside_the_subset_is_refused},
    {"cbor: map keys are in order, each once", map_keys_are_in_order},
    {"cbor: truncation, trailing octets and depth", ends_are_found},
    {"cbor: a full writer says so", a_full_writer_says_so},
    {NULL, NULL},
};
