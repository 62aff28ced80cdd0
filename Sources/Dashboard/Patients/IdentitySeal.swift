internal import Foundation
public import Sealing
public import Store

/// Seals and opens patients' identities under the vault's record key, each bound to its pseudonym, and what groups of patients are
/// called, each bound to its group.
///
/// A group's name says of everybody in it where they lie or which study they are in: often an illness. It is a part of who they are,
/// and sealed like that.
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
    try box.seal(Self.padded(Array(try JSONEncoder().encode(identity))), context: Self.context(pseudonym))
  }

  /// Opens an identity.
  public func identity(_ record: PatientRecord) throws -> PatientIdentity {
    let plaintext = try box.open(record.box, context: Self.context(record.pseudonym))
    return try JSONDecoder().decode(PatientIdentity.self, from: Data(plaintext))
  }

  /// Seals what a group is called.
  public func seal(_ name: GroupName, for group: GroupID) throws -> [UInt8] {
    try box.seal(Self.padded(Array(name.text.utf8)), context: Self.context(group))
  }

  /// Opens what a group is called.
  public func name(_ record: PatientGroupRecord) throws -> GroupName {
    let plaintext = try box.open(record.box, context: Self.context(record.id))
    let text = String(decoding: plaintext, as: UTF8.self)
    return try GroupName(text)
  }

  private static func padded(_ plaintext: [UInt8]) -> [UInt8] {
    let padding = (paddedSize - plaintext.count % paddedSize) % paddedSize
    return plaintext + Array(repeating: UInt8(ascii: " "), count: padding)
  }

  private static func context(_ pseudonym: Pseudonym) -> String { "patient/\(pseudonym)" }
  private static func context(_ group: GroupID) -> String { "group/\(group)" }
}
