/// The innermost loop of every convolution: two rows times sixteen columns, held in registers.
///
/// Eight SSE registers of sums hide the latency of addition, four hold weights and two the rows' elements: fourteen of
/// sixteen. Multiplication and addition stay separate because the baseline of x86-64 has no fused form, and
/// `addingProduct` would call a function for each lane.
enum RegisterBlock {
  /// `(Σ first[i] · columns[i], Σ second[i] · columns[i])` over `depth` elements.
  @inline(__always)
  static func product(
    _ first: UnsafePointer<Float>, _ second: UnsafePointer<Float>, _ columns: UnsafePointer<SIMD16<Float>>, depth: Int
  ) -> (first: SIMD16<Float>, second: SIMD16<Float>) {
    var sumFirst = SIMD16<Float>(repeating: 0)
    var sumSecond = SIMD16<Float>(repeating: 0)
    for index in 0..<depth {
      let column = columns[index]
      sumFirst += column * SIMD16(repeating: first[index])
      sumSecond += column * SIMD16(repeating: second[index])
    }
    return (sumFirst, sumSecond)
  }
}
