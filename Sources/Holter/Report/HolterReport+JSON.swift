import Cardio
public import Inference

extension HolterReport {
  /// The report as JSON: `record`, `lead`, `durationSeconds`, `model`, `beats`, `heartRate`, `variability`, `rhythms[]`,
  /// `signal`, `hours[]`, `episodes[]`, `limits[]`. Times are seconds from the beginning; what is unknown is `null`.
  public var json: OrderedJSON {
    let source = recording.source
    return .object([
      .init("record", .string(source.name)),
      .init("signal", .integer(source.signal)),
      .init("lead", .string(source.lead)),
      .init("sampleRate", .number(source.rate.hertz)),
      .init("startOfDaySeconds", .optional(source.startOfDay)),
      .init("durationSeconds", .number(recording.findings.seconds)),
      .init("model", .string(recording.judging.model)),
      .init("beats", json(of: summary.beats)),
      .init("heartRate", json(of: summary.heartRate)),
      .init(
        "longestRR",
        summary.longestRR.map {
          .object([.init("seconds", .number($0.duration)), .init("at", .number($0.seconds))])
        } ?? .null),
      .init("variability", variability),
      .init("rhythms", .array(summary.rhythms.map(json(of:)))),
      .init(
        "signalQuality",
        .object([
          .init("meanIndex", .optional(summary.meanQuality)), .init("poorSeconds", .number(summary.poorSeconds)),
          .init("silentPoorSeconds", .number(summary.silentPoorSeconds)),
          .init("missingSeconds", .number(summary.missingSeconds)),
          .init(
            "gaps",
            .array(
              recording.findings.gaps.map {
                .array([.number(Double($0.lowerBound) / 125), .number(Double($0.upperBound) / 125)])
              })),
        ])),
      .init("hours", .array(summary.hours.map(json(of:)))),
      .init("episodes", .array(recording.findings.episodes.map(json(of:)))),
      .init("limits", .array(limits.map { .string($0) })),
    ])
  }

  private func json(of counts: BeatCounts) -> OrderedJSON {
    let tellsClasses = recording.judging.reasonForNoClasses == nil
    return .object(
      [.init("total", .integer(counts.total))]
        + BeatClass.allCases.map { .init($0.rawValue, tellsClasses ? .integer(counts[$0]) : .null) }
        + [.init("abnormal", .integer(counts.abnormal)), .init("unreadable", .integer(counts.unreadable))])
  }

  private func json(of rate: HeartRateFigures?) -> OrderedJSON {
    guard let rate else { return .null }
    func extreme(_ value: HeartRateFigures.Extreme?) -> OrderedJSON {
      value.map { .object([.init("rate", .number($0.rate)), .init("at", .number($0.seconds))]) } ?? .null
    }
    return .object([
      .init("mean", .number(rate.mean)), .init("lowest", extreme(rate.lowest)), .init("highest", extreme(rate.highest)),
    ])
  }

  private var variability: OrderedJSON {
    guard let figures = summary.variability else { return .null }
    return .object([
      .init("sdnnMilliseconds", .number(figures.whole.sdnnMilliseconds)),
      .init("rmssdMilliseconds", .number(figures.whole.rmssdMilliseconds)),
      .init("pnn50", .number(figures.pnn50)),
      .init("sdannMilliseconds", .optional(figures.sdannMilliseconds)),
      .init("sdnnIndexMilliseconds", .optional(figures.sdnnIndexMilliseconds)),
      .init("nnIntervals", .integer(figures.whole.intervals)),
    ])
  }

  private func json(of total: HolterSummary.RhythmTotal) -> OrderedJSON {
    .object([
      .init("rhythm", .string(total.rhythm.rawValue)), .init("episodes", .integer(total.episodes)),
      .init("seconds", .number(total.seconds)), .init("longestSeconds", .number(total.longest)),
      .init("fastestRate", .optional(total.fastest)),
    ])
  }

  private func json(of hour: HolterSummary.Hour) -> OrderedJSON {
    let episodes = Rhythm.byGravity.compactMap { rhythm in
      hour.episodes[rhythm].map { OrderedJSON.Member(rhythm.rawValue, .integer($0)) }
    }
    return .object([
      .init("from", .number(hour.seconds.lowerBound)), .init("to", .number(hour.seconds.upperBound)),
      .init("beats", json(of: hour.beats)), .init("heartRate", json(of: hour.heartRate)),
      .init("poorSeconds", .number(hour.poorSeconds)), .init("episodes", .object(episodes)),
    ])
  }

  private func json(of episode: RhythmEpisode) -> OrderedJSON {
    .object([
      .init("rhythm", .string(episode.rhythm.rawValue)),
      .init("onset", .number(episode.onset * SampleRate.analysis.interval)),
      .init("offset", .number(episode.offset * SampleRate.analysis.interval)),
      .init("beats", .integer(episode.beats)), .init("rate", .optional(episode.rate)),
      .init("confidence", .optional(episode.confidence)),
    ])
  }
}
