public import Store
public import Wire

/// A dry run: what would go now, and what else within some days, if nothing changed but the time. The same decision as the real one.
public struct RetentionForecast: Sendable {
  /// What would go of one device's sessions with the same wearers.
  public struct Line: Sendable, Hashable {
    /// Of what.
    public let kind: RetentionKind
    /// Whose device.
    public let device: DeviceID
    /// Whose, as far as is known, sorted.
    public let patients: [Pseudonym]
    /// Sessions.
    public fileprivate(set) var sessions: Int
    /// Chunks, findings or alerts.
    public fileprivate(set) var rows: Int
    /// Bytes, estimated; 0 but for recordings.
    public fileprivate(set) var bytes: Int
  }

  /// Days that can be looked ahead.
  public static let daysAhead = 0...3_650

  /// What would go now.
  public let now: [Line]
  /// What would go within the days beside that.
  public let later: [Line]
  /// Refused messages that would go now, and within the days beside those.
  public let refused: (now: Int, later: Int)
  /// Why what is old enough would stay now: sessions for each reason.
  public let stays: [RetentionStay: Int]

  /// Looks ahead.
  /// - Parameters:
  ///   - kept: What there is.
  ///   - policy: What counts at a moment, changes that will count by then included.
  ///   - holds: What must not be deleted.
  ///   - time: Now.
  ///   - days: How far ahead.
  ///   - refused: How many refused messages would go now, and by then in all.
  public init(
    kept: [KeptSession], policy: (UnixMicroseconds) -> RetentionPolicy, holds: HoldBook, at time: UnixMicroseconds,
    days: Int, refused: (now: Int, then: Int) = (0, 0)
  ) {
    let present = RetentionDecision(kept: kept, policy: policy(time), holds: holds, now: time)
    let then = time + UnixMicroseconds(max(0, days)) * RetentionPolicy.day
    let future = RetentionDecision(kept: kept, policy: policy(then), holds: holds, now: then)
    let first = Self.parts(present)
    now = Self.lines(first)
    later = Self.lines(
      Self.parts(future).reduce(into: [:]) { rest, entry in
        let gone = first[entry.key] ?? (0, 0)
        guard entry.value.rows > gone.rows || first[entry.key] == nil else { return }
        rest[entry.key] = (entry.value.rows - gone.rows, entry.value.bytes - gone.bytes)
      })
    stays = present.stays
    self.refused = (refused.now, max(0, refused.then - refused.now))
  }

  private struct Part: Hashable {
    let kind: RetentionKind
    let reference: SessionReference
    let patients: [Pseudonym]
  }

  private static func parts(_ decision: RetentionDecision) -> [Part: (rows: Int, bytes: Int)] {
    var parts: [Part: (rows: Int, bytes: Int)] = [:]
    for deletion in decision.deletions {
      func add(_ kind: RetentionKind, _ rows: Int, _ bytes: Int) {
        parts[Part(kind: kind, reference: deletion.reference, patients: deletion.patients.sorted())] = (rows, bytes)
      }
      if let recording = deletion.recording { add(.recordings, recording.chunks, recording.bytes) }
      if let derived = deletion.derived { add(.findings, derived.findings, 0) }
      if !deletion.alerts.isEmpty { add(.alerts, deletion.alerts.count, 0) }
    }
    return parts
  }

  private static func lines(_ parts: [Part: (rows: Int, bytes: Int)]) -> [Line] {
    struct Group: Hashable {
      let kind: RetentionKind
      let device: DeviceID
      let patients: [Pseudonym]
    }
    var lines: [Group: Line] = [:]
    for (part, size) in parts {
      let group = Group(kind: part.kind, device: part.reference.device, patients: part.patients)
      var line =
        lines[group]
        ?? Line(
          kind: part.kind, device: group.device, patients: group.patients, sessions: 0, rows: 0, bytes: 0)
      line.sessions += 1
      line.rows += size.rows
      line.bytes += size.bytes
      lines[group] = line
    }
    let order = RetentionKind.allCases
    return lines.values.sorted {
      let places = (order.firstIndex(of: $0.kind) ?? 0, order.firstIndex(of: $1.kind) ?? 0)
      return (places.0, $0.device.name, $0.patients.map(\.name).joined())
        < (places.1, $1.device.name, $1.patients.map(\.name).joined())
    }
  }
}
