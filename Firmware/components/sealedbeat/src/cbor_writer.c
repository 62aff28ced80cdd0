#include <string.h>

#include "sealedbeat/sb_cbor.h"

// Major types (RFC 8949 §3.1), shifted into place.
enum { UINT = 0x00, NEGATIVE = 0x20, BYTES = 0x40, TEXT = 0x60, ARRAY = 0x80, MAP = 0xa0, TAG = 0xc0, SIMPLE = 0xe0 };

void sb_cbor_writer_init(sb_cbor_writer_t *writer, uint8_t *buffer, size_t capacity) {
  writer->buffer = buffer;
  writer->capacity = capacity;
  writer->length = 0;
  writer->error = SB_OK;
}

void sb_cbor_write_raw(sb_cbor_writer_t *writer, const uint8_t *bytes, size_t length) {
  if (writer->error != SB_OK || length == 0) return;
  if (length > writer->capacity - writer->length) {
    writer->error = SB_ERR_SPACE;
    return;
  }
  memcpy(writer->buffer + writer->length, bytes, length);
  writer->length += length;
}

static void write_head(sb_cbor_writer_t *writer, uint8_t major, uint64_t value) {
  uint8_t head[9];
  size_t width;
  if (value < 24) {
    head[0] = (uint8_t)(major | value);
    width = 0;
  } else if (value <= UINT8_MAX) {
    head[0] = major | 24;
    width = 1;
  } else if (value <= UINT16_MAX) {
    head[0] = major | 25;
    width = 2;
  } else if (value <= UINT32_MAX) {
    head[0] = major | 26;
    width = 4;
  } else {
    head[0] = major | 27;
    width = 8;
  }
  for (size_t i = 0; i < width; i++) head[1 + i] = (uint8_t)(value >> (8 * (width - 1 - i)));
  sb_cbor_write_raw(writer, head, 1 + width);
}

void sb_cbor_write_uint(sb_cbor_writer_t *writer, uint64_t value) { write_head(writer, UINT, value); }

void sb_cbor_write_int(sb_cbor_writer_t *writer, int64_t value) {
  if (value >= 0) {
    write_head(writer, UINT, (uint64_t)value);
  } else {
    write_head(writer, NEGATIVE, ~(uint64_t)value);
  }
}

void sb_cbor_write_bytes_head(sb_cbor_writer_t *writer, size_t length) { write_head(writer, BYTES, length); }

void sb_cbor_write_bytes(sb_cbor_writer_t *writer, const uint8_t *bytes, size_t length) {
  write_head(writer, BYTES, length);
  sb_cbor_write_raw(writer, bytes, length);
}

void sb_cbor_write_text(sb_cbor_writer_t *writer, const char *text) {
  size_t length = strlen(text);
  write_head(writer, TEXT, length);
  sb_cbor_write_raw(writer, (const uint8_t *)text, length);
}

void sb_cbor_write_array(sb_cbor_writer_t *writer, size_t count) { write_head(writer, ARRAY, count); }
void sb_cbor_write_map(sb_cbor_writer_t *writer, size_t count) { write_head(writer, MAP, count); }
void sb_cbor_write_tag(sb_cbor_writer_t *writer, uint64_t tag) { write_head(writer, TAG, tag); }
void sb_cbor_write_bool(sb_cbor_writer_t *writer, bool value) { write_head(writer, SIMPLE, value ? 21 : 20); }

sb_err_t sb_cbor_writer_end(const sb_cbor_writer_t *writer, size_t *length) {
  if (writer->error != SB_OK) return writer->error;
  *length = writer->length;
  return SB_OK;
}
