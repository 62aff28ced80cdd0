#include <stdio.h>
#include <string.h>

#include "esp_event.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "esp_netif_sntp.h"
#include "esp_status.h"
#include "esp_wifi.h"
#include "freertos/FreeRTOS.h"
#include "mqtt_client.h"
#include "sb_esp32/sb_esp32.h"
#include "sdkconfig.h"
#include "try.h"

static const char TAG[] = "network";

enum {
  TOPIC_MAX = 64,
  KEEPALIVE_S = 30,
  /// A burst of chunks on its way into TLS; more than these wait in flash.
  CLIENT_OUTBOX_BYTES = 16384,
};

static struct {
  const sb_provision_t *provision;
  sb_device_t *device;
  sb_ring_t *events;
  portMUX_TYPE lock;
  esp_mqtt_client_handle_t client;
  bool is_client_running;
  bool is_radio_on;
  char chunk_topic[TOPIC_MAX], receipt_topic[TOPIC_MAX], command_topic[TOPIC_MAX], status_topic[TOPIC_MAX];
  uint8_t certificate[SB_CERTIFICATE_MAX], key[SB_IDENTITY_DER_SIZE];
} network = {.lock = portMUX_INITIALIZER_UNLOCKED};

/// The Wi-Fi and MQTT tasks both speak; the lock makes them one producer.
static void tell(sb_event_kind_t kind, const void *bytes, size_t length) {
  taskENTER_CRITICAL(&network.lock);
  (void)sb_event_put(network.events, kind, bytes, length);
  taskEXIT_CRITICAL(&network.lock);
}

static void on_wifi(void *context, esp_event_base_t base, int32_t id, void *data) {
  (void)context;
  (void)data;
  if (base == WIFI_EVENT && id == WIFI_EVENT_STA_START) (void)esp_wifi_connect();
  if (base == WIFI_EVENT && id == WIFI_EVENT_STA_DISCONNECTED && network.is_radio_on) tell(SB_EVENT_LOST, NULL, 0);
  if (base == IP_EVENT && id == IP_EVENT_STA_GOT_IP) tell(SB_EVENT_JOINED, NULL, 0);
}

static bool is_topic(const esp_mqtt_event_t *event, const char *topic) {
  return event->topic_len == (int)strlen(topic) && memcmp(event->topic, topic, (size_t)event->topic_len) == 0;
}

static void on_message(const esp_mqtt_event_t *event) {
  // Our messages have at most 27 octets; one in pieces is none of ours.
  if (event->data_len != event->total_data_len) return;
  if (is_topic(event, network.receipt_topic)) tell(SB_EVENT_RECEIPT, event->data, (size_t)event->data_len);
  if (is_topic(event, network.command_topic)) tell(SB_EVENT_COMMAND, event->data, (size_t)event->data_len);
}

static void on_mqtt(void *context, esp_event_base_t base, int32_t id, void *data) {
  (void)context;
  (void)base;
  const esp_mqtt_event_t *event = data;
  switch ((esp_mqtt_event_id_t)id) {
    case MQTT_EVENT_CONNECTED:
      (void)esp_mqtt_client_subscribe(network.client, network.receipt_topic, 1);
      (void)esp_mqtt_client_subscribe(network.client, network.command_topic, 1);
      (void)esp_mqtt_client_enqueue(network.client, network.status_topic, "online", 6, 1, 1, true);
      ESP_LOGI(TAG, "connected");
      tell(SB_EVENT_CONNECTED, NULL, 0);
      return;
    case MQTT_EVENT_DISCONNECTED: tell(SB_EVENT_LOST, NULL, 0); return;
    case MQTT_EVENT_DATA: on_message(event); return;
    default: return;
  }
}

static sb_time_t now(void *context) {
  (void)context;
  return sb_esp32_now();
}

static sb_err_t join(void *context) {
  (void)context;
  network.is_radio_on = true;
  return sb_err_from_esp(esp_wifi_start(), SB_ERR_NOT_FOUND);
}

static sb_err_t make_client(void) {
  size_t length;
  TRY(sb_device_certificate(network.device, network.certificate, sizeof network.certificate, &length));
  TRY(sb_device_private_key(network.device, network.key));
  const sb_provision_t *provision = network.provision;
  const esp_mqtt_client_config_t config = {
      .broker.address.hostname = provision->mqtt_host,
      .broker.address.port = provision->mqtt_port,
      .broker.address.transport = MQTT_TRANSPORT_OVER_SSL,
      .broker.verification.certificate = (const char *)provision->ca,
      .broker.verification.certificate_len = provision->ca_length,
      .credentials.client_id = provision->device,
      .credentials.authentication.certificate = (const char *)network.certificate,
      .credentials.authentication.certificate_len = length,
      .credentials.authentication.key = (const char *)network.key,
      .credentials.authentication.key_len = sizeof network.key,
      .session.last_will.topic = network.status_topic,
      .session.last_will.msg = "offline",
      .session.last_will.msg_len = 7,
      .session.last_will.qos = 1,
      .session.last_will.retain = 1,
      .session.keepalive = KEEPALIVE_S,
      .session.protocol_ver = MQTT_PROTOCOL_V_3_1_1,
      .network.disable_auto_reconnect = true,
      .buffer.size = SB_CHUNK_MESSAGE_MAX + 128,
      .outbox.limit = CLIENT_OUTBOX_BYTES,
  };
  network.client = esp_mqtt_client_init(&config);
  if (network.client == NULL) return SB_ERR_STORAGE;
  return sb_err_from_esp(esp_mqtt_client_register_event(network.client, MQTT_EVENT_ANY, on_mqtt, NULL), SB_ERR_STORAGE);
}

