public import Wire

/// A legal hold: nothing of what it names is deleted by age until somebody releases it. It stays on record.
public struct RetentionHold: Sendable, Hashable {
  /// What is held.
  public enum Subject: Sendable, Hashable {
    /// All that was recorded of a patient, with whatever device.
    case patient(Pseudonym)
    /// What a device recorded: sessions that lasted into the range; an open end is `nil`.
    case device(DeviceID, from: UnixMicroseconds?, until: UnixMicroseconds?)
  }

  /// Who released it, when and why.
  public struct Release: Sendable, Hashable {
    /// The account, or `operator` for the console.
    public let actor: String
    /// When.
    public let at: UnixMicroseconds
    /// Why.
    public let reason: String

    /// Describes a release.
    public init(actor: String, at: UnixMicroseconds, reason: String) {
      self.actor = actor
      self.at = at
      self.reason = reason
    }
  }

  /// Most characters of a reason.
  public static let reasonLimit = PersonsLine.reasonLength.upperBound

  /// Its number, from 1; 0 before it is stored.
  public let number: Int64
  /// What is held.
  public let subject: Subject
  /// Why: a reference, no name.
  public let reason: String
  /// The account, or `operator` for the console.
  public let actor: String
  /// Since when.
  public let at: UnixMicroseconds
  /// `nil` while it holds.
  public let release: Release?

  /// Describes a hold.
  public init(
    number: Int64 = 0, subject: Subject, reason: String, actor: String, at: UnixMicroseconds, release: Release? = nil
  ) {
    self.number = number
    self.subject = subject
    self.reason = reason
    self.actor = actor
    self.at = at
    self.release = release
  }
}

/// Who wore a device from a moment on: the history of assignments, kept since this table exists.
public struct DeviceWearing: Sendable, Hashable {
  /// Which device.
  public let device: DeviceID
  /// Who; `nil` for nobody.
  public let patient: Pseudonym?
  /// From when, until the device's next row.
  public let since: UnixMicroseconds

  /// Describes a row.
  public init(device: DeviceID, patient: Pseudonym?, since: UnixMicroseconds) {
    self.device = device
    self.patient = patient
    self.since = since
  }
}
