#include "sealedbeat/sb_chunk.h"

#include <string.h>

#include "try.h"

enum {
  LABEL_ALGORITHM = 1,
  LABEL_KID = 4,
  LABEL_IV = 5,
  LABEL_KID_CONTEXT = 10,
  LABEL_SEALEDBEAT = -65537,
  ALGORITHM_A256GCM = 3,
  TAG_ENCRYPT0 = 16,
  PARAMETERS = 11,
  NANOVOLTS_MAX = 1000000,
};

#define FIRST_SAMPLE_MAX (1ull << 48)

bool sb_kind_is_voltage(sb_kind_t kind) {
  return kind == SB_KIND_LEAD_I || kind == SB_KIND_LEAD_II || kind == SB_KIND_LEAD_III;
}

static bool kind_is_known(uint64_t kind) {
  return (kind >= SB_KIND_LEAD_I && kind <= SB_KIND_LEAD_III) || kind == SB_KIND_PPG_RED ||
         kind == SB_KIND_PPG_INFRARED || kind == SB_KIND_STATUS;
}

static bool fields_are_in_range(const sb_chunk_header_t *header) {
  if (header->key_version == 0 || !kind_is_known((uint64_t)header->kind)) return false;
  if (header->lead_off > (SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS)) return false;
  if (header->sequence > SB_SEQUENCE_MAX || header->backlog > header->sequence) return false;
  if (header->first_sample > FIRST_SAMPLE_MAX) return false;
  if (header->kind == SB_KIND_STATUS) return header->count == 0 && header->nanovolts_per_lsb == 0;
  if (header->count == 0 || header->count > SB_CHUNK_SAMPLES || header->sample_rate_millihertz == 0) return false;
  if (!sb_kind_is_voltage(header->kind)) return header->nanovolts_per_lsb == 0;
  return header->nanovolts_per_lsb >= 1 && header->nanovolts_per_lsb <= NANOVOLTS_MAX;
}

void sb_chunk_nonce(const uint8_t session_iv[SB_IV_SIZE], uint64_t sequence, uint8_t nonce[SB_IV_SIZE]) {
  memcpy(nonce, session_iv, SB_IV_SIZE);
  for (size_t i = 0; i < 8; i++) nonce[SB_IV_SIZE - 1 - i] ^= (uint8_t)(sequence >> (8 * i));
}

sb_err_t sb_chunk_header_encode(const sb_chunk_header_t *header, uint8_t *out, size_t capacity, size_t *length) {
  if (!fields_are_in_range(header)) return SB_ERR_RANGE;
  uint8_t kid[4];
  for (size_t i = 0; i < 4; i++) kid[i] = (uint8_t)(header->key_version >> (8 * (3 - i)));
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, out, capacity);
  sb_cbor_write_map(&writer, 5);
  sb_cbor_write_uint(&writer, LABEL_ALGORITHM);
  sb_cbor_write_uint(&writer, ALGORITHM_A256GCM);
  sb_cbor_write_uint(&writer, LABEL_KID);
  sb_cbor_write_bytes(&writer, kid, sizeof kid);
  sb_cbor_write_uint(&writer, LABEL_IV);
  sb_cbor_write_bytes(&writer, header->iv, SB_IV_SIZE);
  sb_cbor_write_uint(&writer, LABEL_KID_CONTEXT);
  sb_cbor_write_bytes(&writer, header->session.bytes, SB_SESSION_ID_SIZE);
  sb_cbor_write_int(&writer, LABEL_SEALEDBEAT);
  sb_cbor_write_array(&writer, PARAMETERS);
  sb_cbor_write_uint(&writer, header->sequence);
  sb_cbor_write_uint(&writer, (uint64_t)header->kind);
  sb_cbor_write_uint(&writer, header->first_sample);
  sb_cbor_write_uint(&writer, header->sample_rate_millihertz);
  sb_cbor_write_uint(&writer, header->count);
  sb_cbor_write_uint(&writer, header->nanovolts_per_lsb);
  sb_cbor_write_uint(&writer, header->capture_time);
  sb_cbor_write_bool(&writer, header->clock_synchronised);
  sb_cbor_write_uint(&writer, header->lead_off);
  sb_cbor_write_uint(&writer, header->firmware);
  sb_cbor_write_uint(&writer, header->backlog);
  return sb_cbor_writer_end(&writer, length);
}

static sb_err_t expect_label(sb_cbor_reader_t *reader, int64_t label) {
  int64_t found;
  TRY(sb_cbor_read_int(reader, &found));
  return found == label ? SB_OK : SB_ERR_MALFORMED;
}

