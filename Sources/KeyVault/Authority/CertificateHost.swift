internal import Glibc
internal import SwiftASN1
internal import X509

/// A name or address under which a service is reached: a subject alternative name.
enum CertificateHost: Sendable, Hashable {
  case name(String)
  case address([UInt8])

  /// What every service of one machine is reached under.
  static let local: [CertificateHost] = [
    .name("localhost"), .address([127, 0, 0, 1]), .address([UInt8](repeating: 0, count: 15) + [1]),
  ]

  /// Reads an IPv4 or IPv6 address or a host name (RFC 1123); `nil` for anything else.
  init?(_ text: String) {
    var version4 = in_addr()
    var version6 = in6_addr()
    if inet_pton(AF_INET, text, &version4) == 1 {
      self = .address(withUnsafeBytes(of: version4) { Array($0) })
    } else if inet_pton(AF_INET6, text, &version6) == 1 {
      self = .address(withUnsafeBytes(of: version6) { Array($0) })
    } else {
      let isName =
        (1...253).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "-")
        && text.utf8.allSatisfy { octet in
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet | 0x20) || octet == UInt8(ascii: ".")
            || octet == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
        }
      guard isName else { return nil }
      self = .name(text)
    }
  }

  var generalName: GeneralName {
    switch self {
    case .name(let name): .dnsName(name)
    case .address(let bytes): .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
    }
  }
}
