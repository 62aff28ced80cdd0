internal import Exports

/// Forms of what the vault answers.
enum VaultSchemas {
  private static let keyStates = [
    "pre-activation", "active", "suspended", "deactivated", "compromised", "destroyed", "destroyed-compromised",
  ]

  static let key = Schema.object([
    "id": .string, "role": .string, "purpose": .string, "algorithm": .string, "owner": Schema.string.optional,
    "version": .integer, "state": .choice(keyStates), "cryptoPeriod": Schema.integer.optional,
    "created": .microseconds, "activated": Schema.microseconds.optional, "due": Schema.microseconds.optional,
    "deactivated": Schema.microseconds.optional, "compromised": Schema.microseconds.optional,
    "destroyed": Schema.microseconds.optional, "lastUsed": Schema.microseconds.optional, "uses": .integer,
    "counted": .integer, "limit": Schema.integer.optional, "limitOf": Schema.string.optional,
    "wrappedBy": Schema.string.optional,
  ])

  static let device = Schema.object([
    "device": Parameter.device.schema, "enrolled": .microseconds, "certificateSerial": .string,
    "certificateExpires": .microseconds, "identity": key, "pendingVersion": Schema.integer.optional,
    "revoked": Schema.microseconds.optional, "isDestructionScheduled": .boolean, "legalHold": Schema.string.optional,
    "keys": .list(key),
  ])

  static let rewrap = Schema.object(["version": .integer, "done": .integer, "remaining": .integer])

  static let report = Schema.object([
    "made": .microseconds, "devices": .integer, "revokedDevices": .integer,
    "deviceKeys": Schema(["type": "object", "additionalProperties": ["type": "integer"]]), "ownKeys": .list(key),
    "overdue": .list(key), "derived": .list(.string), "openClaims": .integer, "openProposals": .integer,
    "waitingDestructions": .integer, "legalHolds": .integer, "presentBackups": .integer, "sessions": .integer,
    "auditEntries": .integer, "auditHead": .string, "auditPublicKey": .string, "rewrap": rewrap,
    "areSecretsLocked": .boolean,
  ])

  static let transition = Schema.object([
    "key": .string, "event": .choice(["activate", "suspend", "resume", "deactivate", "compromise", "destroy"]),
    "before": .choice(keyStates), "after": .choice(keyStates), "time": .microseconds, "actor": .string,
    "reason": .string,
  ])

  static let claim = Schema.object(["id": .integer, "device": Parameter.device.schema, "expires": .microseconds])

  static let proposal = Schema.object([
    "id": .integer, "operation": .choice(["destroy-device-keys", "add-person", "rotate-root"]), "object": .string,
    "parameters": .string, "reason": .string, "proposer": .string, "proposed": .microseconds, "expires": .microseconds,
    "approver": Schema.string.optional,
    "state": .choice(["open", "approved", "carried-out", "withdrawn", "expired"]),
  ])

  static let destruction = Schema.object([
    "id": .integer, "device": Parameter.device.schema, "through": .integer, "reason": .string, "proposer": .string,
    "approver": .string, "scheduled": .microseconds, "due": .microseconds,
    "usedMeanwhile": Schema.microseconds.optional, "carriedOut": Schema.microseconds.optional,
    "legalHold": Schema.string.optional, "state": .choice(["waiting", "held", "cancelled", "carried-out"]),
  ])

  static let hold = Schema.object([
    "device": Parameter.device.schema, "reason": .string, "actor": .string, "since": .microseconds,
  ])

  static let person = Schema.object([
    "name": .string, "role": .choice(["custodian", "auditor"]), "added": .microseconds,
    "removed": Schema.microseconds.optional,
  ])

  static let auditEntry = Schema.object([
    "sequence": .integer, "time": .microseconds, "actor": .string, "action": .string, "outcome": .string,
    "object": .string, "purpose": Schema.string.optional, "reason": Schema.string.optional,
  ])

  static let verification = Schema.object([
    "isWhole": .boolean, "count": Schema.integer.optional, "head": Schema.string.optional,
    "root": Schema.string.optional, "firstBadEntry": Schema.integer.optional, "finding": Schema.string.optional,
  ])
}
