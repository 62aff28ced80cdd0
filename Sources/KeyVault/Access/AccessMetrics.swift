internal import CoreMetrics
internal import Metrics

/// What the vault counts of revocations.
enum AccessMetrics {
  /// From the commit of a revocation to the gatekeeper's word that mosquitto has cut the device.
  static let revocationTime = Timer(label: "sealedbeat_vault_revocation_seconds")
  static let revocations = Counter(label: "sealedbeat_vault_revocations_total")
}
