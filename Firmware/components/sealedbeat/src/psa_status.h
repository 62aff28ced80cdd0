#pragma once

#include <psa/crypto.h>

#include "sealedbeat/sb_err.h"

/// Our name for an answer of PSA.
static inline sb_err_t sb_err_from_psa(psa_status_t status) {
  switch (status) {
    case PSA_SUCCESS: return SB_OK;
    case PSA_ERROR_INVALID_SIGNATURE: return SB_ERR_AUTHENTICATION;
    case PSA_ERROR_BUFFER_TOO_SMALL: return SB_ERR_SPACE;
    default: return SB_ERR_CRYPTO;
  }
}
