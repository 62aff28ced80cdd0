#include "sealedbeat/sb_types.h"

#include <string.h>

bool sb_session_id_equal(const sb_session_id_t *a, const sb_session_id_t *b) {
  return memcmp(a->bytes, b->bytes, SB_SESSION_ID_SIZE) == 0;
}

static bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool sb_device_id_is_valid(const char *text) {
  if (text == NULL) return false;
  size_t length = 0;
  while (text[length] != '\0') {
    if (length == SB_DEVICE_ID_MAX) return false;
    if (!is_letter_or_digit(text[length]) && text[length] != '-') return false;
    length++;
  }
  if (length < SB_DEVICE_ID_MIN) return false;
  return is_letter_or_digit(text[0]) && is_letter_or_digit(text[length - 1]);
}

void sb_wipe(void *memory, size_t size) {
  volatile uint8_t *octet = memory;
  while (size-- > 0) *octet++ = 0;
}
