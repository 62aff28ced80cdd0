extension SIMD16<Float> {
  /// The larger of each pair of lanes.
  ///
  /// The standard library's `pointwiseMax` goes lane by lane through memory; a comparison and a selection stay in registers.
  @inline(__always)
  func maximum(_ other: SIMD16<Float>) -> SIMD16<Float> { replacing(with: other, where: self .< other) }
}
