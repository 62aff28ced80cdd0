#include "sealedbeat/sb_message.h"

#include "try.h"

enum { COMMAND_ROTATE = 1 };

sb_err_t sb_receipt_parse(const uint8_t *bytes, size_t length, sb_receipt_t *receipt) {
  if (length > SB_RECEIPT_SIZE_MAX) return SB_ERR_OVERSIZE;
  TRY(sb_cbor_check(bytes, length));
  sb_cbor_reader_t reader;
  sb_cbor_reader_init(&reader, bytes, length);
  TRY(sb_cbor_expect_array(&reader, 2));
  TRY(sb_cbor_read_fixed(&reader, receipt->session.bytes, SB_SESSION_ID_SIZE));
  TRY(sb_cbor_read_uint(&reader, &receipt->committed));
  return sb_cbor_reader_end(&reader);
}

sb_err_t sb_receipt_encode(const sb_receipt_t *receipt, uint8_t *out, size_t capacity, size_t *length) {
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, out, capacity);
  sb_cbor_write_array(&writer, 2);
  sb_cbor_write_bytes(&writer, receipt->session.bytes, SB_SESSION_ID_SIZE);
  sb_cbor_write_uint(&writer, receipt->committed);
  return sb_cbor_writer_end(&writer, length);
}

sb_err_t sb_command_parse(const uint8_t *bytes, size_t length, sb_rotate_command_t *command) {
  if (length > SB_COMMAND_SIZE_MAX) return SB_ERR_OVERSIZE;
  TRY(sb_cbor_check(bytes, length));
  sb_cbor_reader_t reader;
  sb_cbor_reader_init(&reader, bytes, length);
  uint64_t code, version;
  TRY(sb_cbor_expect_array(&reader, 2));
  TRY(sb_cbor_read_uint_in(&reader, COMMAND_ROTATE, COMMAND_ROTATE, &code));
  TRY(sb_cbor_read_uint_in(&reader, 1, UINT32_MAX, &version));
  command->version = (uint32_t)version;
  return sb_cbor_reader_end(&reader);
}

sb_err_t sb_command_encode(const sb_rotate_command_t *command, uint8_t *out, size_t capacity, size_t *length) {
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, out, capacity);
  sb_cbor_write_array(&writer, 2);
  sb_cbor_write_uint(&writer, COMMAND_ROTATE);
  sb_cbor_write_uint(&writer, command->version);
  return sb_cbor_writer_end(&writer, length);
}

static bool begin_field(sb_cbor_writer_t *writer, const sb_status_t *status, unsigned key) {
  if ((status->present >> key & 1) == 0) return false;
  sb_cbor_write_uint(writer, key);
  return true;
}

sb_err_t sb_status_encode(const sb_status_t *status, uint8_t *out, size_t capacity, size_t *length) {
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, out, capacity);
  size_t fields = 0;
  for (unsigned key = SB_STATUS_UPTIME; key <= SB_STATUS_BEATS_FLAGGED; key++) fields += status->present >> key & 1;
  sb_cbor_write_map(&writer, fields);
  if (begin_field(&writer, status, SB_STATUS_UPTIME)) sb_cbor_write_uint(&writer, status->uptime_s);
  if (begin_field(&writer, status, SB_STATUS_FREE_MEMORY)) sb_cbor_write_uint(&writer, status->free_memory);
  if (begin_field(&writer, status, SB_STATUS_BATTERY)) sb_cbor_write_uint(&writer, status->battery_permille);
  if (begin_field(&writer, status, SB_STATUS_RSSI)) sb_cbor_write_int(&writer, status->rssi_dbm);
  if (begin_field(&writer, status, SB_STATUS_HELD)) sb_cbor_write_uint(&writer, status->held);
  if (begin_field(&writer, status, SB_STATUS_LOST)) sb_cbor_write_uint(&writer, status->lost_samples);
  if (begin_field(&writer, status, SB_STATUS_RESET_REASON)) sb_cbor_write_uint(&writer, status->reset_reason);
  if (begin_field(&writer, status, SB_STATUS_SESSION_ENDS)) sb_cbor_write_bool(&writer, status->session_ends);
  if (begin_field(&writer, status, SB_STATUS_PREVIOUS_SESSION)) {
    sb_cbor_write_bytes(&writer, status->previous_session.bytes, SB_SESSION_ID_SIZE);
  }
  if (begin_field(&writer, status, SB_STATUS_BEATS_JUDGED)) sb_cbor_write_uint(&writer, status->beats_judged);
  if (begin_field(&writer, status, SB_STATUS_BEATS_FLAGGED)) sb_cbor_write_uint(&writer, status->beats_flagged);
  return sb_cbor_writer_end(&writer, length);
}
