internal import Cardio
internal import Decryptor
internal import Store
internal import Wire

/// The least and the greatest value of each bucket of a stretch.
struct EnvelopeView: Encodable, Sendable {
  /// Buckets without a gap between them.
  struct Piece: Encodable, Sendable {
    let from: Int
    let minimum: [Int16]
    /// Left out where a bucket is one sample.
    let maximum: [Int16]?
  }

  /// A stretch of which something has to be said.
  struct Stretch: Encodable, Sendable {
    /// What.
    enum Cause: String, Encodable, Sendable, CaseIterable {
      /// Samples that were never taken, are lost, or were refused.
      case missing
      /// An electrode had no contact.
      case leadOff = "lead-off"
      /// There is a signal, and the analysis has not come so far: that no beat is told means nothing.
      case notAnalysed = "not-analysed"

      init(_ cause: SignalCoverage.Cause) {
        switch cause {
        case .missing: self = .missing
        case .leadOff: self = .leadOff
        }
      }
    }

    let from: Int
    let count: Int
    let cause: Cause
  }

  let patient: String
  let session: String
  let channel: String
  /// `uV` or `counts`.
  let unit: String
  let sampleRateHz: Double
  /// A multiple of ``bucketSamples``, at or before what was asked for.
  let from: Int
  let count: Int
  let bucketSamples: Int
  /// Unix time of sample ``from`` by the device's clock; `nil` where the channel has no samples.
  let firstSampleMs: UInt64?
  let pieces: [Piece]
  /// In order. What lies behind the channel's latest sample has not come yet, and is in none.
  let stretches: [Stretch]

  /// - Parameters:
  ///   - covered: What was measured, and why not where not.
  ///   - unanalysed: Samples that the analysis has not seen, within the session.
  init(
    _ covered: CoveredEnvelope, patient: Pseudonym, session: SessionID, channel: SignalChannel, firstSampleMs: UInt64?,
    unanalysed: Range<UInt64>?
  ) {
    let envelope = covered.envelope
    var stretches = covered.absences.map { Stretch(from: $0.from, count: $0.count, cause: .init($0.cause)) }
    if let unanalysed {
      let start = max(envelope.from, Int(clamping: unanalysed.lowerBound))
      let end = min(envelope.from + envelope.count, Int(clamping: unanalysed.upperBound))
      if start < end { stretches.append(Stretch(from: start, count: end - start, cause: .notAnalysed)) }
    }
    self.stretches = stretches.sorted { $0.from < $1.from }
    self.patient = patient.name
    self.session = session.description
    self.channel = channel.rawValue
    unit = channel.unit
    sampleRateHz = SampleRate.analysis.hertz
    from = envelope.from
    count = envelope.count
    bucketSamples = envelope.bucketSamples
    self.firstSampleMs = firstSampleMs
    pieces = envelope.pieces.map {
      Piece(from: $0.from, minimum: $0.minimum, maximum: envelope.bucketSamples == 1 ? nil : $0.maximum)
    }
  }
}
