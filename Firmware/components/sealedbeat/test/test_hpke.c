#include "sealedbeat/sb_hpke.h"

#include "sealedbeat/sb_seal.h"
#include "test.h"

// The published vector for RFC 9180 base mode with DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM (CFRG's
// test-vectors.json), its first encryption: the one of a single shot.
static const char *INFO = "4f6465206f6e2061204772656369616e2055726e";
static const char *EPHEMERAL = "90345e3a1d116c1dd39ae76d95ab858c142223a63e44f8f85318cfa91a84858e";
static const char *RECIPIENT =
    "04abc7e49a4c6b3566d77d0304addc6ed0e98512ffccf505e6a8e3eb25c685136f853148544876de76c0f2ef99cdc3a05ccf5ded7860c7c0"
    "21238f9e2073d2356c";
static const char *ENCAPSULATED =
    "04c06b4f6bebc7bb495cb797ab753f911aff80aefb86fd8b6fcc35525f3ab5f03e0b21bd31a86c6048af3cb2d98e0d3bf01da5cc4c39ff53"
    "70d331a4f1f7d5a4e0";
static const char *ADDITIONAL = "436f756e742d30";
static const char *PLAINTEXT = "4265617574792069732074727574682c20747275746820626561757479";
static const char *CIPHERTEXT =
    "58c61a45059d0c5704560e9d88b564a8b63f1364b8d1fcb3c4c6ddc1d291742465e902cd216f8908da49f8f96f";

static void the_published_vector(void) {
  uint8_t info[64], recipient[65], expected_enc[65], additional[16], plaintext[64], expected[128];
  sb_hpke_ephemeral_t ephemeral;
  size_t info_length = test_hex(INFO, info), additional_length = test_hex(ADDITIONAL, additional);
  size_t plaintext_length = test_hex(PLAINTEXT, plaintext), expected_length = test_hex(CIPHERTEXT, expected);
  test_hex(EPHEMERAL, ephemeral.scalar);
  test_hex(RECIPIENT, recipient);
  test_hex(ENCAPSULATED, expected_enc);
  uint8_t enc[SB_P256_POINT_SIZE], out[128];
  size_t length = 0;
  CHECK_OK(sb_hpke_seal(recipient, info, info_length, additional, additional_length, plaintext, plaintext_length,
                        &ephemeral, enc, out, sizeof out, &length));
  CHECK(memcmp(enc, expected_enc, sizeof enc) == 0);
  CHECK(length == expected_length && memcmp(out, expected, length) == 0);
}

static void a_fresh_key_every_time(void) {
  uint8_t recipient[65], first[65], second[65], out[64];
  size_t length;
  test_hex(RECIPIENT, recipient);
  CHECK_OK(sb_hpke_seal(recipient, NULL, 0, NULL, 0, (const uint8_t *)"abc", 3, NULL, first, out, sizeof out, &length));
  CHECK_OK(sb_hpke_seal(recipient, NULL, 0, NULL, 0, (const uint8_t *)"abc", 3, NULL, second, out, sizeof out, &length));
  CHECK(length == 3 + SB_TAG_SIZE);
  CHECK(memcmp(first, second, sizeof first) != 0);
}

static void a_point_off_the_curve_is_refused(void) {
  uint8_t recipient[65], enc[65], out[64];
  size_t length;
  test_hex(RECIPIENT, recipient);
  recipient[64] ^= 1;
  CHECK_ERR(sb_hpke_seal(recipient, NULL, 0, NULL, 0, (const uint8_t *)"abc", 3, NULL, enc, out, sizeof out, &length),
            SB_ERR_CRYPTO);
}

static void aes_gcm_of_nist(void) {
  // GCM specification (McGrew and Viega), test case 16: AES-256, 96-bit IV, additional data.
  uint8_t key[32], iv[16], additional[32], plaintext[64], expected[96], out[96], opened[64];
  size_t length = 0;
  test_hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", key);
  test_hex("cafebabefacedbaddecaf888", iv);
  size_t additional_length = test_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2", additional);
  size_t plaintext_length = test_hex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
      "ba637b39",
      plaintext);
  size_t expected_length = test_hex(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"
      "bcc9f66276fc6ece0f4e1768cddf8853bb2d551b",
      expected);
  CHECK_OK(sb_aead_seal(key, iv, additional, additional_length, plaintext, plaintext_length, out, sizeof out, &length));
  CHECK(length == expected_length && memcmp(out, expected, length) == 0);
  CHECK_OK(sb_aead_open(key, iv, additional, additional_length, out, length, opened, sizeof opened, &length));
  CHECK(length == plaintext_length && memcmp(opened, plaintext, length) == 0);
}

const test_t HPKE_TESTS[] = {
    {"hpke: the published vector", the_published_vector},
    {"hpke: every message has its own ephemeral key", a_fresh_key_every_time},
    {"hpke: a recipient off the curve is refused", a_point_off_the_curve_is_refused},
    {"aead: AES-256-GCM, test case 16", aes_gcm_of_nist},
    {NULL, NULL},
};
