import Cardio
import Inference

/// A record as the rhythm analysis takes it: its signal, its classified beats and its annotations.
struct RhythmInput {
  let samples: [Int16]
  let rate: SampleRate
  let annotations: WFDBAnnotations
  let beats: [RhythmBeat]

  init(_ name: String, command: EvaluateRhythmCommand) throws {
    (samples, rate) = try command.samples(name)
    do {
      annotations = try WFDBAnnotations(
        directory: command.selection.folder, name: name, annotator: command.annotator)
    } catch { throw RecordFault(record: name, cause: error) }
    switch command.beats {
    case .annotated: beats = RhythmInput.annotated(samples, annotations, rate)
    case .matched: beats = RhythmInput.matched(RecordReplay.analyse(samples), annotations, rate)
    case .classified: beats = RhythmInput.classified(RecordReplay.analyse(samples), by: try command.model.load())
    }
  }

  /// The beats as a model classes them. What it cannot read is Q; without classes every beat is N.
  static func classified(_ beats: [SegmentedBeat], by model: any JudgingModel) -> [RhythmBeat] {
    zip(beats, model.judgements(of: beats)).map { beat, judgement in
      let beatClass = judgement.beatClass ?? (judgement.isUnreadable ? .unknown : .normal)
      return RhythmBeat(
        beat, beatClass: beatClass, confidence: judgement.classProbabilities?[beatClass] ?? 1)
    }
  }

  /// The beats that readers annotated.
  static func annotated(_ samples: [Int16], _ annotations: WFDBAnnotations, _ rate: SampleRate) -> [RhythmBeat] {
    let beats = annotations.beats
    let segmented = RecordReplay.segment(samples, rPeaks: beats.map { Double($0.sample) / rate.hertz })
    return zip(segmented, beats).map { RhythmBeat($0, beatClass: $1.beatClass, confidence: 1) }
  }

  /// The detector's beats with the annotated class.
  static func matched(_ beats: [SegmentedBeat], _ annotations: WFDBAnnotations, _ rate: SampleRate) -> [RhythmBeat] {
    let reference = annotations.beats
    var classes = [BeatClass](repeating: .normal, count: beats.count)
    let pairs = BeatComparison.pairs(
      reference: reference.map { Double($0.sample) / rate.hertz }, detected: beats.map(\.beat.seconds))
    for pair in pairs {
      if let beat = pair.reference, let detection = pair.detected { classes[detection] = reference[beat].beatClass }
    }
    return zip(beats, classes).map { RhythmBeat($0, beatClass: $1, confidence: 1) }
  }
}
