import SwiftASN1
import X509

extension CertificateSigningRequest {
  /// DER.
  var derBytes: [UInt8] {
    get throws {
      var serializer = DER.Serializer()
      try serializer.serialize(self)
      return serializer.serializedBytes
    }
  }
}
