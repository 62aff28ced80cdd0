#pragma once

#include "sealedbeat/sb_err.h"
#include "sealedbeat/sb_types.h"

/// The device's P-256 identity key: it signs the certificate request and authenticates TLS.
typedef struct {
  uint8_t scalar[SB_P256_SCALAR_SIZE];
} sb_identity_t;

enum {
  /// A PKCS#10 request with a common name of 32 characters is about 240 octets.
  SB_CSR_MAX = 320,
  /// PKCS#8 (RFC 5958) around SEC 1's ECPrivateKey with its public key.
  SB_IDENTITY_DER_SIZE = 138,
};

/// Makes a fresh key pair.
sb_err_t sb_identity_generate(sb_identity_t *identity);

/// The public half, uncompressed.
sb_err_t sb_identity_public_key(const sb_identity_t *identity, uint8_t point[SB_P256_POINT_SIZE]);

/// A PKCS#10 certificate request (RFC 2986) in DER: CN = `device`, signed by ECDSA with SHA-256 (RFC 6979).
/// The structure has no variable part but the name, so it is written here with PSA's signature and no X.509 library:
/// that is the same source for Mbed TLS 2.28, 3.6 and 4.x, and it allocates nothing.
sb_err_t sb_identity_csr(const sb_identity_t *identity, const char *device, uint8_t *out, size_t capacity,
                         size_t *length);

/// The private key in PKCS#8 DER, for the TLS library. The caller wipes it.
sb_err_t sb_identity_private_der(const sb_identity_t *identity, uint8_t out[SB_IDENTITY_DER_SIZE]);
