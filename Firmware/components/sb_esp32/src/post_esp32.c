#include <stdio.h>

#include "esp_http_client.h"
#include "esp_status.h"
#include "sb_esp32/sb_esp32.h"
#include "try.h"

enum { TIMEOUT_MS = 10000 };

static sb_err_t exchange(esp_http_client_handle_t client, const uint8_t *body, size_t length, uint8_t *answer,
                         size_t capacity, size_t *answer_length) {
  TRY(sb_err_from_esp(esp_http_client_set_method(client, HTTP_METHOD_POST), SB_ERR_ARGUMENT));
  TRY(sb_err_from_esp(esp_http_client_set_header(client, "Content-Type", "application/cbor"), SB_ERR_ARGUMENT));
  TRY(sb_err_from_esp(esp_http_client_open(client, (int)length), SB_ERR_NOT_FOUND));
  if (esp_http_client_write(client, (const char *)body, (int)length) != (int)length) return SB_ERR_NOT_FOUND;
  if (esp_http_client_fetch_headers(client) < 0) return SB_ERR_NOT_FOUND;
  int status = esp_http_client_get_status_code(client);
  if (status >= 400 && status < 500) return SB_ERR_AUTHENTICATION;
  if (status != 200) return SB_ERR_NOT_FOUND;
  int read = esp_http_client_read_response(client, (char *)answer, (int)capacity);
  if (read < 0) return SB_ERR_NOT_FOUND;
  *answer_length = (size_t)read;
  return SB_OK;
}

sb_err_t sb_esp32_post(const sb_provision_t *provision, sb_device_t *device, sb_route_t route, const uint8_t *body,
                       size_t length, uint8_t *answer, size_t capacity, size_t *answer_length) {
  static uint8_t certificate[SB_CERTIFICATE_MAX], key[SB_IDENTITY_DER_SIZE];
  char url[SB_URL_MAX + 16];
  bool is_rotation = route == SB_ROUTE_ROTATE;
  snprintf(url, sizeof url, "%s%s", is_rotation ? provision->service_url : provision->enrol_url,
           is_rotation ? "/v1/rotate" : "/v1/enrol");
  esp_http_client_config_t config = {.url = url,
                                     .cert_pem = (const char *)provision->ca,
                                     .cert_len = provision->ca_length,
                                     .timeout_ms = TIMEOUT_MS,
                                     .disable_auto_redirect = true};
  if (is_rotation) {
    size_t certificate_length;
    TRY(sb_device_certificate(device, certificate, sizeof certificate, &certificate_length));
    TRY(sb_device_private_key(device, key));
    config.client_cert_pem = (const char *)certificate;
    config.client_cert_len = certificate_length;
    config.client_key_pem = (const char *)key;
    config.client_key_len = sizeof key;
  }
  esp_http_client_handle_t client = esp_http_client_init(&config);
  sb_err_t error = client == NULL ? SB_ERR_STORAGE : exchange(client, body, length, answer, capacity, answer_length);
  if (client != NULL) (void)esp_http_client_cleanup(client);
  sb_wipe(key, sizeof key);
  return error;
}
