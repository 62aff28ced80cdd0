public import Cardio

/// How well a model tells beats, measured on annotated recordings.
public struct BeatEvaluation: Sendable {
  /// Where the R peaks came from.
  public enum RPeakSource: String, Hashable, Sendable, CaseIterable {
    /// The production detector found them: what a patient gets.
    case detected
    /// The annotations: what the model could do behind a perfect detector.
    case annotated
  }

  /// What was measured.
  public struct Conditions: Hashable, Sendable {
    /// The model's name.
    public var model: String
    /// Why it tells no classes; `nil` when it does.
    public var reasonForNoClasses: String?
    /// A beat is abnormal from this probability on.
    public var threshold: Float
    /// Where the R peaks came from.
    public var rPeaks: RPeakSource
    /// The index of the signal that was read.
    public var lead: Int

    /// Conditions of an evaluation by `model`, at its own threshold unless another is given.
    public init(model: any JudgingModel, threshold: Float? = nil, rPeaks: RPeakSource, lead: Int) {
      self.model = model.name
      self.reasonForNoClasses = model.reasonForNoClasses
      self.threshold = threshold ?? model.threshold
      self.rPeaks = rPeaks
      self.lead = lead
    }
  }

  /// One record's figures.
  public struct Record: Hashable, Sendable {
    /// The record's name.
    public let record: String
    /// Its figures.
    public let figures: BeatFigures
  }

  /// What was measured.
  public let conditions: Conditions
  /// Each record by itself.
  public let records: [Record]
  /// All records together: every beat counts alike.
  public let gross: BeatFigures
  /// Intervals of the gross rates; `nil` with fewer than two records.
  public let intervals: RecordBootstrap?

  /// Evaluates predictions, one list for each record.
  public init(_ records: [(record: String, predictions: [BeatPrediction])], conditions: Conditions) {
    let threshold = conditions.threshold
    let tallies = records.map { BeatTally($0.predictions, threshold: threshold) }
    self.conditions = conditions
    self.records = zip(records, tallies).map { record, tally in
      let auc = AbnormalRanking([record.predictions]).area(times: [1])
      return Record(record: record.record, figures: BeatFigures(tally, auc: auc, threshold: threshold))
    }
    let ranking = AbnormalRanking(records.map(\.predictions))
    var sum = BeatTally()
    for tally in tallies { sum.add(tally) }
    gross = BeatFigures(
      sum, auc: ranking.area(times: tallies.map { _ in 1 }), threshold: threshold)
    intervals = RecordBootstrap(tallies, ranking: ranking, threshold: threshold)
  }

  /// A record's predictions: its signal on the production path, judged by a fresh judge and paired with its annotations.
  ///
  /// - Parameters:
  ///   - name: The record's name.
  ///   - microvolts: One signal in µV.
  ///   - rate: Its rate.
  ///   - annotations: The reference.
  ///   - model: Judges the beats.
  ///   - rPeaks: Where the R peaks come from.
  /// - Throws: `ResamplerError` when `rate` cannot be resampled to 125 Hz.
  public static func predictions(
    record name: String, microvolts: [Float], rate: SampleRate, annotations: WFDBAnnotations, model: any JudgingModel,
    rPeaks: RPeakSource
  ) throws(ResamplerError) -> [BeatPrediction] {
    let samples = try RecordReplay.digitise(microvolts, rate: rate)
    let beats =
      switch rPeaks {
      case .detected: RecordReplay.analyse(samples)
      case .annotated:
        RecordReplay.segment(samples, rPeaks: annotations.beats.map { Double($0.sample) / rate.hertz }.sorted())
      }
    return BeatPrediction.pairing(
      record: name, beats: beats, judgements: model.judgements(of: beats), annotations: annotations, rate: rate)
  }
}
