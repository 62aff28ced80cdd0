#include <stdlib.h>

#include "board_test.h"
#include "fake_seams.h"
#include "sb_board/sb_provision.h"

static const char CLAIM[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

static sb_err_t line(sb_provision_t *provision, const char *text) {
  sb_setting_t setting;
  // A copy of its exact size on the heap, so that one octet too many is seen.
  size_t length = strlen(text);
  char *copy = malloc(length > 0 ? length : 1);
  memcpy(copy, text, length);
  sb_err_t error = sb_provision_line(provision, copy, length, &setting);
  free(copy);
  return error;
}

static void fill(sb_provision_t *provision) {
  char text[256];
  memset(provision, 0, sizeof *provision);
  const char *lines[] = {"wifi-ssid Ward 7",
                         "wifi-password correct horse",
                         "device ward-7",
                         "enrol-url https://vault.example:8451",
                         "service-url https://10.0.0.5:8452",
                         "ca MAQBAgME",
                         "mqtt-host mqtt.example",
                         "mqtt-port 8883"};
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) CHECK_OK(line(provision, lines[i]));
  snprintf(text, sizeof text, "claim %s", CLAIM);
  CHECK_OK(line(provision, text));
  CHECK(!sb_provision_is_complete(provision, false));
  snprintf(text, sizeof text, "hpke 04%s%s", CLAIM, CLAIM);
  CHECK_OK(line(provision, text));
}

static void a_bundle_is_taken_line_by_line(void) {
  static sb_provision_t provision;
  fill(&provision);
  CHECK(sb_provision_is_complete(&provision, false) && provision.mqtt_port == 8883);
  CHECK(strcmp(provision.wifi_ssid, "Ward 7") == 0 && strcmp(provision.wifi_password, "correct horse") == 0);
  CHECK(provision.claim[1] == 0x11 && provision.claim[31] == 0xff && provision.hpke[0] == 4);
  const uint8_t der[] = {0x30, 0x04, 0x01, 0x02, 0x03, 0x04};
  CHECK(provision.ca_length == sizeof der && memcmp(provision.ca, der, sizeof der) == 0);
  CHECK_OK(line(&provision, "ca MAM="));
  CHECK(provision.ca_length == 2 && provision.ca[1] == 3);
  CHECK_OK(line(&provision, "update-url https://updates.example/esp32/firmware.bin"));
}

static void a_wrong_setting_changes_nothing(void) {
  static sb_provision_t provision, before;
  fill(&provision);
  before = provision;
  const char *bad[] = {"device Ward",
                       "device -a",
                       "device a",
                       "claim 00",
                       "claim zz112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
                       "enrol-url http://vault.example",
                       "enrol-url https://",
                       "enrol-url https://user@host",
                       "service-url https://host/path",
                       "ca MAM",
                       "ca MAN=",
                       "ca MA==MA==",
                       "ca ",
                       "hpke 04",
                       "mqtt-host a b",
                       "mqtt-host ",
                       "mqtt-port 0",
                       "mqtt-port 65536",
                       "mqtt-port 08883",
                       "mqtt-port 8883x",
                       "mqtt-port ",
                       "wifi-password short",
                       "wifi-ssid ",
                       "wifi-ssid 123456789012345678901234567890123",
                       "wifi-ssid a\x01",
                       "colour blue",
                       "device",
                       ""};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) CHECK(line(&provision, bad[i]) != SB_OK);
  CHECK(memcmp(&provision, &before, sizeof before) == 0);
}

static void it_is_kept_and_read_again(void) {
  static sb_provision_t provision, again;
  static fake_flash_t flash;
  memset(&flash, 0, sizeof flash);
  sb_nvs_t nvs = fake_nvs(&flash);
  fill(&provision);
  CHECK_OK(sb_provision_keep(&nvs, SB_SETTING_DEVICE, "ward-7", 6));
  CHECK_OK(sb_provision_keep(&nvs, SB_SETTING_MQTT_PORT, "8883", 4));
  CHECK_OK(sb_provision_load(&again, &nvs));
  CHECK(strcmp(again.device, "ward-7") == 0 && again.mqtt_port == 8883 && !sb_provision_is_complete(&again, true));
  CHECK_OK(sb_provision_keep(&nvs, SB_SETTING_MQTT_PORT, "x", 1));
  CHECK_ERR(sb_provision_load(&again, &nvs), SB_ERR_MALFORMED);
  provision.present &= ~(1u << SB_SETTING_CLAIM);
  CHECK(sb_provision_is_complete(&provision, true) && !sb_provision_is_complete(&provision, false));
}

static void names_fit_nvs(void) {
  for (int i = 0; i < SB_SETTING_COUNT; i++) CHECK(strlen(sb_setting_name((sb_setting_t)i)) <= 15);
}

/// Forty thousand mutations of good lines: the sanitizers watch, and what is taken must be text of its own bounds.
static void mutations(void) {
  static sb_provision_t provision;
  const char *seeds[] = {"wifi-ssid Ward 7",
                         "device ward-7",
                         "enrol-url https://vault.example:8451",
                         "ca MAQBAgME",
                         "mqtt-port 8883",
                         "update-url https://updates.example/a/b.bin",
                         "claim 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"};
  uint64_t state = 21;
  size_t taken = 0;
  for (int i = 0; i < 40000; i++) {
    char work[160];
    const char *seed = seeds[test_random(&state) % (sizeof seeds / sizeof seeds[0])];
    size_t length = strlen(seed);
    memcpy(work, seed, length);
    for (uint64_t k = test_random(&state) % 4; k > 0; k--) {
      size_t at = test_random(&state) % length;
      switch (test_random(&state) % 3) {
        case 0: work[at] = (char)test_random(&state); break;
        case 1: length = at + 1; break;
        default:
          if (length + 8 < sizeof work) {
            memmove(work + at + 8, work + at, length - at);
            length += 8;
          }
      }
    }
    char *exact = malloc(length);
    memcpy(exact, work, length);
    sb_setting_t setting;
    if (sb_provision_line(&provision, exact, length, &setting) == SB_OK) {
      taken++;
      CHECK(setting < SB_SETTING_COUNT && (provision.present >> setting & 1) == 1);
      CHECK(memchr(provision.wifi_ssid, 0, sizeof provision.wifi_ssid) != NULL);
      CHECK(memchr(provision.enrol_url, 0, sizeof provision.enrol_url) != NULL);
      CHECK(provision.ca_length <= sizeof provision.ca);
      if ((provision.present >> SB_SETTING_DEVICE & 1) == 1) CHECK(sb_device_id_is_valid(provision.device));
    }
    free(exact);
  }
  CHECK(taken > 1000 && taken < 39000);
}

const test_t PROVISION_TESTS[] = {
    {"provisioning: a bundle is taken line by line", a_bundle_is_taken_line_by_line},
    {"provisioning: a wrong setting changes nothing", a_wrong_setting_changes_nothing},
    {"provisioning: it is kept as text and judged again when read", it_is_kept_and_read_again},
    {"provisioning: names fit NVS", names_fit_nvs},
    {"mutation: forty thousand provisioning lines", mutations},
    {NULL, NULL},
};
