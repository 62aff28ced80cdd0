/// Unpacks signal files, signal(5).
enum WFDBSignalFile {
  static func decode(
    _ bytes: [UInt8], format: WFDBHeader.Format, byteOffset: Int, signals: Int, samplesPerSignal: Int?, file: String
  ) throws(WFDBError) -> [[Int16]] {
    guard byteOffset <= bytes.count else {
      throw WFDBError(code: .malformedData, reason: "shorter than its offset", file: file, place: bytes.count)
    }
    let available = values(in: bytes.count - byteOffset, format: format) / signals
    let count = samplesPerSignal ?? available
    guard count <= available else {
      throw WFDBError(
        code: .malformedData, reason: "holds \(available) samples per signal, the header says \(count)", file: file,
        place: bytes.count)
    }
    guard count <= WFDBLimits.samplesPerSignal else {
      throw WFDBError(code: .tooLarge, reason: "\(count) samples per signal", file: file)
    }
    var result = [[Int16]](repeating: [Int16](repeating: 0, count: count), count: signals)
    bytes.withUnsafeBufferPointer { source in
      for signal in 0..<signals {
        result[signal].withUnsafeMutableBufferPointer { target in
          for index in 0..<count {
            target[index] = value(at: index * signals + signal, of: source, from: byteOffset, format: format)
          }
        }
      }
    }
    return result
  }

  /// Values that fit into so many bytes.
  static func values(in bytes: Int, format: WFDBHeader.Format) -> Int {
    switch format {
    case .format16: bytes / 2
    case .format212: bytes / 3 * 2 + (bytes % 3 == 2 ? 1 : 0)
    }
  }

  /// The bytes of the first `values` values: of format 212 a pair, once begun, has two or three.
  static func bytes(of values: Int, format: WFDBHeader.Format) -> Int {
    switch format {
    case .format16: values * 2
    case .format212: values / 2 * 3 + (values & 1) * 2
    }
  }

  /// The value at `index`, with those of all signals in turn from byte `offset` on.
  @inline(__always)
  static func value(
    at index: Int, of source: UnsafeBufferPointer<UInt8>, from offset: Int, format: WFDBHeader.Format
  ) -> Int16 {
    switch format {
    case .format16:
      let place = offset + index * 2
      return Int16(truncatingIfNeeded: Int(source[place]) | Int(source[place + 1]) << 8)
    case .format212:
      let place = offset + index / 2 * 3
      let high = Int(source[place + 1])
      let bits = index & 1 == 0 ? Int(source[place]) | (high & 0x0f) << 8 : Int(source[place + 2]) | (high & 0xf0) << 4
      return Int16(truncatingIfNeeded: (bits ^ 0x800) - 0x800)
    }
  }
}
