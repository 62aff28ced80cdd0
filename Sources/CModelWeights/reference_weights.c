// Embeds the weights file, so that one binary is all there is to install. An array literal in Swift takes the
// compiler more than half a minute for this size; #embed (C23 6.10.4) takes none.
#include "CModelWeights.h"

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wc23-extensions"
static const uint8_t weights[] = {
#embed "../Inference/Resources/reference.safetensors"
};
#pragma clang diagnostic pop

const uint8_t *sb_reference_weights_bytes(void) { return weights; }

size_t sb_reference_weights_size(void) { return sizeof weights; }
