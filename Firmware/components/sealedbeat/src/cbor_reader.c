#include <string.h>

#include "sealedbeat/sb_cbor.h"
#include "try.h"

// Major types (RFC 8949 §3.1).
enum { UINT = 0, NEGATIVE = 1, BYTES = 2, TEXT = 3, ARRAY = 4, MAP = 5, TAG = 6, SIMPLE = 7 };

void sb_cbor_reader_init(sb_cbor_reader_t *reader, const uint8_t *bytes, size_t length) {
  reader->next = bytes;
  reader->end = bytes + length;
}

static size_t remaining(const sb_cbor_reader_t *reader) { return (size_t)(reader->end - reader->next); }

/// Reads a head of the type `major`; shortest form only.
static sb_err_t read_head(sb_cbor_reader_t *reader, uint8_t major, uint64_t *value) {
  if (remaining(reader) == 0) return SB_ERR_TRUNCATED;
  uint8_t first = reader->next[0];
  uint8_t information = first & 0x1f;
  // Reserved values and indefinite lengths are encodings that we never take, whatever the type.
  if (information > 27) return SB_ERR_NON_CANONICAL;
  // Of the simple values only false and true are ours; null, undefined and floats are refused as such.
  if (first >> 5 == SIMPLE && information != 20 && information != 21) return SB_ERR_NON_CANONICAL;
  if (first >> 5 != major) return SB_ERR_MALFORMED;
  if (information < 24) {
    *value = information;
    reader->next += 1;
    return SB_OK;
  }
  size_t width = (size_t)1 << (information - 24);
  if (remaining(reader) < 1 + width) return SB_ERR_TRUNCATED;
  uint64_t argument = 0;
  for (size_t i = 0; i < width; i++) argument = argument << 8 | reader->next[1 + i];
  uint64_t least = width == 1 ? 24 : (uint64_t)1 << (4 * width);
  if (argument < least) return SB_ERR_NON_CANONICAL;
  *value = argument;
  reader->next += 1 + width;
  return SB_OK;
}

sb_err_t sb_cbor_read_uint(sb_cbor_reader_t *reader, uint64_t *value) { return read_head(reader, UINT, value); }

sb_err_t sb_cbor_read_int(sb_cbor_reader_t *reader, int64_t *value) {
  bool is_negative = remaining(reader) > 0 && reader->next[0] >> 5 == NEGATIVE;
  uint64_t argument;
  sb_err_t error = read_head(reader, is_negative ? NEGATIVE : UINT, &argument);
  if (error != SB_OK) return error;
  if (argument > INT64_MAX) return SB_ERR_RANGE;
  *value = is_negative ? -1 - (int64_t)argument : (int64_t)argument;
  return SB_OK;
}

static sb_err_t read_string(sb_cbor_reader_t *reader, uint8_t major, sb_slice_t *slice) {
  uint64_t length;
  sb_err_t error = read_head(reader, major, &length);
  if (error != SB_OK) return error;
  if (length > remaining(reader)) return SB_ERR_TRUNCATED;
  slice->bytes = reader->next;
  slice->length = (size_t)length;
  reader->next += length;
  return SB_OK;
}

sb_err_t sb_cbor_read_bytes(sb_cbor_reader_t *reader, sb_slice_t *slice) { return read_string(reader, BYTES, slice); }
sb_err_t sb_cbor_read_text(sb_cbor_reader_t *reader, sb_slice_t *slice) { return read_string(reader, TEXT, slice); }

static sb_err_t read_count(sb_cbor_reader_t *reader, uint8_t major, size_t items_each, size_t *count) {
  uint64_t announced;
  sb_err_t error = read_head(reader, major, &announced);
  if (error != SB_OK) return error;
  // Every item takes at least one octet, so a larger count cannot be true.
  if (announced > remaining(reader) / items_each) return SB_ERR_TRUNCATED;
  *count = (size_t)announced;
  return SB_OK;
}

