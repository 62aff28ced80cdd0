#include "bootloader_random.h"
#include "sb_esp32/sb_esp32.h"
#include "sealedbeat/sb_seal.h"

sb_err_t sb_esp32_start_crypto(void) {
  bootloader_random_enable();
  sb_err_t error = sb_crypto_start();
  // A draw makes the generator seed itself now, while the source is on.
  uint8_t draw[32];
  if (error == SB_OK) error = sb_random(draw, sizeof draw);
  sb_wipe(draw, sizeof draw);
  bootloader_random_disable();
  return error;
}
