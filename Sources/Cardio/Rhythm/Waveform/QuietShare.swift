/// The quick look at a window that spares most windows of ordinary rhythms the full one: the share of it in which the signal lies
/// near its mean, as between beats. The same number as the feature `nearZero`.
enum QuietShare {
  /// From this share on a window shows no ventricular rhythm; 99.9 % of the windows with one in the training set lie below 0.33.
  static let limit: Float = 0.38

  /// The share of samples within a tenth of the usual peak: the mean of the middle two of four quarters' highest
  /// deflections.
  static func measure(_ signal: UnsafeBufferPointer<Float>) -> Float {
    precondition(signal.count == WaveformFeatures.window)
    // A window is not empty, so its buffer has an address.
    let base = UnsafeRawPointer(signal.baseAddress!)
    func eight(_ index: Int) -> SIMD8<Float> { base.loadUnaligned(fromByteOffset: index * 32, as: SIMD8<Float>.self) }
    let groups = WaveformFeatures.window / 8
    var sum = SIMD8<Float>.zero
    for index in 0..<groups { sum += eight(index) }
    let mean = SIMD8(repeating: sum.sum() / Float(WaveformFeatures.window))
    var peaks = SIMD4<Float>.zero
    for quarter in 0..<4 {
      var highest = SIMD8<Float>.zero
      for index in quarter * groups / 4..<(quarter + 1) * groups / 4 {
        let value = eight(index) - mean
        highest = pointwiseMax(highest, pointwiseMax(value, -value))
      }
      peaks[quarter] = highest.max()
    }
    let usual = (peaks.sum() - peaks.min() - peaks.max()) / 2
    let limit = SIMD8(repeating: 0.1 * usual)
    var near = SIMD8<Int32>.zero
    for index in 0..<groups {
      let value = eight(index) - mean
      near.replace(with: near &+ 1, where: pointwiseMax(value, -value) .< limit)
    }
    return Float(near.wrappedSum()) / Float(WaveformFeatures.window)
  }
}
