/// An R peak as the detector tells it: in samples from the beginning of the stretch.
struct RPeak: Hashable, Sendable, Codable {
  /// The sample of the band-passed signal that is the R peak.
  var index: Int
  /// The place of the peak between samples, −0.5…0.5.
  var fraction: Double
  /// The band-passed signal there, in µV.
  var amplitude: Float
  /// How surely it is a beat, 0…1.
  var confidence: Float
}
