#include "sb_sensors/sb_max17048.h"

#include "try.h"

/// State of charge, in 1/256 %.
enum { REG_CHARGE = 0x04 };

sb_err_t sb_max17048_read(const sb_i2c_t *i2c, uint32_t *permille) {
  uint8_t charge[2];
  TRY(i2c->read(i2c->context, SB_MAX17048_ADDRESS, REG_CHARGE, charge, sizeof charge));
  uint32_t value = ((uint32_t)charge[0] << 8 | charge[1]) * 10 / 256;
  *permille = value > 1000 ? 1000 : value;
  return SB_OK;
}
