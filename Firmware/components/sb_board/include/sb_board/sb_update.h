#pragma once

#include <stdbool.h>

#include "sealedbeat/sb_err.h"
#include "sealedbeat/sb_types.h"

/// Which update is looked for and taken, and whether a new image stays. Pure; the image's signature is the bootloader's
/// affair.

/// "1.2.3" as major << 16 | minor << 8 | patch, as a chunk's header says it. `SB_ERR_MALFORMED`, `SB_ERR_RANGE`.
sb_err_t sb_version_parse(const char *text, uint32_t *version);

typedef struct {
  uint32_t running;
  /// The version that was tried and did not stay; 0 for none.
  uint32_t rejected;
  uint32_t battery_permille;
  bool has_battery;
} sb_update_situation_t;

typedef enum {
  SB_UPDATE_TAKE,
  SB_UPDATE_NOT_NEWER,
  SB_UPDATE_REJECTED_BEFORE,
  SB_UPDATE_BATTERY_LOW,
} sb_update_answer_t;

enum {
  /// Less than this does not bring an update safely to its end.
  SB_UPDATE_BATTERY_PERMILLE = 300,
  SB_UPDATE_INTERVAL_S = 86400,
};

/// Whether it is time to look for an update again, by the wall clock in seconds; the last look may lie in the future
/// where the clock was wrong. Only ever asked when nobody wears the device: it is not taken from a person for an
/// update.
bool sb_update_is_due(uint64_t last_s, uint64_t now_s);

sb_update_answer_t sb_update_judge(const sb_update_situation_t *situation, uint32_t offered);

/// A new image is on trial until it has shown what matters: that samples come and that a server gives a receipt.
/// An image that crashes before is rolled back by the bootloader, one that only hangs by the watchdog and then the
/// same.
typedef struct {
  bool is_on_trial;
  bool has_samples;
  bool has_receipt;
  uint64_t began_us;
} sb_trial_t;

typedef enum { SB_TRIAL_GO_ON, SB_TRIAL_CONFIRM, SB_TRIAL_ROLL_BACK } sb_trial_action_t;

enum {
  /// The network was there when the image was fetched; half an hour lets a nurse restart the access point.
  SB_TRIAL_S = 1800,
};

/// Each of confirm and roll back is given once.
sb_trial_action_t sb_trial_judge(sb_trial_t *trial, uint64_t now_us);
