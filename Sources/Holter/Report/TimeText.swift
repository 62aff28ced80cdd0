import Foundation

/// Times and durations as a reader expects them.
enum TimeText {
  /// `0.85 s`, `12.4 s`, `3 min 20 s`, `2 h 05 min`.
  static func duration(_ seconds: Double) -> String {
    if seconds < 1 { return String(format: "%.2f s", seconds) }
    if seconds < 60 { return String(format: "%.1f s", seconds) }
    let whole = Int(seconds.rounded())
    if whole < 3_600 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
    return String(format: "%d h %02d min", whole / 3_600, whole % 3_600 / 60)
  }

  /// A moment of a recording: the time of day, with the day where it is not the first, when the beginning is known, else the
  /// time from the beginning.
  static func moment(_ seconds: Double, startOfDay: Double?) -> String {
    let total = Int((seconds + (startOfDay ?? 0)).rounded(.down))
    let day = total / 86_400
    let clock = startOfDay == nil ? total : total % 86_400
    let text = String(
      format: startOfDay == nil ? "%d:%02d:%02d" : "%02d:%02d:%02d", clock / 3_600, clock % 3_600 / 60, clock % 60)
    return startOfDay != nil && day > 0 ? "\(text) (day \(day + 1))" : text
  }
}