static sb_err_t connect(void *context) {
  (void)context;
  if (network.client == NULL) TRY(make_client());
  TRY(sb_err_from_esp(esp_mqtt_client_start(network.client), SB_ERR_NOT_FOUND));
  network.is_client_running = true;
  return SB_OK;
}

static void leave(void *context) {
  (void)context;
  if (network.is_client_running) (void)esp_mqtt_client_stop(network.client);
  network.is_client_running = false;
  network.is_radio_on = false;
  (void)esp_wifi_stop();
}

static sb_err_t publish(void *context, const uint8_t *bytes, size_t length) {
  (void)context;
  int answer =
      esp_mqtt_client_enqueue(network.client, network.chunk_topic, (const char *)bytes, (int)length, 1, 0, true);
  return answer < 0 ? SB_ERR_FULL : SB_OK;
}

static sb_err_t post(void *context, sb_route_t route, const uint8_t *body, size_t length, uint8_t *answer,
                     size_t capacity, size_t *answer_length) {
  (void)context;
  return sb_esp32_post(network.provision, network.device, route, body, length, answer, capacity, answer_length);
}

static void on_time(struct timeval *time) {
  (void)time;
  sb_esp32_clock_was_set();
}

static void name_topics(const char *device) {
  snprintf(network.chunk_topic, TOPIC_MAX, "sb/1/%s/chunk", device);
  snprintf(network.receipt_topic, TOPIC_MAX, "sb/1/%s/receipt", device);
  snprintf(network.command_topic, TOPIC_MAX, "sb/1/%s/command", device);
  snprintf(network.status_topic, TOPIC_MAX, "sb/1/%s/status", device);
}

static esp_err_t start_wifi(const sb_provision_t *provision) {
  wifi_config_t config = {.sta.threshold.authmode = WIFI_AUTH_OPEN};
  if ((provision->present >> SB_SETTING_WIFI_PASSWORD & 1) != 0) {
    config.sta.threshold.authmode = WIFI_AUTH_WPA2_PSK;
    memcpy(config.sta.password, provision->wifi_password, strlen(provision->wifi_password));
  }
  memcpy(config.sta.ssid, provision->wifi_ssid, strlen(provision->wifi_ssid));
  const wifi_init_config_t init = WIFI_INIT_CONFIG_DEFAULT();
  esp_err_t error = esp_wifi_init(&init);
  if (error == ESP_OK) error = esp_wifi_set_storage(WIFI_STORAGE_RAM);
  if (error == ESP_OK) error = esp_wifi_set_mode(WIFI_MODE_STA);
  if (error == ESP_OK) error = esp_wifi_set_config(WIFI_IF_STA, &config);
  if (error == ESP_OK) error = esp_wifi_set_ps(WIFI_PS_MAX_MODEM);
  sb_wipe(&config, sizeof config);
  return error;
}

sb_err_t sb_esp32_open_network(const sb_provision_t *provision, sb_device_t *device, sb_ring_t *events, sb_hal_t *hal) {
  network.provision = provision;
  network.device = device;
  network.events = events;
  name_topics(provision->device);
  TRY(sb_err_from_esp(esp_netif_init(), SB_ERR_STORAGE));
  TRY(sb_err_from_esp(esp_event_loop_create_default(), SB_ERR_STORAGE));
  if (esp_netif_create_default_wifi_sta() == NULL) return SB_ERR_STORAGE;
  TRY(sb_err_from_esp(start_wifi(provision), SB_ERR_STORAGE));
  TRY(sb_err_from_esp(esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, NULL), SB_ERR_STORAGE));
  TRY(sb_err_from_esp(esp_event_handler_register(IP_EVENT, IP_EVENT_STA_GOT_IP, on_wifi, NULL), SB_ERR_STORAGE));
  esp_sntp_config_t time = ESP_NETIF_SNTP_DEFAULT_CONFIG(CONFIG_SB_TIME_SERVER);
  time.sync_cb = on_time;
  TRY(sb_err_from_esp(esp_netif_sntp_init(&time), SB_ERR_STORAGE));
  *hal = (sb_hal_t){NULL, now, join, connect, leave, publish, post};
  return SB_OK;
}
