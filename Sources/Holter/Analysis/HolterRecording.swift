public import Cardio
public import Foundation
public import Inference

/// A recording that was read and analysed: what a report is made of.
public struct HolterRecording: Sendable {
  /// What was read.
  public struct Source: Hashable, Sendable {
    /// The record's name.
    public let name: String
    /// What the header calls the signal, such as `MLII`; empty when it does not.
    public let lead: String
    /// The index of the signal.
    public let signal: Int
    /// The recording's own rate.
    public let rate: SampleRate
    /// When it began, in seconds after midnight; `nil` when the header does not say.
    public let startOfDay: Double?

    /// A source.
    public init(name: String, lead: String, signal: Int, rate: SampleRate, startOfDay: Double?) {
      self.name = name
      self.lead = lead
      self.signal = signal
      self.rate = rate
      self.startOfDay = startOfDay
    }
  }

  /// What a report has to say of the model that judged the beats.
  public struct Judging: Hashable, Sendable {
    /// Its name.
    public let model: String
    /// Why it tells no classes; `nil` when it does.
    public let reasonForNoClasses: String?
    /// Where it tells no classes, a beat is abnormal from this P(abnormal) on.
    public let threshold: Float

    /// What `model` can tell.
    public init(_ model: any JudgingModel) {
      self.model = model.name
      reasonForNoClasses = model.reasonForNoClasses
      threshold = model.threshold
    }
  }

  /// What was read.
  public let source: Source
  /// Who judged the beats.
  public let judging: Judging
  /// What was found.
  public let findings: HolterFindings

  /// A recording analysed elsewhere.
  public init(source: Source, judging: Judging, findings: HolterFindings) {
    self.source = source
    self.judging = judging
    self.findings = findings
  }

  /// Reads and analyses one signal of `DIRECTORY/NAME.hea`, a block at a time.
  ///
  /// - Parameters:
  ///   - directory: The record's folder.
  ///   - name: The record's name.
  ///   - signal: Which signal, from 0.
  ///   - model: Judges the beats.
  ///   - progress: Called with the share that is done, 0…1, after each block.
  /// - Throws: `WFDBError`, or `ResamplerError` when the rate cannot be resampled to 125 Hz.
  public init(
    directory: URL, name: String, signal: Int, model: any JudgingModel, progress: (Double) -> Void = { _ in }
  ) throws {
    var reader = try WFDBSignalReader(directory: directory, name: name, signal: signal)
    var analysis = try HolterAnalysis(rate: reader.header.sampleRate, model: model)
    var block: [Float] = []
    var done = 0
    while try reader.next(into: &block) {
      analysis.process(block, missing: reader.missing)
      done += block.count
      progress(Double(done) / Double(max(1, reader.sampleCount)))
    }
    self.init(
      source: Source(
        name: name, lead: reader.header.signals[signal].label, signal: signal, rate: reader.header.sampleRate,
        startOfDay: reader.header.startOfDay),
      judging: Judging(model), findings: analysis.finish())
  }
}
