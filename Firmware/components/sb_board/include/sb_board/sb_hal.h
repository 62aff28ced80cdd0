#pragma once

#include <stddef.h>
#include <stdint.h>

#include "sb_signal/sb_ring.h"
#include "sealedbeat/sb_session.h"

/// What the application asks of a board's network and clock. Every function returns soon, but for `post`, which waits
/// for the server up to ten seconds; the block ring is long enough for that.
typedef enum {
  SB_ROUTE_ENROL,
  SB_ROUTE_ROTATE,
} sb_route_t;

typedef struct {
  void *context;
  sb_time_t (*now)(void *context);
  /// Begins to join the Wi-Fi network; `SB_EVENT_JOINED` or `SB_EVENT_LOST` follows.
  sb_err_t (*join)(void *context);
  /// Begins the MQTT connection; `SB_EVENT_CONNECTED` or `SB_EVENT_LOST` follows.
  sb_err_t (*connect)(void *context);
  /// Ends both and switches the radio off. Nothing follows.
  void (*leave)(void *context);
  /// Queues a chunk for the chunk topic. `SB_ERR_FULL` where the client takes no more now.
  sb_err_t (*publish)(void *context, const uint8_t *bytes, size_t length);
  /// `POST` of CBOR over TLS. `SB_ERR_AUTHENTICATION` where the server refused it for good (4xx), `SB_ERR_NOT_FOUND`
  /// where no server answered.
  sb_err_t (*post)(void *context, sb_route_t route, const uint8_t *body, size_t length, uint8_t *answer,
                   size_t capacity, size_t *answer_length);
} sb_hal_t;

typedef enum {
  SB_EVENT_JOINED,
  SB_EVENT_CONNECTED,
  SB_EVENT_LOST,
  SB_EVENT_RECEIPT,
  SB_EVENT_COMMAND,
} sb_event_kind_t;

enum {
  /// A receipt is the longest message that a device gets.
  SB_EVENT_BYTES = 27,
};

/// What the network's own task tells the application, through a ring.
typedef struct {
  uint8_t kind;
  /// Longer than `SB_EVENT_BYTES` where the message was, and then it is not in `bytes`.
  uint16_t length;
  uint8_t bytes[SB_EVENT_BYTES];
} sb_event_t;

/// Puts an event into the ring; false where it is full. A lost receipt does no harm: the chunks are sent again.
bool sb_event_put(sb_ring_t *ring, sb_event_kind_t kind, const uint8_t *bytes, size_t length);
