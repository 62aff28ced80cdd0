/// The features behind the models of ``RhythmAnalyzer``, as lines of text for `Training/fit_rhythm.py`.
public enum RhythmFeatureTable {
  /// One line for every judgement over atrial fibrillation: record, the beats' times at both ends and in the middle
  /// (seconds), then the features; separated by commas.
  public static func fibrillation(_ beats: [RhythmBeat], record: String) -> [String] {
    let all = beats.map { FibrillationBeat($0, isExcluded: false) }
    guard all.count >= FibrillationDetector.window else { return [] }
    let hertz = SampleRate.analysis.hertz
    return stride(from: 0, through: all.count - FibrillationDetector.window, by: FibrillationDetector.hop).compactMap {
      start in
      let window = all[start..<start + FibrillationDetector.window]
      guard let features = IrregularityFeatures(window) else { return nil }
      let places = [start, start + FibrillationDetector.window / 2, start + FibrillationDetector.window - 1]
      let values = places.map { Float(all[$0].position / hertz) } + features.values
      return record + "," + values.map { "\($0)" }.joined(separator: ",")
    }
  }

  /// One line for every judgement over the waveform: record, the window's beginning and end (seconds), then the features.
  public static func waveform(_ samples: [Int16], record: String) -> [String] {
    var detector = WaveformDetector()
    var lines: [String] = []
    var start = 0
    let scale = Float(RecordReplay.nanovoltsPerLSB) / 1000
    while start < samples.count {
      let end = min(samples.count, start + detector.untilJudgement)
      if detector.take(samples.span, from: start, to: end, scale: scale) {
        let seconds = [end - 2 * WaveformFeatures.window, end].map {
          Float(Double($0) * SampleRate.analysis.interval)
        }
        let values = seconds + detector.features().values
        lines.append(record + "," + values.map { "\($0)" }.joined(separator: ","))
      }
      start = end
    }
    return lines
  }

  /// One line for a strip: record, then the features; `nil` when there are too few beats.
  public static func strip(_ strip: RhythmStrip, record: String) -> String? {
    StripFeatures(strip).map { features in
      record + "," + features.values.map { "\($0)" }.joined(separator: ",")
    }
  }
}
