internal import Foundation
public import Sealing
public import Store

/// Seals and opens patients' identities under the vault's record key, each bound to its pseudonym.
///
/// It holds a cipher and is confined to one caller at a time.
public final class IdentitySeal {
  /// A sealed identity is padded to a multiple of this many bytes, so that its length does not tell the name's.
  private static let paddedSize = 128

  private let box: SealedBox

  /// - Parameter key: The vault's record key of purpose `patients`.
  public init(key: SecretBytes) throws(SealingError) { box = try SealedBox(key: key) }

  /// Seals an identity.
  public func seal(_ identity: PatientIdentity, for pseudonym: Pseudonym) throws -> [UInt8] {
    var plaintext = Array(try JSONEncoder().encode(identity))
    let padding = (Self.paddedSize - plaintext.count % Self.paddedSize) % Self.paddedSize
    plaintext += Array(repeating: UInt8(ascii: " "), count: padding)
    return try box.seal(plaintext, context: Self.context(pseudonym))
  }

  /// Opens an identity.
  public func identity(_ record: PatientRecord) throws -> PatientIdentity {
    let plaintext = try box.open(record.box, context: Self.context(record.pseudonym))
    return try JSONDecoder().decode(PatientIdentity.self, from: Data(plaintext))
  }

  private static func context(_ pseudonym: Pseudonym) -> String { "patient/\(pseudonym)" }
}
