#include <sys/time.h>

#include "esp_timer.h"
#include "sb_esp32/sb_esp32.h"

static volatile bool is_set;

void sb_esp32_clock_was_set(void) { is_set = true; }

sb_time_t sb_esp32_now(void) {
  struct timeval wall;
  gettimeofday(&wall, NULL);
  return (sb_time_t){.monotonic_us = (uint64_t)esp_timer_get_time(),
                     .wall_us = (uint64_t)wall.tv_sec * 1000000 + (uint64_t)wall.tv_usec,
                     .wall_is_synchronised = is_set};
}
