#pragma once
#include <zlib.h>

// deflateInit2 and inflateInit2 are macros, which Swift does not see. 31: a gzip header and trailer (RFC 1952) round the widest window.
static inline int sb_gzip_deflate_init(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
}
static inline int sb_gzip_inflate_init(z_stream *stream) {
  return inflateInit2(stream, 31);
}
