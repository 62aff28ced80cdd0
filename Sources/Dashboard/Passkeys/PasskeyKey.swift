internal import Crypto
internal import Foundation
internal import Wire

/// The public half of a passkey.
package struct PasskeyKey: Hashable, Sendable, Codable {
  /// How it signs (IANA COSE algorithms).
  package enum Algorithm: Int, CaseIterable, Sendable, Codable {
    /// ECDSA on P-256 with SHA-256.
    case es256 = -7
    /// Ed25519.
    case eddsa = -8
  }

  /// How it signs.
  package let algorithm: Algorithm
  /// P-256: `04`, x, y (SEC 1 §2.3.3), 65 bytes. Ed25519: 32 bytes.
  package let bytes: [UInt8]

  /// Reads a COSE_Key (RFC 9053 §7) in the order that CTAP2 writes it.
  init(_ reader: inout CBORReader) throws(PasskeyFault) {
    do {
      let members = try reader.map("key", count: 4...5)
      guard try reader.signed("kty") == 1 else { throw PasskeyFault.unknownKey }
      let type = try reader.signed("kty")
      guard try reader.signed("alg") == 3, let algorithm = Algorithm(rawValue: Int(try reader.signed("alg"))) else {
        throw PasskeyFault.unknownKey
      }
      guard try reader.signed("crv") == -1 else { throw PasskeyFault.unknownKey }
      let curve = try reader.signed("crv")
      guard try reader.signed("x") == -2 else { throw PasskeyFault.unknownKey }
      let x = Array(try reader.byteString("x", length: 32...32))
      self.algorithm = algorithm
      switch (algorithm, type, curve, members) {
      case (.es256, 2, 1, 5):
        guard try reader.signed("y") == -3 else { throw PasskeyFault.unknownKey }
        bytes = [4] + x + Array(try reader.byteString("y", length: 32...32))
        // On the curve, or no key at all.
        _ = try P256.Signing.PublicKey(x963Representation: bytes)
      case (.eddsa, 1, 6, 4):
        bytes = x
        _ = try Curve25519.Signing.PublicKey(rawRepresentation: bytes)
      default: throw PasskeyFault.unknownKey
      }
    } catch let fault as PasskeyFault {
      throw fault
    } catch is WireError {
      throw .malformed
    } catch {
      throw .unknownKey
    }
  }

  /// Whether a signature is this key's.
  func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
    switch algorithm {
    case .es256:
      guard let key = try? P256.Signing.PublicKey(x963Representation: bytes),
        let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature)
      else { return false }
      return key.isValidSignature(signature, for: message)
    case .eddsa:
      guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
      return key.isValidSignature(signature, for: message)
    }
  }
}
