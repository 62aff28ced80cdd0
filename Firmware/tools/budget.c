// The numbers of docs/firmware.md that follow from sizes: octets on air, flash, wear and power. `make budget` prints
// them.
#include <stdio.h>

#include "sb_board/sb_power.h"
#include "sb_board/sb_radio.h"
#include "sb_flash/sb_flash_ring.h"
#include "sealedbeat/sb_outbox.h"
#include "sealedbeat/sb_seal.h"

static const double CHUNK_S = SB_CHUNK_SAMPLES / 125.0;

static uint32_t chunk_octets(sb_kind_t kind, uint64_t sequence) {
  const uint8_t key[SB_KEY_SIZE] = {1}, iv[SB_IV_SIZE] = {2}, plaintext[SB_CHUNK_PLAINTEXT_MAX] = {0};
  uint8_t message[SB_CHUNK_MESSAGE_MAX];
  size_t length = 0;
  sb_chunk_header_t header = {.key_version = 1,
                              .sequence = sequence,
                              .kind = kind,
                              .first_sample = sequence * SB_CHUNK_SAMPLES,
                              .sample_rate_millihertz = 125000,
                              .count = SB_CHUNK_SAMPLES,
                              .nanovolts_per_lsb = kind < 16 ? 100 : 0,
                              .capture_time = 1790000000000000,
                              .clock_synchronised = true,
                              .firmware = 65536};
  if (sb_seal_chunk(key, iv, "ward-7", &header, plaintext, sizeof plaintext, message, sizeof message, &length) !=
      SB_OK) {
    return 0;
  }
  return (uint32_t)length;
}

static void on_air(uint32_t chunk) {
  const double topic = 2 + sizeof "sb/1/ward-7/chunk" - 1, mqtt = 3 + 2;  // fixed header, packet id
  const double tls = 22, tcp_ip = 40;                                     // a TLS 1.3 record; IPv4 and TCP
  // QoS 1: PUBLISH up, PUBACK down; a receipt down with its PUBACK up, at most one a chunk.
  double up = chunk + topic + mqtt + tls + tcp_ip;
  double puback = 4 + tls + tcp_ip;
  double receipt = 1 + 17 + 3 + 2 + sizeof "sb/1/ward-7/receipt" - 1 + 5 + tls + tcp_ip;
  printf("On air\n");
  printf("  a chunk of %d samples: %u octets, %.0f with MQTT, TLS 1.3, TCP and IP\n", SB_CHUNK_SAMPLES, chunk, up);
  printf("  a second of ECG: %.0f octets of chunk, %.0f up with all headers, %.0f both ways with PUBACK and receipt\n",
         chunk / CHUNK_S, (up + puback) / CHUNK_S, (up + 2 * puback + receipt) / CHUNK_S);
}

static void flash(uint32_t chunk) {
  static const struct {
    const char *name;
    uint32_t size;
  } boards[] = {{"4 MB", 0x160000}, {"4 MB, one image,", 0x2a0000}, {"16 MB", 0xd60000}};
  printf("Flash outbox (endurance 100,000 erasures)\n");
  for (size_t i = 0; i < sizeof boards / sizeof boards[0]; i++) {
    uint32_t records = sb_flash_ring_capacity(boards[i].size, chunk);
    double per_day = 86400 / CHUNK_S;
    double erases_per_day = per_day / ((boards[i].size / SB_SECTOR_SIZE) * 8.0);
    printf(
        "  %-5s board: %u chunks: %.1f h of ECG, %.1f h with both lights; worn all day, a sector is erased %.1f times "
        "a day and lasts %.0f years (%.0f with both lights)\n",
        boards[i].name, records, records * CHUNK_S / 3600, records * CHUNK_S / 3600 / 3, erases_per_day,
        100000 / erases_per_day / 365, 100000 / erases_per_day / 365 / 3);
  }
  double six_hours = 6 * 3600 / CHUNK_S;
  printf("  six hours of ECG: %.0f chunks, %.2f MB of flash, %.0f KB of RAM for the outbox's list\n", six_hours,
         six_hours / 8 * SB_SECTOR_SIZE / 1048576, six_hours * sizeof(sb_outbox_entry_t) / 1024);
}

/// Milliamperes of each part, from the makers' data sheets; see docs/firmware.md.
static void power(void) {
  const double cpu = 22, radio_tx = 190, radio_rx = 95, ecg = 0.17, display = 9;
  // Its electronics, and two LEDs of 6.2 mA that shine 118 µs a thousand times a second.
  const double oximeter = 0.6 + 2 * 6.2 * 118e-6 * 1000;
  const double sleep = 0.010 + ecg + 0.001, battery = 1000;
  // A chunk of 600 octets at 24 Mbit/s takes under a millisecond; waking, association and TCP make it about 8 ms.
  double tx = 8e-3 / CHUNK_S, rx = 3e-3 * 10 / 3;  // and a beacon of 3 ms in every third 102.4 ms
  double connected = cpu + ecg + tx * radio_tx + rx * radio_rx;
  double resting = cpu + ecg + (double)SB_RADIO_ATTEMPT_MS / (SB_RADIO_ATTEMPT_MS + SB_RADIO_REST_MS) * radio_rx;
  // Waiting for a finger: its electronics, and one LED of 6.2 mA for 69 µs fifty times a second.
  const double waiting = 0.6 + 6.2 * 69e-6 * 50;
  double woken =
      (SB_POWER_LOOK_S * (cpu + ecg + radio_rx / 2) + SB_POWER_WAKE_S * sleep) / (SB_POWER_LOOK_S + SB_POWER_WAKE_S);
  printf("Power (mean current; hours on a cell of %.0f mAh)\n", battery);
  printf("  worn, connected, ECG:                 %5.1f mA, %5.0f h\n", connected, battery / connected);
  printf("  worn, connected, ECG, both lights:    %5.1f mA, %5.0f h\n", connected + oximeter,
         battery / (connected + oximeter));
  printf("  the same with the display on:         %5.1f mA, %5.0f h\n", connected + oximeter + display,
         battery / (connected + oximeter + display));
  printf("  worn, no network, storing:            %5.1f mA, %5.0f h\n", resting, battery / resting);
  printf("  not worn (5 s awake in ten minutes):  %5.2f mA, %5.0f h\n", woken, battery / woken);
  printf("  and the oximeter waits for a finger:  %5.2f mA, %5.0f h\n", woken + waiting, battery / (woken + waiting));
}

int main(void) {
  if (sb_crypto_start() != SB_OK) return 1;
  uint32_t chunk = chunk_octets(SB_KIND_LEAD_I, 30000);
  on_air(chunk);
  flash(chunk);
  power();
  return chunk == 0 ? 1 : 0;
}
