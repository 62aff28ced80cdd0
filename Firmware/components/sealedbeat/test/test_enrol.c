#include "sealedbeat/sb_enrol.h"
#include "test.h"

static void every_request_is_fresh_and_bounded(void) {
  sb_identity_t identity;
  uint8_t vault[SB_P256_POINT_SIZE], claim[SB_CLAIM_TOKEN_SIZE] = {0}, key[SB_KEY_SIZE] = {0};
  uint8_t first[SB_ENROL_MESSAGE_MAX], second[SB_ENROL_MESSAGE_MAX];
  size_t first_length = 0, second_length = 0;
  const char *longest = "abcdefghijklmnopqrstuvwxyz-01234";
  CHECK_OK(sb_identity_generate(&identity));
  CHECK_OK(sb_identity_public_key(&identity, vault));
  CHECK_OK(sb_enrol_request(vault, longest, claim, key, &identity, NULL, first, sizeof first, &first_length));
  CHECK_OK(sb_enrol_request(vault, longest, claim, key, &identity, NULL, second, sizeof second, &second_length));
  CHECK(first_length < 600 && memcmp(first, second, first_length) != 0);
  CHECK_OK(sb_cbor_check(first, first_length));
  CHECK_ERR(sb_enrol_request(vault, longest, claim, key, &identity, NULL, first, 100, &first_length), SB_ERR_SPACE);
}

static void answers_are_checked(void) {
  uint8_t bytes[64];
  sb_enrol_answer_t answer;
  uint32_t version;
  CHECK_OK(sb_enrol_answer_parse(bytes, test_hex("840107430102034104", bytes), &answer));
  CHECK(answer.key_version == 7 && answer.certificate.length == 3 && answer.issuer.length == 1);
  CHECK_ERR(sb_enrol_answer_parse(bytes, test_hex("840100430102034104", bytes), &answer), SB_ERR_RANGE);
  CHECK_ERR(sb_enrol_answer_parse(bytes, test_hex("840207430102034104", bytes), &answer), SB_ERR_RANGE);
  CHECK_ERR(sb_enrol_answer_parse(bytes, test_hex("840107404104", bytes), &answer), SB_ERR_RANGE);
  CHECK_ERR(sb_enrol_answer_parse(bytes, test_hex("8301074101", bytes), &answer), SB_ERR_MALFORMED);
  CHECK_OK(sb_rotate_answer_parse(bytes, test_hex("820109", bytes), &version));
  CHECK(version == 9);
}

static void private_keys_have_their_public_half(void) {
  sb_identity_t identity;
  uint8_t der[SB_IDENTITY_DER_SIZE], point[SB_P256_POINT_SIZE];
  CHECK_OK(sb_identity_generate(&identity));
  CHECK_OK(sb_identity_private_der(&identity, der));
  CHECK_OK(sb_identity_public_key(&identity, point));
  CHECK(memcmp(der + SB_IDENTITY_DER_SIZE - sizeof point, point, sizeof point) == 0 && point[0] == 4);
}

static void requests_are_der_for_every_key(void) {
  // Signatures have integers of every length; the request must fit and be one SEQUENCE of the length it says.
  for (int i = 0; i < 40; i++) {
    sb_identity_t identity;
    uint8_t csr[SB_CSR_MAX];
    size_t length = 0;
    CHECK_OK(sb_identity_generate(&identity));
    CHECK_OK(sb_identity_csr(&identity, "abc", csr, sizeof csr, &length));
    size_t announced = csr[1] == 0x81 ? csr[2] + 3u : csr[1] == 0x82 ? (size_t)(csr[2] << 8 | csr[3]) + 4u : csr[1] + 2u;
    CHECK(csr[0] == 0x30 && announced == length);
  }
}

const test_t ENROL_TESTS[] = {
    {"enrol: every request is fresh and bounded", every_request_is_fresh_and_bounded},
    {"enrol: answers are checked", answers_are_checked},
    {"enrol: a private key carries its public half", private_keys_have_their_public_half},
    {"enrol: certificate requests are DER", requests_are_der_for_every_key},
    {NULL, NULL},
};
