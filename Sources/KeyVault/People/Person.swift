internal import GRDB

/// What a person may do with keys.
package enum PersonRole: String, Sendable, Codable, CaseIterable {
  /// Administers keys; sees no ECG, since no key is ever released to a person.
  case custodian
  /// Reads everything about keys, and nothing else.
  case auditor
}

/// A person who signs in to the vault with a certificate of their own.
package struct Person: Sendable, Codable, Hashable {
  /// Prefix of the common name of a person's certificate: no device's and no service's name has it.
  package static let prefix = "person."

  /// 2–32 of `a`–`z`, `0`–`9`, `-`.
  package let name: String
  /// What they may do.
  package let role: PersonRole
  /// Unix time in microseconds.
  package let added: UInt64
  /// Unix time in microseconds; `nil` while they may sign in.
  package let removed: UInt64?

  /// Whether a name is one that a person may have.
  package static func isName(_ text: String) -> Bool {
    (2...32).contains(text.utf8.count)
      && text.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || $0 == UInt8(ascii: "-")
      }
  }

  init?(_ row: Row) {
    guard let role = PersonRole(rawValue: row["role"]) else { return nil }
    name = row["name"]
    self.role = role
    added = UInt64(bitPattern: row["added"] as Int64)
    removed = (row["removed"] as Int64?).map { UInt64(bitPattern: $0) }
  }
}
