public import Wire

/// What is kept of one session, and how old each part is: what retention decides upon. Ages count from what this system did
/// (received, analysed, annotated), never from a device's clock.
public struct KeptSession: Sendable, Hashable {
  /// The ciphertext, and the row that names the session's IV: without that row nothing of the session can be opened.
  public struct Recording: Sendable, Hashable {
    /// When the first chunk arrived.
    public var firstReceivedAt: UnixMicroseconds
    /// When the last chunk arrived.
    public var lastReceivedAt: UnixMicroseconds
    /// Capture time of the latest chunk, by the device's clock.
    public var lastCaptureTime: UnixMicroseconds
    /// Chunks on disk; 0 where only the row is left.
    public var chunks: Int
    /// Their bytes, estimated from the first; 0 where nobody asked.
    public var bytes: Int

    /// Describes a recording.
    public init(
      firstReceivedAt: UnixMicroseconds, lastReceivedAt: UnixMicroseconds, lastCaptureTime: UnixMicroseconds,
      chunks: Int, bytes: Int
    ) {
      self.firstReceivedAt = firstReceivedAt
      self.lastReceivedAt = lastReceivedAt
      self.lastCaptureTime = lastCaptureTime
      self.chunks = chunks
      self.bytes = bytes
    }
  }

  /// What was derived.
  public struct Derived: Sendable, Hashable {
    /// When the analysis advanced or a clinician annotated last.
    public var touchedAt: UnixMicroseconds
    /// Findings on disk.
    public var findings: Int
    /// Marks of clinicians.
    public var marks: Int

    /// Describes findings.
    public init(touchedAt: UnixMicroseconds, findings: Int, marks: Int) {
      self.touchedAt = touchedAt
      self.findings = findings
      self.marks = marks
    }
  }

  /// An alert.
  public struct Alert: Sendable, Hashable {
    /// Which.
    public var id: AlertID
    /// When it was opened.
    public var openedAt: UnixMicroseconds
    /// When anything about it happened last.
    public var touchedAt: UnixMicroseconds
    /// Whether its episode is over, or somebody closed it.
    public var isResolved: Bool
    /// Whether a message of it is still to be delivered.
    public var isBeingDelivered: Bool

    /// Describes an alert.
    public init(
      id: AlertID, openedAt: UnixMicroseconds, touchedAt: UnixMicroseconds, isResolved: Bool, isBeingDelivered: Bool
    ) {
      self.id = id
      self.openedAt = openedAt
      self.touchedAt = touchedAt
      self.isResolved = isResolved
      self.isBeingDelivered = isBeingDelivered
    }
  }

  /// Which session.
  public var reference: SessionReference
  /// Its recording, or the row that is left of it.
  public var recording: Recording?
  /// What was derived.
  public var derived: Derived?
  /// Its alerts.
  public var alerts: [Alert]
  /// Whether the alert policy keeps a state of it.
  public var hasPolicyState: Bool

  /// Describes what is kept.
  public init(
    reference: SessionReference, recording: Recording? = nil, derived: Derived? = nil, alerts: [Alert] = [],
    hasPolicyState: Bool = false
  ) {
    self.reference = reference
    self.recording = recording
    self.derived = derived
    self.alerts = alerts
    self.hasPolicyState = hasPolicyState
  }
}
