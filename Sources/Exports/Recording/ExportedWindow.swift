/// Some samples of every channel of a recording, one window after the other.
public struct ExportedWindow: Sendable {
  /// Samples of a window, 10 s; the last one may be shorter.
  public static let length = 1250

  /// What a place of a channel holds.
  public enum State: UInt8, Sendable {
    /// A measured sample.
    case measured
    /// An electrode had no contact: what came in was no measurement of a heart.
    case leadOff
    /// Never taken, lost or refused.
    case missing
  }

  /// One channel's part.
  public struct Samples: Sendable {
    /// In steps of the converter; without meaning where the state is not ``State/measured``.
    public var values: [Int16]
    /// What each place holds.
    public var states: [State]

    /// Missing all over.
    public init(count: Int) {
      values = [Int16](repeating: 0, count: count)
      states = [State](repeating: .missing, count: count)
    }
  }

  /// The first place, from the recording's first.
  public let first: Int
  /// As many as the recording has channels, all of equal length.
  public var channels: [Samples]

  /// Describes a window.
  public init(first: Int, channels: [Samples]) {
    self.first = first
    self.channels = channels
  }

  /// Places.
  public var count: Int { channels.first?.values.count ?? 0 }
}
