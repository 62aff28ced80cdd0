#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The last `capacity` samples of a signal, by their index; capacity is a power of two, so that an index is a mask.
///
/// Encodes as its bytes (little-endian), not as a list of numbers: a checkpoint stays small in every format.
struct SampleRing: Hashable, Sendable, Codable {
  /// Direct access while the ring is borrowed: no check of uniqueness for each sample.
  struct View {
    let base: UnsafeMutablePointer<Float>
    let mask: Int

    @inline(__always)
    subscript(index: Int) -> Float {
      get { base[index & mask] }
      nonmutating set { base[index & mask] = newValue }
    }

    /// Copies `count` samples from `index` on to uninitialised memory; the ring holds at least as many.
    func copy(from index: Int, count: Int, to target: UnsafeMutablePointer<Float>) {
      let place = index & mask
      let head = min(count, mask + 1 - place)
      target.initialize(from: base + place, count: head)
      (target + head).initialize(from: base, count: count - head)
    }

    /// Eight samples from `index` on; the ring holds at least eight.
    @inline(__always)
    func eight(from index: Int) -> SIMD8<Float> {
      let place = index & mask
      if place + 7 <= mask {
        return UnsafeRawPointer(base + place).loadUnaligned(as: SIMD8<Float>.self)
      }
      var result = SIMD8<Float>.zero
      for lane in 0..<8 { result[lane] = self[index + lane] }
      return result
    }
  }

  private var storage: [Float]
  private let mask: Int

  /// A ring of zeros.
  init(capacity: Int) {
    precondition(capacity > 0 && capacity & (capacity - 1) == 0, "a power of two")
    storage = [Float](repeating: 0, count: capacity)
    mask = capacity - 1
  }

  /// Lends the samples to `body`.
  @inline(__always)
  mutating func withView<Result>(_ body: (View) -> Result) -> Result {
    let mask = self.mask
    return storage.withUnsafeMutableBufferPointer { buffer in
      // A ring is never empty, so its buffer has an address.
      body(View(base: buffer.baseAddress!, mask: mask))
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let bytes = [UInt8](try container.decode(Data.self))
    let count = bytes.count / 4
    guard count > 0, count & (count - 1) == 0, count <= 4096, bytes.count == count * 4 else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "a ring has a power of two of samples")
    }
    var samples: [Float] = []
    samples.reserveCapacity(count)
    for place in stride(from: 0, to: bytes.count, by: 4) {
      var bits: UInt32 = 0
      for octet in 0..<4 { bits |= UInt32(bytes[place + octet]) << UInt32(8 * octet) }
      let sample = Float(bitPattern: bits)
      guard sample.isFinite else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "a sample is not finite")
      }
      samples.append(sample)
    }
    storage = samples
    mask = count - 1
  }

  func encode(to encoder: any Encoder) throws {
    var data = Data()
    data.reserveCapacity(storage.count * 4)
    for sample in storage {
      for octet in 0..<4 { data.append(UInt8(truncatingIfNeeded: sample.bitPattern >> UInt32(8 * octet))) }
    }
    var container = encoder.singleValueContainer()
    try container.encode(data)
  }
}
