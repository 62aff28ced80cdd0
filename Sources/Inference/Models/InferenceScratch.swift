/// The memory in which one beat is classified, made once and used for every beat after it.
///
/// Not copyable and not shared: whoever classifies owns one. A model says how large it must be; see ``BeatClassifier/makeScratch()``.
public struct InferenceScratch: ~Copyable, @unchecked Sendable {
  // Unchecked Sendable: the memory has this one owner, and moving the owner moves the right to use it.
  private let memory: UnsafeMutableRawPointer
  /// Floats that fit.
  public let capacity: Int

  /// - Parameter capacity: floats that must fit.
  public init(capacity: Int) {
    precondition(capacity >= 0)
    self.capacity = capacity
    memory = .allocate(byteCount: max(capacity, 1) * MemoryLayout<Float>.stride, alignment: 64)
    memory.initializeMemory(as: Float.self, repeating: 0, count: max(capacity, 1))
  }

  deinit {
    // What a patient's beat left here does not outlive its use.
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: max(capacity, 1) * MemoryLayout<Float>.stride)
    memory.deallocate()
  }

  /// The memory, 64-byte aligned.
  var floats: UnsafeMutablePointer<Float> { memory.assumingMemoryBound(to: Float.self) }
}
