import Cardio
public import Foundation

/// A recording's report: figures, episodes and strips, for a terminal, a program, or a printer.
public struct HolterReport: Sendable {
  /// What was read and found.
  public let recording: HolterRecording
  /// The figures.
  public let summary: HolterSummary
  /// The moments that a reader should see, the gravest first.
  public let strips: [ECGStrip]

  /// A report without strips, for a terminal or a program.
  public init(_ recording: HolterRecording) {
    self.recording = recording
    summary = HolterSummary(recording.findings)
    strips = []
  }

  /// A report with strips.
  ///
  /// - Parameters:
  ///   - recording: What was read and found.
  ///   - signal: Gives the recording's signal in µV at 125 Hz between two times in seconds from its beginning.
  public init(_ recording: HolterRecording, signal: (Range<Double>) throws -> [Float]) rethrows {
    self.recording = recording
    summary = HolterSummary(recording.findings)
    strips = try StripPlan.moments(of: recording, summary: summary).map { moment in
      try ECGStrip(moment, beats: recording.findings.beats, signal: signal)
    }
  }

  /// A report with strips that are read again from the record's files.
  ///
  /// - Parameters:
  ///   - recording: What was read and found.
  ///   - directory: The record's folder.
  /// - Throws: `WFDBError`.
  public init(_ recording: HolterRecording, directory: URL) throws {
    let reader = try WFDBSignalReader(
      directory: directory, name: recording.source.name, signal: recording.source.signal)
    let hertz = reader.header.sampleRate.hertz
    try self.init(recording) { range in
      let samples = Int((range.lowerBound * hertz).rounded())..<Int((range.upperBound * hertz).rounded())
      return try Resampler.resample(reader.microvolts(in: samples), from: reader.header.sampleRate)
    }
  }

  /// A moment of the recording as text.
  func moment(_ seconds: Double) -> String {
    TimeText.moment(seconds, startOfDay: recording.source.startOfDay)
  }

  /// What the model could not tell, in sentences; empty when it tells classes.
  var limits: [String] {
    guard let reason = recording.judging.reasonForNoClasses else { return [] }
    return [
      "\(reason): beats are told as normal or abnormal (from P = \(recording.judging.threshold)), not by class.",
      "Ventricular couplets, runs, tachycardia, bigeminy and trigeminy cannot be told without classes; pauses, rates and "
        + "what the intervals and the waveform show can.",
    ]
  }
}
