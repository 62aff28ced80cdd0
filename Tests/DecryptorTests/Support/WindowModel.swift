import Inference

/// A model whose answer depends on every sample of the window, so that two findings agree only when the windows do.
struct WindowModel: BeatModel {
  static let identifier = "window-checksum"
  let windowLength = 187
  let scratchCapacity = 0

  func abnormalProbability(ofWindow window: UnsafeBufferPointer<Float>, scratch: inout InferenceScratch) -> Float {
    var hash: UInt32 = 2_166_136_261
    for sample in window { hash = (hash ^ sample.bitPattern) &* 16_777_619 }
    return Float(hash >> 8) / Float(1 << 24)
  }
}
