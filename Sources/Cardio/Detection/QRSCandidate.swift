/// A hump of the envelope: perhaps a beat.
struct QRSCandidate: Hashable, Sendable, Codable {
  /// The sample of its top, from the beginning of the stretch.
  var time: Int
  /// Its height in µV.
  var height: Float
}
