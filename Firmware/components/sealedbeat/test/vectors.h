#pragma once

#include "json.h"

/// Each writes one file of golden vectors, checked by the core itself; false on disagreement.
bool emit_chunk_vectors(const char *directory);
bool emit_message_vectors(const char *directory);
bool emit_enrolment_vectors(const char *directory);

/// Chunks that somebody changed, moved or sent again.
bool emit_tampered_chunks(json_t *json);
/// Chunks with a right tag and a wrong structure.
bool emit_misshapen_chunks(json_t *json);
