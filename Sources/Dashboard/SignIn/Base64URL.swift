internal import Foundation

/// base64url without padding (RFC 4648 §5), as cookies, tokens and WebAuthn write bytes.
extension Array<UInt8> {
  var base64URL: String {
    Data(self).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// Parses it; `nil` for more than `limit` bytes of text, or another character.
  init?(base64URL text: String, upTo limit: Int = 2048) {
    guard text.utf8.count <= limit else { return nil }
    let plain = text.replacing("-", with: "+").replacing("_", with: "/")
    guard let data = Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)) else {
      return nil
    }
    self = Array(data)
  }
}
