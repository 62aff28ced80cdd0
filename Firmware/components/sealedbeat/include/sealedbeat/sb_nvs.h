#pragma once

#include "sealedbeat/sb_err.h"
#include "sealedbeat/sb_types.h"

/// Small named blobs that survive a restart: encrypted NVS on the board, an encrypted file on a host. The identity key
/// and the data keys rest here and nowhere else, so an implementation must encrypt.
typedef struct {
  void *context;
  /// `SB_ERR_NOT_FOUND`, `SB_ERR_SPACE`, `SB_ERR_STORAGE`.
  sb_err_t (*get)(void *context, const char *name, uint8_t *out, size_t capacity, size_t *length);
  /// Durable, and all or nothing, when it returns.
  sb_err_t (*set)(void *context, const char *name, const uint8_t *bytes, size_t length);
  /// Removing what is not there is `SB_OK`.
  sb_err_t (*erase)(void *context, const char *name);
} sb_nvs_t;

/// The names in use; NVS of ESP-IDF allows fifteen characters.
#define SB_NVS_IDENTITY "identity"
#define SB_NVS_DATA_KEY "data-key"
#define SB_NVS_PENDING_KEY "pending-key"
#define SB_NVS_CERTIFICATE "certificate"
#define SB_NVS_ISSUER "issuer"
#define SB_NVS_SESSION "session"
