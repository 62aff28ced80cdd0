#pragma once

#include "sealedbeat/sb_err.h"
#include "sealedbeat/sb_types.h"

/// A strict reader and writer of the CBOR subset of docs/wire-format.md: integers, byte and text strings,
/// arrays, maps, tags, false and true; core deterministic encoding only (RFC 8949 §4.2.1).

/// Writes into memory that the caller provides. The first failure sticks: check `sb_cbor_writer_end`.
typedef struct {
  uint8_t *buffer;
  size_t capacity;
  size_t length;
  sb_err_t error;
} sb_cbor_writer_t;

void sb_cbor_writer_init(sb_cbor_writer_t *writer, uint8_t *buffer, size_t capacity);
void sb_cbor_write_uint(sb_cbor_writer_t *writer, uint64_t value);
void sb_cbor_write_int(sb_cbor_writer_t *writer, int64_t value);
void sb_cbor_write_bytes(sb_cbor_writer_t *writer, const uint8_t *bytes, size_t length);
/// Opens a byte string of `length` octets, which the caller then writes with `sb_cbor_write_raw`.
void sb_cbor_write_bytes_head(sb_cbor_writer_t *writer, size_t length);
void sb_cbor_write_raw(sb_cbor_writer_t *writer, const uint8_t *bytes, size_t length);
void sb_cbor_write_text(sb_cbor_writer_t *writer, const char *text);
void sb_cbor_write_array(sb_cbor_writer_t *writer, size_t count);
void sb_cbor_write_map(sb_cbor_writer_t *writer, size_t count);
void sb_cbor_write_tag(sb_cbor_writer_t *writer, uint64_t tag);
void sb_cbor_write_bool(sb_cbor_writer_t *writer, bool value);
/// The length written, or the first failure (`SB_ERR_SPACE`).
sb_err_t sb_cbor_writer_end(const sb_cbor_writer_t *writer, size_t *length);

/// Reads from memory that the caller keeps alive; strings are returned as pointers into it.
typedef struct {
  const uint8_t *next;
  const uint8_t *end;
} sb_cbor_reader_t;

/// A byte or text string inside the message being read.
typedef struct {
  const uint8_t *bytes;
  size_t length;
} sb_slice_t;

void sb_cbor_reader_init(sb_cbor_reader_t *reader, const uint8_t *bytes, size_t length);
/// Each of these reads one item or its head. Errors: `SB_ERR_TRUNCATED`, `SB_ERR_NON_CANONICAL` (a longer encoding
/// than needed, an indefinite length, a float, null or another simple value), `SB_ERR_MALFORMED` (another type).
sb_err_t sb_cbor_read_uint(sb_cbor_reader_t *reader, uint64_t *value);
/// Also `SB_ERR_RANGE` where the integer does not fit.
sb_err_t sb_cbor_read_int(sb_cbor_reader_t *reader, int64_t *value);
sb_err_t sb_cbor_read_bytes(sb_cbor_reader_t *reader, sb_slice_t *slice);
sb_err_t sb_cbor_read_text(sb_cbor_reader_t *reader, sb_slice_t *slice);
sb_err_t sb_cbor_read_array(sb_cbor_reader_t *reader, size_t *count);
sb_err_t sb_cbor_read_map(sb_cbor_reader_t *reader, size_t *count);
sb_err_t sb_cbor_read_tag(sb_cbor_reader_t *reader, uint64_t *tag);
sb_err_t sb_cbor_read_bool(sb_cbor_reader_t *reader, bool *value);
/// Reads an unsigned integer that must lie in `minimum…maximum`, else `SB_ERR_RANGE`.
sb_err_t sb_cbor_read_uint_in(sb_cbor_reader_t *reader, uint64_t minimum, uint64_t maximum, uint64_t *value);
/// Reads an array head that must announce `count` items, else `SB_ERR_MALFORMED`.
sb_err_t sb_cbor_expect_array(sb_cbor_reader_t *reader, size_t count);
/// Reads a byte string of exactly `size` octets into `out`, else `SB_ERR_MALFORMED`.
sb_err_t sb_cbor_read_fixed(sb_cbor_reader_t *reader, uint8_t *out, size_t size);
/// `SB_ERR_TRAILING` where octets are left.
sb_err_t sb_cbor_reader_end(const sb_cbor_reader_t *reader);
/// Checks that `bytes` are exactly one item of the subset, deterministically encoded: shortest heads, map keys in
/// bytewise order without duplicates, at most eight levels deep, nothing after it. `SB_ERR_TRUNCATED`,
/// `SB_ERR_NON_CANONICAL`, `SB_ERR_TRAILING`.
sb_err_t sb_cbor_check(const uint8_t *bytes, size_t length);
