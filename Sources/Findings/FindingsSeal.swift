public import Sealing
public import Wire

/// Seals and opens everything that is derived from one session, each record bound to its place.
public final class FindingsSeal {
  private let box: SealedBox
  private let reference: SessionReference

  /// - Parameters:
  ///   - key: the session's key of purpose `findings`.
  ///   - reference: which session.
  public init(key: SessionKey, reference: SessionReference) throws(SealingError) {
    guard key.purpose == .findings else { throw .wrongSize("key purpose") }
    box = try SealedBox(key: key.secret)
    self.reference = reference
  }

  /// Seals a finding.
  public func seal(_ finding: Finding) throws(SealingError) -> [UInt8] {
    try box.seal(finding.encoded(), context: context("finding", "\(finding.sequence)"))
  }

  /// Opens the finding of a sequence number.
  public func finding(_ sealed: [UInt8], sequence: UInt64) throws -> Finding {
    try Finding(decoding: box.open(sealed, context: context("finding", "\(sequence)")))
  }

  /// Seals any other record: a checkpoint, an alert's body, a message, the policy's state.
  /// - Parameters:
  ///   - record: its encoding.
  ///   - kind: `checkpoint`, `alert`, `message`, `policy` or `reason`.
  ///   - name: the record's primary key within the session.
  public func seal(_ record: [UInt8], kind: RecordKind, name: String) throws(SealingError) -> [UInt8] {
    try box.seal(record, context: context(kind.rawValue, name))
  }

  /// Opens a record that ``seal(_:kind:name:)`` sealed.
  public func open(_ sealed: [UInt8], kind: RecordKind, name: String) throws(SealingError) -> [UInt8] {
    try box.open(sealed, context: context(kind.rawValue, name))
  }

  /// Kinds of records beside findings.
  public enum RecordKind: String, Sendable {
    /// State of an analysis.
    case checkpoint
    /// What an alert is about.
    case alert
    /// Content of a message to a person.
    case message
    /// What the alert policy remembers.
    case policy
    /// A note or a label of a clinician.
    case mark
    /// Why a person did something about an alert.
    case reason
  }

  private func context(_ kind: String, _ name: String) -> String { "\(kind)/\(reference)/\(name)" }
}
