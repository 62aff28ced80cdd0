#pragma once

/// The answer of every function of the core. `SB_OK` is zero; everything else says what was refused.
/// The values are stable: they appear in logs and in the host's reports.
typedef enum {
  SB_OK = 0,
  /// A caller broke a precondition (null pointer, index, state).
  SB_ERR_ARGUMENT = 1,
  /// A caller's buffer is too small for the result.
  SB_ERR_SPACE = 2,
  /// There is nothing to do or to read.
  SB_ERR_EMPTY = 3,
  /// A fixed-size table is full.
  SB_ERR_FULL = 4,
  /// A blob or a record is not there.
  SB_ERR_NOT_FOUND = 5,
  /// The storage seam could not write (flash or disk full, or broken).
  SB_ERR_STORAGE = 6,
  /// The PSA implementation refused an operation.
  SB_ERR_CRYPTO = 7,
  /// An authentication tag does not match. One opaque case: it never says why.
  SB_ERR_AUTHENTICATION = 8,
  /// The input ends before the item does.
  SB_ERR_TRUNCATED = 16,
  /// CBOR that is not core deterministic (RFC 8949 §4.2.1) or outside our subset.
  SB_ERR_NON_CANONICAL = 17,
  /// Octets follow the item.
  SB_ERR_TRAILING = 18,
  /// The message is longer than its limit.
  SB_ERR_OVERSIZE = 19,
  /// Well-formed CBOR of another shape than the message has.
  SB_ERR_MALFORMED = 20,
  /// A field lies outside its range.
  SB_ERR_RANGE = 21,
  /// The IV is not the session IV XOR the sequence number.
  SB_ERR_NONCE = 22,
  /// The key version is not the one that the key has.
  SB_ERR_KEY_VERSION = 23,
  /// The session has run out: 24 h are over or its key was replaced.
  SB_ERR_SESSION_OVER = 32,
  /// The device has no certificate yet.
  SB_ERR_NOT_ENROLLED = 33,
} sb_err_t;

/// A stable lower-case name of `error`, for logs and reports; never null.
const char *sb_err_name(sb_err_t error);
