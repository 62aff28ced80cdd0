/// Judges strips as a whole, as the Challenge of 2017 asks.
public enum StripClassifier {
  /// What a strip shows; ``StripRhythm/noisy`` when it has too few beats to tell.
  public static func classify(_ strip: RhythmStrip) -> StripRhythm {
    guard let features = StripFeatures(strip) else { return .noisy }
    var best = StripRhythm.normal
    var highest = -Float.infinity
    for (rhythm, network) in StripModel.networks {
      let logit = network.logit(features.values)
      if logit > highest { (best, highest) = (rhythm, logit) }
    }
    return best
  }
}
