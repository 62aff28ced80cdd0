public import Cardio

/// A stretch of a session as it leaves the system: what every format is made of. Its samples come window by window.
///
/// Samples are what the device's converter measured, unfiltered. Nothing is filled in: a sample that was never taken, was lost or was refused, and one
/// that was taken while an electrode had no contact, has no value in any format.
public struct ExportedRecording: Sendable {
  /// One channel.
  public struct Channel: Sendable, Hashable {
    /// `ECG I`, `PPG red` …
    public let name: String
    /// Nanovolts at the electrode for one step of the converter; `nil` for counts, which are no voltage.
    public let nanovoltsPerStep: UInt32?
    /// Its code in ISO/IEEE 11073-10101.
    public let code: (number: String, name: String)

    /// Describes a channel.
    public init(name: String, nanovoltsPerStep: UInt32?, code: (number: String, name: String)) {
      self.name = name
      self.nanovoltsPerStep = nanovoltsPerStep
      self.code = code
    }

    /// Equal names, scales and codes.
    public static func == (left: Self, right: Self) -> Bool {
      left.name == right.name && left.nanovoltsPerStep == right.nanovoltsPerStep
        && left.code.number == right.code.number
    }

    /// Hashes the name and the scale.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(name)
      hasher.combine(nanovoltsPerStep)
    }

    /// `uV`, or `counts`.
    public var unit: String { nanovoltsPerStep == nil ? "counts" : "uV" }
  }

  /// One beat.
  public struct Beat: Sendable, Hashable {
    /// The sample nearest the R peak, from the recording's first.
    public let sample: Int
    /// What the machine says: its class, or `Q` for an abnormal and `N` for a normal beat where the model tells none.
    public let label: BeatClass
    /// What a clinician said last.
    public let clinicianLabel: BeatClass?

    /// Describes a beat.
    public init(sample: Int, label: BeatClass, clinicianLabel: BeatClass?) {
      self.sample = sample
      self.label = label
      self.clinicianLabel = clinicianLabel
    }
  }

  /// A clinician's note.
  public struct Note: Sendable, Hashable {
    /// The first sample, from the recording's first.
    public let sample: Int
    /// Samples that it is about; 0 for a moment.
    public let count: Int
    /// What it says.
    public let text: String
    /// Who wrote it.
    public let author: String

    /// Describes a note.
    public init(sample: Int, count: Int, text: String, author: String) {
      self.sample = sample
      self.count = count
      self.text = text
      self.author = author
    }
  }

  /// The patient's pseudonym.
  public var pseudonym: String
  /// The patient's name, where who exports may know it.
  public var name: String?
  /// `yyyy-mm-dd`, where known.
  public var birthDate: String?
  /// The device.
  public var device: String
  /// The session: 32 hexadecimal digits.
  public var session: String
  /// Unix time of the first sample by the device's clock, microseconds.
  public var start: UInt64
  /// Whether that clock had been set by a time server.
  public var isClockSynchronised: Bool
  /// The first sample on the session's timeline at 125 Hz.
  public var first: Int
  /// Samples, those that are missing included.
  public var count: Int
  /// Channels in the order of their samples.
  public var channels: [Channel]
  /// Beats in order.
  public var beats: [Beat]
  /// Notes in order.
  public var notes: [Note]
  /// Stretches of which something arrived, in order and apart, from the recording's first sample.
  public var present: [Range<Int>]

  /// Describes a recording.
  public init(
    pseudonym: String, name: String?, birthDate: String?, device: String, session: String, start: UInt64,
    isClockSynchronised: Bool, first: Int, count: Int, channels: [Channel], beats: [Beat], notes: [Note],
    present: [Range<Int>]
  ) {
    self.pseudonym = pseudonym
    self.name = name
    self.birthDate = birthDate
    self.device = device
    self.session = session
    self.start = start
    self.isClockSynchronised = isClockSynchronised
    self.first = first
    self.count = count
    self.channels = channels
    self.beats = beats
    self.notes = notes
    self.present = present
  }

  /// Unix time of a sample from the recording's first, microseconds.
  public func time(of sample: Int) -> UInt64 { start + UInt64(max(0, sample)) * 8000 }
}
