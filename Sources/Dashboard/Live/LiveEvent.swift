internal import Decryptor
internal import Findings
internal import Foundation
internal import Store
internal import Wire

/// What the event stream tells, as its data are encoded.
enum LiveEvent {
  /// A piece of signal as base64 of int16, little-endian: filtered microvolts of an ECG, counts of a photoplethysmogram; empty while the
  /// lead is off.
  struct Strip: Encodable, Hashable, Sendable {
    let patient: String
    let session: String
    let sequence: UInt64
    /// `ecg`, `ppg-red` or `ppg-infrared`.
    let channel: String
    /// `I`, `II` or `III`; empty where it is no ECG.
    let lead: String
    /// On the session's timeline at 125 Hz.
    let firstSample: UInt64
    let count: Int
    /// Samples before this piece that were never taken, are lost or were refused.
    let missing: UInt64
    let isLeadOff: Bool
    let capturedMs: UInt64
    let samples: String

    init(_ segment: StripSegment, patient: Pseudonym, session: SessionID) {
      self.patient = patient.name
      self.session = session.description
      sequence = segment.sequence
      channel = SignalChannel(segment.kind)?.rawValue ?? ""
      lead = segment.kind.leadName
      firstSample = segment.firstSample
      count = segment.sampleCount
      missing = segment.missingSamples
      isLeadOff = !segment.leadOff.isEmpty
      capturedMs = segment.captureTime / 1000
      samples = Data(
        segment.samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
      )
      .base64EncodedString()
    }
  }

  /// Beats whose analysis is complete.
  struct Beats: Encodable, Hashable, Sendable {
    let patient: String
    let session: String
    let beats: [Beat]

    init(_ beats: [BeatFinding], patient: Pseudonym, session: SessionID) {
      self.patient = patient.name
      self.session = session.description
      self.beats = beats.map(Beat.init)
    }
  }

  /// One beat.
  struct Beat: Encodable, Hashable, Sendable {
    /// R peak on the session's timeline at 125 Hz, in samples.
    let position: Double
    let rrMs: UInt32?
    let microvolts: Int32
    let abnormalProbability: Double
    let isAbnormal: Bool
    /// `N`, `S`, `V`, `F` or `Q` where the model tells a class.
    let label: String?

    init(_ beat: BeatFinding) {
      position = (beat.position * 1000).rounded() / 1000
      rrMs = beat.rrMilliseconds
      microvolts = beat.amplitudeMicrovolts
      abnormalProbability = beat.abnormalProbability
      isAbnormal = beat.isAbnormal
      label = beat.beatClass.map { ["N", "S", "V", "F", "Q"][Int($0.rawValue)] }
    }
  }

  /// The server's clock, every ``LiveHub/heartbeat``: a page that misses it knows that its connection is dead.
  struct Clock: Encodable, Hashable, Sendable {
    let nowMs: UInt64
  }

  /// A clinician added a note or a label to a session.
  struct Marks: Encodable, Hashable, Sendable {
    let patient: String
    let session: String
  }

  /// Nothing but the event's name.
  struct Empty: Encodable, Hashable, Sendable {}
}

extension ChunkKind {
  /// What is written beside a strip.
  var leadName: String {
    switch self {
    case .ecgLeadI: "I"
    case .ecgLeadII: "II"
    case .ecgLeadIII: "III"
    case .ppgRed, .ppgInfrared, .status: ""
    }
  }
}
