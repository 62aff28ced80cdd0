/// Numbers on a cache-line boundary that never change after `init`: what a kernel reads its weights from.
///
/// Unchecked Sendable: the memory is written only while `init` runs and freed only by `deinit`.
final class PackedValues<Element: BitwiseCopyable>: @unchecked Sendable {
  let pointer: UnsafePointer<Element>
  let count: Int
  private let memory: UnsafeMutableRawPointer

  init(_ values: [Element]) {
    count = values.count
    memory = .allocate(byteCount: max(values.count, 1) * MemoryLayout<Element>.stride, alignment: 64)
    let elements = memory.bindMemory(to: Element.self, capacity: max(values.count, 1))
    for (index, value) in values.enumerated() { (elements + index).initialize(to: value) }
    pointer = UnsafePointer(elements)
  }

  deinit { memory.deallocate() }
}
