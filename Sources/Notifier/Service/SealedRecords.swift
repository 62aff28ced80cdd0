internal import AlertDelivery
internal import AlertPolicy
internal import Findings
internal import Sealing
internal import Store
internal import Wire

/// How the notifier's records rest: JSON with sorted keys, sealed under the session's findings key and bound to its place.
enum SealedRecords {
  /// Name of a session's one policy state.
  static let policyName = "state"

  static func seal(_ machine: PolicyMachine, with seal: FindingsSeal) throws -> PolicyState? {
    guard let through = machine.evaluatedThrough else { return nil }
    let box = try seal.seal(RecordCoding.encode(machine), kind: .policy, name: policyName)
    return PolicyState(reference: machine.reference, evaluatedThrough: through, box: box)
  }

  static func policy(_ state: PolicyState, with seal: FindingsSeal) throws -> PolicyMachine {
    try RecordCoding.decode(seal.open(state.box, kind: .policy, name: policyName))
  }

  static func seal(_ body: AlertBody, of alert: AlertID, with seal: FindingsSeal) throws -> [UInt8] {
    try seal.seal(RecordCoding.encode(body), kind: .alert, name: alert.description)
  }

  static func body(_ alert: AlertRecord, with seal: FindingsSeal) throws -> AlertBody {
    try RecordCoding.decode(seal.open(alert.box, kind: .alert, name: alert.id.description))
  }

  static func seal(_ notice: AlertNotice, with seal: FindingsSeal) throws -> [UInt8] {
    try seal.seal(RecordCoding.encode(notice), kind: .message, name: notice.outboxID)
  }

  static func notice(_ message: OutboxMessage, with seal: FindingsSeal) throws -> AlertNotice {
    try RecordCoding.decode(seal.open(message.box, kind: .message, name: message.id))
  }
}
