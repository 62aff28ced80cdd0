#include "sealedbeat/sb_reconnect.h"

uint32_t sb_reconnect_after_failure(sb_reconnect_t *reconnect, uint32_t random) {
  uint32_t longest = SB_RECONNECT_FIRST_MS;
  for (uint8_t i = 0; i < reconnect->failures && longest < SB_RECONNECT_MAX_MS; i++) longest *= 2;
  if (longest > SB_RECONNECT_MAX_MS) longest = SB_RECONNECT_MAX_MS;
  if (reconnect->failures < UINT8_MAX) reconnect->failures++;
  uint32_t half = longest / 2;
  return half + random % (longest - half + 1);
}

void sb_reconnect_succeeded(sb_reconnect_t *reconnect) { reconnect->failures = 0; }