static sb_err_t parse_parameters(sb_cbor_reader_t *reader, sb_chunk_header_t *header) {
  uint64_t kind, rate, count, nanovolts, lead_off, firmware;
  TRY(sb_cbor_expect_array(reader, PARAMETERS));
  TRY(sb_cbor_read_uint(reader, &header->sequence));
  TRY(sb_cbor_read_uint_in(reader, 0, UINT8_MAX, &kind));
  TRY(sb_cbor_read_uint(reader, &header->first_sample));
  TRY(sb_cbor_read_uint_in(reader, 0, UINT32_MAX, &rate));
  TRY(sb_cbor_read_uint_in(reader, 0, SB_CHUNK_SAMPLES, &count));
  TRY(sb_cbor_read_uint_in(reader, 0, NANOVOLTS_MAX, &nanovolts));
  TRY(sb_cbor_read_uint(reader, &header->capture_time));
  TRY(sb_cbor_read_bool(reader, &header->clock_synchronised));
  TRY(sb_cbor_read_uint_in(reader, 0, SB_LEAD_OFF_PLUS | SB_LEAD_OFF_MINUS, &lead_off));
  TRY(sb_cbor_read_uint_in(reader, 0, UINT32_MAX, &firmware));
  TRY(sb_cbor_read_uint(reader, &header->backlog));
  if (!kind_is_known(kind)) return SB_ERR_RANGE;
  header->kind = (sb_kind_t)kind;
  header->sample_rate_millihertz = (uint32_t)rate;
  header->count = (uint16_t)count;
  header->nanovolts_per_lsb = (uint32_t)nanovolts;
  header->lead_off = (uint8_t)lead_off;
  header->firmware = (uint32_t)firmware;
  return SB_OK;
}

sb_err_t sb_chunk_header_parse(const uint8_t *bytes, size_t length, sb_chunk_header_t *header) {
  memset(header, 0, sizeof *header);
  TRY(sb_cbor_check(bytes, length));
  sb_cbor_reader_t reader;
  sb_cbor_reader_init(&reader, bytes, length);
  uint64_t algorithm;
  size_t count;
  uint8_t kid[4];
  TRY(sb_cbor_read_map(&reader, &count));
  if (count != 5) return SB_ERR_MALFORMED;
  TRY(expect_label(&reader, LABEL_ALGORITHM));
  TRY(sb_cbor_read_uint(&reader, &algorithm));
  TRY(expect_label(&reader, LABEL_KID));
  TRY(sb_cbor_read_fixed(&reader, kid, sizeof kid));
  TRY(expect_label(&reader, LABEL_IV));
  TRY(sb_cbor_read_fixed(&reader, header->iv, SB_IV_SIZE));
  TRY(expect_label(&reader, LABEL_KID_CONTEXT));
  TRY(sb_cbor_read_fixed(&reader, header->session.bytes, SB_SESSION_ID_SIZE));
  TRY(expect_label(&reader, LABEL_SEALEDBEAT));
  TRY(parse_parameters(&reader, header));
  TRY(sb_cbor_reader_end(&reader));
  if (algorithm != ALGORITHM_A256GCM) return SB_ERR_MALFORMED;
  for (size_t i = 0; i < sizeof kid; i++) header->key_version = header->key_version << 8 | kid[i];
  return fields_are_in_range(header) ? SB_OK : SB_ERR_RANGE;
}

sb_err_t sb_chunk_message_parse(const uint8_t *bytes, size_t length, sb_chunk_message_t *message) {
  memset(message, 0, sizeof *message);
  if (length > SB_CHUNK_MESSAGE_MAX) return SB_ERR_OVERSIZE;
  TRY(sb_cbor_check(bytes, length));
  sb_cbor_reader_t reader;
  sb_cbor_reader_init(&reader, bytes, length);
  uint64_t tag;
  size_t unprotected;
  TRY(sb_cbor_read_tag(&reader, &tag));
  if (tag != TAG_ENCRYPT0) return SB_ERR_MALFORMED;
  TRY(sb_cbor_expect_array(&reader, 3));
  TRY(sb_cbor_read_bytes(&reader, &message->protected_header));
  TRY(sb_cbor_read_map(&reader, &unprotected));
  if (unprotected != 0) return SB_ERR_MALFORMED;
  TRY(sb_cbor_read_bytes(&reader, &message->ciphertext));
  TRY(sb_cbor_reader_end(&reader));
  TRY(sb_chunk_header_parse(message->protected_header.bytes, message->protected_header.length, &message->header));
  size_t sealed = message->ciphertext.length;
  if (sealed < SB_TAG_SIZE || sealed > SB_CHUNK_PLAINTEXT_MAX + SB_TAG_SIZE) return SB_ERR_RANGE;
  bool is_status = message->header.kind == SB_KIND_STATUS;
  if (!is_status && sealed != (size_t)message->header.count * 2 + SB_TAG_SIZE) return SB_ERR_RANGE;
  return SB_OK;
}

sb_err_t sb_chunk_additional_data(const uint8_t *protected_header, size_t protected_length, const char *device,
                                  uint8_t *out, size_t capacity, size_t *length) {
  sb_cbor_writer_t writer;
  sb_cbor_writer_init(&writer, out, capacity);
  sb_cbor_write_array(&writer, 3);
  sb_cbor_write_text(&writer, "Encrypt0");
  sb_cbor_write_bytes(&writer, protected_header, protected_length);
  sb_cbor_write_bytes(&writer, (const uint8_t *)device, strlen(device));
  return sb_cbor_writer_end(&writer, length);
}
