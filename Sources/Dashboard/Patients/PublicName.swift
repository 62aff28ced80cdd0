internal import Sealing

/// Random names for addresses and logs, without meaning and hard to misread.
enum PublicName {
  /// `A`–`Z` and `2`–`9` without the letters that are read as digits: 32 symbols.
  private static let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
  /// Collisions in a row after which something else is wrong: where names are dense, each has a chance of one in a thousand.
  private static let attemptLimit = 16

  /// A new name.
  /// - Parameters:
  ///   - length: Random characters.
  ///   - make: Makes a name of them; `nil` where it is taken.
  /// - Returns: `nil` where none was free.
  /// - Throws: `SealingError`.
  static func fresh<Name>(length: Int, _ make: (String) -> Name?) throws -> Name? {
    for _ in 0..<attemptLimit {
      let characters = try SecureRandom.bytes(length).map { alphabet[Int($0) % alphabet.count] }
      if let name = make(String(characters)) { return name }
    }
    return nil
  }
}
