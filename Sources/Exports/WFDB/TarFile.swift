/// The ustar format (POSIX.1-2017, pax): files one after the other, each behind a header of 512 bytes.
enum TarFile {
  /// Two blocks of zeros.
  static let end = [UInt8](repeating: 0, count: 1024)

  /// A file's header.
  /// - Parameters:
  ///   - name: At most 100 bytes of ASCII.
  ///   - size: Bytes, below 8 GiB.
  ///   - seconds: Unix time of its last change.
  static func header(_ name: String, size: Int, seconds: UInt64) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int, width: Int) {
      for (index, byte) in text.utf8.prefix(width).enumerated() { block[place + index] = byte }
    }
    func octal(_ value: Int, _ width: Int) -> String {
      let digits = String(value, radix: 8)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    put(name, at: 0, width: 100)
    put(octal(0o600, 7), at: 100, width: 7)
    put(octal(0, 7), at: 108, width: 7)
    put(octal(0, 7), at: 116, width: 7)
    put(octal(size, 11), at: 124, width: 11)
    put(octal(Int(seconds), 11), at: 136, width: 11)
    put("        ", at: 148, width: 8)
    put("0", at: 156, width: 1)
    put("ustar", at: 257, width: 5)
    put("00", at: 263, width: 2)
    let sum = block.reduce(0) { $0 + Int($1) }
    put(octal(sum, 6), at: 148, width: 6)
    block[154] = 0
    block[155] = 32
    return block
  }

  /// Zeros up to the next block.
  static func padding(_ size: Int) -> [UInt8] { [UInt8](repeating: 0, count: (512 - size % 512) % 512) }
}
