internal import CCurl
internal import Glibc
internal import Sealing

/// Sets options of a libcurl handle and remembers the first refusal: an option that silently did not take could be the
/// one that verifies certificates.
struct CurlOptions {
  let curl: UnsafeMutableRawPointer
  private(set) var failure: CURLcode?

  init(curl: UnsafeMutableRawPointer) { self.curl = curl }

  mutating func set(_ option: CURLoption, _ value: Int) { note(sb_curl_setopt_long(curl, option, value)) }

  /// libcurl copies strings.
  mutating func set(_ option: CURLoption, _ value: String?) {
    if let value {
      note(value.withCString { sb_curl_setopt_pointer(curl, option, $0) })
    } else {
      note(sb_curl_setopt_pointer(curl, option, nil))
    }
  }

  mutating func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer?) {
    note(sb_curl_setopt_pointer(curl, option, pointer))
  }

  /// A secret ends with a zero octet only here; libcurl's own copy lives as long as the handle, a conversation.
  mutating func set(_ option: CURLoption, secret: SecretBytes) {
    let result = secret.withUnsafeBytes { secret in
      withUnsafeTemporaryAllocation(byteCount: secret.count + 1, alignment: 1) { buffer in
        guard let base = buffer.baseAddress else { return CURLE_OUT_OF_MEMORY }
        defer { explicit_bzero(base, buffer.count) }
        buffer.copyMemory(from: secret)
        buffer[secret.count] = 0
        return sb_curl_setopt_pointer(curl, option, base)
      }
    }
    note(result)
  }

  mutating func read(
    _ callback:
      @escaping @convention(c) (
        UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
      ) -> Int
  ) {
    note(sb_curl_setopt_read(curl, callback))
  }

  mutating func header(
    _ callback:
      @escaping @convention(c) (
        UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?
      ) -> Int
  ) {
    note(sb_curl_setopt_header(curl, callback))
  }

  private mutating func note(_ result: CURLcode) { if result != CURLE_OK, failure == nil { failure = result } }
}
