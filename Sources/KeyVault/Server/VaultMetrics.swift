internal import CoreMetrics
internal import Metrics

/// What the vault counts.
enum VaultMetrics {
  static let released = Counter(label: "sealedbeat_vault_session_keys_total", dimensions: [("outcome", "released")])
  static let refused = Counter(label: "sealedbeat_vault_session_keys_total", dimensions: [("outcome", "refused")])
  static let recordKeys = Counter(label: "sealedbeat_vault_record_keys_total")
  static let enrolments = Counter(label: "sealedbeat_vault_enrolments_total")
  static let rotations = Counter(label: "sealedbeat_vault_rotations_total")
  static let usedBeforeDestruction = Counter(label: "sealedbeat_vault_used_before_destruction_total")
  static let destroyed = Counter(label: "sealedbeat_vault_keys_destroyed_total")
  static let automaticRotations = Counter(label: "sealedbeat_vault_automatic_rotations_total")
  static let releaseTime = Timer(label: "sealedbeat_vault_session_keys_seconds")

  static func countError(_ code: VaultError.Code) {
    Counter(label: "sealedbeat_vault_errors_total", dimensions: [("code", code.rawValue)]).increment()
  }
}
