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

  init(
    _ envelope: Envelope, patient: Pseudonym, session: SessionID, channel: SignalChannel, firstSampleMs: UInt64?
  ) {
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
