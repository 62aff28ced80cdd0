/// Floats on a cache-line boundary that never change after `init`: what a kernel reads its weights from.
///
/// Unchecked Sendable: the memory is written only while `init` runs and freed only by `deinit`.
final class AlignedFloats: @unchecked Sendable {
  let pointer: UnsafePointer<Float>
  let count: Int
  private let memory: UnsafeMutableRawPointer

  init(_ values: [Float]) {
    count = values.count
    memory = .allocate(byteCount: max(values.count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    let floats = memory.bindMemory(to: Float.self, capacity: max(values.count, 1))
    for (index, value) in values.enumerated() { (floats + index).initialize(to: value) }
    pointer = UnsafePointer(floats)
  }

  deinit { memory.deallocate() }

  /// The same memory, sixteen floats at a time.
  var vectors: UnsafePointer<SIMD16<Float>> {
    UnsafeRawPointer(memory).assumingMemoryBound(to: SIMD16<Float>.self)
  }
}
