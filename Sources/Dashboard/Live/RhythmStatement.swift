package import Findings

/// What the latest beats say, in words that claim no more than was measured. A screening aid: never a diagnosis by itself.
package struct RhythmStatement: Hashable, Sendable, Encodable {
  /// The words, by their stable name; the page has them in its language.
  package enum Code: String, Hashable, Sendable, Encodable, CaseIterable {
    /// Fewer beats than ``RhythmStatement/fewestBeats``.
    case tooFewBeats = "too-few-beats"
    /// Under 5 % abnormal.
    case mostlyNormal = "mostly-normal"
    /// 5 % to under 20 %.
    case occasionalAbnormal = "occasional-abnormal"
    /// 20 % to under 60 %.
    case frequentAbnormal = "frequent-abnormal"
    /// 60 % and more.
    case sustainedAbnormal = "sustained-abnormal"
  }

  /// Beats that are looked at: about a minute's.
  package static let window = 60
  /// Beats older than this before the latest chunk say nothing of the rhythm now, in microseconds: 60 beats of the slowest heart that
  /// is measured, 20 a minute.
  package static let longestSpan: UInt64 = 180_000_000
  /// Fewer say nothing.
  package static let fewestBeats = 8

  /// The words.
  package let code: Code
  /// Beats looked at.
  package let beats: Int
  /// Abnormal ones among them, 0…1; `nil` when there are too few.
  package let abnormalShare: Double?

  /// Judges the last ``window`` of `beats`.
  package init(_ beats: some BidirectionalCollection<BeatFinding>) {
    let latest = beats.suffix(Self.window)
    self.beats = latest.count
    guard latest.count >= Self.fewestBeats else {
      code = .tooFewBeats
      abnormalShare = nil
      return
    }
    let share = Double(latest.count(where: \.isAbnormal)) / Double(latest.count)
    abnormalShare = share
    code =
      switch share {
      case ..<0.05: .mostlyNormal
      case ..<0.2: .occasionalAbnormal
      case ..<0.6: .frequentAbnormal
      default: .sustainedAbnormal
      }
  }
}
