#include "sealedbeat/sb_err.h"
sb_err_t sb_placeholder(void);
sb_err_t sb_placeholder(void) { return 0; }
