/// What a clinician added to a session: a note on a stretch of it, or another label for a beat. Sealed in the store.
public struct MarkBody: Sendable, Hashable, Codable {
  /// What kind of mark.
  public enum Kind: String, Sendable, Codable {
    /// A note.
    case note
    /// A label for a beat, beside the machine's.
    case label
  }

  /// What kind of mark.
  public var kind: Kind
  /// The first sample on the session's timeline; of a label, the sample nearest the R peak.
  public var sample: UInt64
  /// The sample behind the last one; `nil` for a moment.
  public var untilSample: UInt64?
  /// A note's text, or why a beat was given another label.
  public var text: String
  /// A label's R peak on the session's timeline, in samples in steps of 1/1000, as the finding has it.
  public var position: Double?
  /// The label: `N`, `S`, `V`, `F` or `Q`.
  public var label: String?
  /// What the machine said of the beat, where its model tells a class.
  public var machineLabel: String?

  /// A note.
  public init(note text: String, sample: UInt64, untilSample: UInt64?) {
    kind = .note
    self.sample = sample
    self.untilSample = untilSample
    self.text = text
  }

  /// A label.
  public init(label: String, machineLabel: String?, position: Double, reason: String) {
    kind = .label
    sample = position >= 0 && position < 1e15 ? UInt64(position.rounded()) : 0
    text = reason
    self.position = position
    self.label = label
    self.machineLabel = machineLabel
  }
}
