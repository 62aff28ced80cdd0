#include "sealedbeat/sb_err.h"

const char *sb_err_name(sb_err_t error) {
  switch (error) {
    case SB_OK: return "ok";
    case SB_ERR_ARGUMENT: return "argument";
    case SB_ERR_SPACE: return "space";
    case SB_ERR_EMPTY: return "empty";
    case SB_ERR_FULL: return "full";
    case SB_ERR_NOT_FOUND: return "not-found";
    case SB_ERR_STORAGE: return "storage";
    case SB_ERR_CRYPTO: return "crypto";
    case SB_ERR_AUTHENTICATION: return "authentication";
    case SB_ERR_TRUNCATED: return "truncated";
    case SB_ERR_NON_CANONICAL: return "non-canonical-cbor";
    case SB_ERR_TRAILING: return "trailing-bytes";
    case SB_ERR_OVERSIZE: return "oversize";
    case SB_ERR_MALFORMED: return "malformed";
    case SB_ERR_RANGE: return "out-of-range";
    case SB_ERR_NONCE: return "inconsistent-nonce";
    case SB_ERR_KEY_VERSION: return "wrong-key-version";
    case SB_ERR_SESSION_OVER: return "session-over";
    case SB_ERR_NOT_ENROLLED: return "not-enrolled";
  }
  return "unknown";
}
