// The weights of the two networks, carried inside the binary.
#ifndef SEALEDBEAT_MODEL_WEIGHTS_H
#define SEALEDBEAT_MODEL_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

/// First byte of `Sources/Inference/Resources/reference.safetensors`; read-only, lives as long as the process.
const uint8_t *sb_reference_weights_bytes(void);

/// Its size in bytes.
size_t sb_reference_weights_size(void);

/// First byte of `Sources/Inference/Resources/default.safetensors`; read-only, lives as long as the process.
const uint8_t *sb_default_weights_bytes(void);

/// Its size in bytes.
size_t sb_default_weights_size(void);

#endif
