#pragma once

// Minimal declarations for a compile check, written from: ESP-IDF Programming Guide v5.5 and v6.0, "FreeRTOS (IDF)".

#include <stddef.h>
#include <stdint.h>
typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;
typedef uint8_t StackType_t;
typedef struct {
  uint32_t opaque[90];
} StaticTask_t;
typedef struct {
  uint32_t owner, count;
} portMUX_TYPE;
#define portMUX_INITIALIZER_UNLOCKED {0xb33fffff, 0}
#define pdTRUE 1
#define pdFALSE 0
#define portMAX_DELAY 0xffffffffu
#define pdMS_TO_TICKS(ms) ((TickType_t)(ms))
void vPortYieldFromISR(void);
#define portYIELD_FROM_ISR(x) \
  do {                        \
    if (x) vPortYieldFromISR(); \
  } while (0)
void vPortEnterCritical(portMUX_TYPE *lock);
void vPortExitCritical(portMUX_TYPE *lock);
#define taskENTER_CRITICAL(lock) vPortEnterCritical(lock)
#define taskEXIT_CRITICAL(lock) vPortExitCritical(lock)
