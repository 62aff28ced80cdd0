internal import CZlib

/// Compression of what is served over and over (RFC 1952).
package enum Gzip {
  /// Compresses as tightly as zlib can; `nil` where zlib has no memory.
  package static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard sb_gzip_deflate_init(&stream, Z_BEST_COMPRESSION) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
    var input = bytes
    let code = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        return deflate(&stream, Z_FINISH)
      }
    }
    guard code == Z_STREAM_END else { return nil }
    return Array(output.prefix(Int(stream.total_out)))
  }

  /// Whether a request's `Accept-Encoding` takes gzip (RFC 9110 §12.5.3).
  package static func isAccepted(_ acceptEncoding: String?) -> Bool {
    var any: Bool?
    for part in (acceptEncoding ?? "").lowercased().split(separator: ",") {
      let fields = part.split(separator: ";").map { $0.trimming(while: { $0 == " " || $0 == "\t" }) }
      guard let coding = fields.first else { continue }
      let weight = fields.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
      if coding == "gzip" { return weight > 0 }
      if coding == "*" { any = weight > 0 }
    }
    return any ?? false
  }
}

extension Substring {
  fileprivate func trimming(while isBlank: (Character) -> Bool) -> Substring {
    var rest = drop(while: isBlank)
    while let last = rest.last, isBlank(last) { rest.removeLast() }
    return rest
  }
}
