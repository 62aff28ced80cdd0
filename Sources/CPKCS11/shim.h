#pragma once
// The names of the standard (CK_…, PKCS#11 3.0), not p11-kit's own.
#define CRYPTOKI_COMPAT
#include <p11-kit/pkcs11.h>
