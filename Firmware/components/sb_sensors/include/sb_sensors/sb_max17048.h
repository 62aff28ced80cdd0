#pragma once

#include "sb_sensors/sb_i2c.h"

/// MAX17048 battery gauge (Maxim Integrated data sheet 19-6171, rev. 7), where the board has one.
enum { SB_MAX17048_ADDRESS = 0x36 };

/// The charge in permille. `SB_ERR_NOT_FOUND` where there is no gauge.
sb_err_t sb_max17048_read(const sb_i2c_t *i2c, uint32_t *permille);