sb_err_t sb_cbor_read_array(sb_cbor_reader_t *reader, size_t *count) { return read_count(reader, ARRAY, 1, count); }
sb_err_t sb_cbor_read_map(sb_cbor_reader_t *reader, size_t *count) { return read_count(reader, MAP, 2, count); }
sb_err_t sb_cbor_read_tag(sb_cbor_reader_t *reader, uint64_t *tag) { return read_head(reader, TAG, tag); }

sb_err_t sb_cbor_read_bool(sb_cbor_reader_t *reader, bool *value) {
  uint64_t simple;
  sb_err_t error = read_head(reader, SIMPLE, &simple);
  if (error != SB_OK) return error;
  *value = simple == 21;
  return SB_OK;
}

sb_err_t sb_cbor_read_uint_in(sb_cbor_reader_t *reader, uint64_t minimum, uint64_t maximum, uint64_t *value) {
  sb_err_t error = sb_cbor_read_uint(reader, value);
  if (error != SB_OK) return error;
  return *value < minimum || *value > maximum ? SB_ERR_RANGE : SB_OK;
}

sb_err_t sb_cbor_expect_array(sb_cbor_reader_t *reader, size_t count) {
  uint64_t announced;
  sb_err_t error = read_head(reader, ARRAY, &announced);
  if (error != SB_OK) return error;
  return announced == count ? SB_OK : SB_ERR_MALFORMED;
}

sb_err_t sb_cbor_read_fixed(sb_cbor_reader_t *reader, uint8_t *out, size_t size) {
  sb_slice_t slice;
  sb_err_t error = sb_cbor_read_bytes(reader, &slice);
  if (error != SB_OK) return error;
  if (slice.length != size) return SB_ERR_MALFORMED;
  memcpy(out, slice.bytes, size);
  return SB_OK;
}

sb_err_t sb_cbor_reader_end(const sb_cbor_reader_t *reader) {
  return remaining(reader) == 0 ? SB_OK : SB_ERR_TRAILING;
}

/// Nesting that no message of ours reaches; it bounds the stack.
enum { DEPTH_MAX = 8 };

static sb_err_t check_item(sb_cbor_reader_t *reader, unsigned depth);

static sb_err_t check_map(sb_cbor_reader_t *reader, uint64_t count, unsigned depth) {
  sb_slice_t previous = {NULL, 0};
  for (uint64_t i = 0; i < count; i++) {
    sb_slice_t key = {reader->next, 0};
    TRY(check_item(reader, depth));
    key.length = (size_t)(reader->next - key.bytes);
    if (previous.bytes != NULL) {
      size_t shared = key.length < previous.length ? key.length : previous.length;
      int order = memcmp(previous.bytes, key.bytes, shared);
      if (order > 0 || (order == 0 && previous.length >= key.length)) return SB_ERR_NON_CANONICAL;
    }
    previous = key;
    TRY(check_item(reader, depth));
  }
  return SB_OK;
}

static sb_err_t check_item(sb_cbor_reader_t *reader, unsigned depth) {
  if (depth == 0) return SB_ERR_NON_CANONICAL;
  if (remaining(reader) == 0) return SB_ERR_TRUNCATED;
  uint8_t major = reader->next[0] >> 5;
  uint64_t argument;
  TRY(read_head(reader, major, &argument));
  switch (major) {
    case BYTES:
    case TEXT:
      if (argument > remaining(reader)) return SB_ERR_TRUNCATED;
      reader->next += argument;
      return SB_OK;
    case ARRAY:
      // Each turn consumes at least one octet or ends, so a false count ends with the input.
      for (uint64_t i = 0; i < argument; i++) TRY(check_item(reader, depth - 1));
      return SB_OK;
    case MAP: return check_map(reader, argument, depth - 1);
    case TAG: return check_item(reader, depth - 1);
    default: return SB_OK;
  }
}

sb_err_t sb_cbor_check(const uint8_t *bytes, size_t length) {
  sb_cbor_reader_t reader;
  sb_cbor_reader_init(&reader, bytes, length);
  TRY(check_item(&reader, DEPTH_MAX));
  return sb_cbor_reader_end(&reader);
}
