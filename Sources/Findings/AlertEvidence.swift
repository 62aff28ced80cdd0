/// One number that a decision rests on, and the limit that it crossed.
public struct AlertEvidence: Sendable, Hashable, Codable {
  /// What was measured, a stable key for the page's strings: `heart-rate`, `run-beats`, `probability`.
  public var name: String
  /// The measured value.
  public var value: Double
  /// The unit: `/min`, `s`, `beats`, `share` (0…1), `count`, `electrodes` (1 positive, 2 negative, 3 both),
  /// `flag` (1 for yes); empty for none.
  public var unit: String
  /// The limit in force; `nil` where the number only describes.
  public var limit: Double?

  /// States a number.
  public init(_ name: String, _ value: Double, unit: String, limit: Double? = nil) {
    self.name = name
    self.value = value
    self.unit = unit
    self.limit = limit
  }
}
