#pragma once

/// Passes the first failure on to the caller.
#define TRY(expression)                         \
  do {                                          \
    sb_err_t try_error_ = (expression);         \
    if (try_error_ != SB_OK) return try_error_; \
  } while (0)
