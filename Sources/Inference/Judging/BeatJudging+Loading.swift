extension ModelWeights {
  /// The judge that these weights are for, by the `model` in their metadata.
  ///
  /// - Parameter threshold: a beat is abnormal from this P(abnormal) on; 0…1.
  /// - Throws: ``WeightsError``.
  public func loadJudging(
    threshold: Float = BeatClassifier.defaultThreshold
  ) throws(WeightsError) -> any BeatJudging {
    let file = try load()
    switch file.metadata["model"] {
    case DefaultModel.identifier: return ContextModel(try DefaultModel(file), threshold: threshold)
    default: return AbnormalityModel(BeatClassifier(model: try ReferenceModel(file), threshold: threshold))
    }
  }
}
