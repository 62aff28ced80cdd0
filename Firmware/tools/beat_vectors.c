// Writes device-beats.json: windows and what the device's beat network says of them. Whole numbers only, so that every
// machine writes the same.
#include <stdlib.h>

#include "json.h"
#include "sb_beats/sb_network.h"

static uint32_t state;

/// −`most` … `most`.
static int32_t noise(int32_t most) {
  state = state * 1664525 + 1013904223;
  return (int32_t)(state >> 16) % (2 * most + 1) - most;
}

/// A wave of straight slopes: `height` at `at`, nothing from `width` samples away.
static int32_t wave(int i, int at, int width, int32_t height) {
  int away = abs(i - at);
  return away >= width ? 0 : height * (width - away) / width;
}

typedef struct {
  const char *name;
  int32_t p, q, r, s, t;
  int qrs_width, t_at;
  /// The beat before and the one behind, in samples from this one; 0: none in the window.
  int before, behind;
} beat_t;

static const beat_t BEATS[] = {
    {"normal, 75 a minute", 120, -90, 1100, -220, 280, 3, 33, 0, 100},
    {"normal, 110 a minute", 100, -60, 900, -200, 250, 3, 28, 0, 68},
    {"normal, small", 20, -10, 150, -30, 40, 3, 33, 0, 100},
    {"normal, tall T", 120, -90, 800, -150, 700, 3, 35, 0, 110},
    {"inverted", -100, 60, -900, 150, -220, 3, 33, 0, 100},
    {"wide, positive", 0, 0, 1500, 0, -600, 10, 38, 0, 0},
    {"wide, negative", 0, 0, -1600, 0, 700, 11, 38, 0, 0},
    {"wide, notched", 0, 300, 1000, 700, -500, 8, 36, 0, 0},
    {"wide, early", 0, 0, 1400, -400, -500, 9, 36, -45, 0},
    {"narrow, early", 80, -80, 1000, -200, 250, 3, 30, -55, 110},
    {"R on T", 0, 0, 1300, -700, -300, 8, 30, -35, 0},
    {"no P", 0, -90, 1100, -220, 280, 3, 33, 0, 90},
};

static int32_t beat_at(const beat_t *beat, int i) {
  return wave(i, -22, 7, beat->p) + wave(i, -beat->qrs_width, beat->qrs_width, beat->q) +
         wave(i, 0, beat->qrs_width, beat->r) + wave(i, beat->qrs_width, beat->qrs_width, beat->s) +
         wave(i, beat->t_at, 14, beat->t);
}

static void make_beat(const beat_t *beat, int32_t noise_uv, int32_t *window) {
  for (int i = 0; i < SB_NETWORK_WINDOW; i++) {
    int at = i - SB_NETWORK_R_INDEX;
    window[i] = beat_at(beat, at) + (noise_uv > 0 ? noise(noise_uv) : 0);
    if (beat->before != 0) window[i] += beat_at(&BEATS[0], at - beat->before);
    if (beat->behind != 0) window[i] += beat_at(&BEATS[0], at - beat->behind);
  }
}

static void emit(json_t *json, const char *name, const int32_t *window) {
  static sb_network_scratch_t scratch;
  uint8_t octets[2 * SB_NETWORK_WINDOW];
  for (int i = 0; i < SB_NETWORK_WINDOW; i++) {
    octets[2 * i] = (uint8_t)(window[i] & 0xff);
    octets[2 * i + 1] = (uint8_t)(window[i] >> 8 & 0xff);
  }
  json_begin_object(json, NULL);
  json_text(json, "name", name);
  json_hex(json, "window", octets, sizeof octets);
  json_int(json, "logOdds", sb_network_log_odds(&SB_NETWORK, window, &scratch));
  json_end_object(json);
}

int main(int argc, char **argv) {
  json_t json;
  int32_t window[SB_NETWORK_WINDOW];
  if (argc != 2 || !json_open(&json, argv[1], "device-beats.json")) return 64;
  json_text(&json, "format", "SealedBeat device beat vectors 1");
  json_text(&json, "model", "sealedbeat-reference-1");
  json_begin_array(&json, "beats");
  for (size_t i = 0; i < sizeof BEATS / sizeof BEATS[0]; i++) {
    make_beat(&BEATS[i], 0, window);
    emit(&json, BEATS[i].name, window);
  }
  state = 1;
  for (size_t i = 0; i < sizeof BEATS / sizeof BEATS[0]; i++) {
    char name[64];
    snprintf(name, sizeof name, "%s, with noise", BEATS[i].name);
    make_beat(&BEATS[i], 40, window);
    emit(&json, name, window);
  }
  for (int i = 0; i < SB_NETWORK_WINDOW; i++) window[i] = 0;
  emit(&json, "flat", window);
  window[93] = 1;
  emit(&json, "flat but for one", window);
  for (int i = 0; i < SB_NETWORK_WINDOW; i++) window[i] = i % 2 == 0 ? 32767 : -32768;
  emit(&json, "rail to rail", window);
  for (int i = 0; i < SB_NETWORK_WINDOW; i++) window[i] = noise(300);
  emit(&json, "noise alone", window);
  json_end_array(&json);
  json_close(&json);
  return 0;
}
