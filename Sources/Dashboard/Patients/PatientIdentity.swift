internal import Store

/// Who a patient is: opened only in the memory of a process that holds the vault's record key.
public struct PatientIdentity: Hashable, Sendable, Codable {
  /// Longest name in characters.
  public static let nameLimit = 120

  /// The name as it is to be shown; any characters but control ones.
  public let name: String
  /// `YYYY-MM-DD`, where it is known.
  public let birthDate: String?

  /// Validates a name and a date.
  /// - Throws: ``AccountError`` with code `bad-identity`.
  public init(name: String, birthDate: String? = nil) throws(AccountError) {
    guard PersonsLine.isLine(name, of: 1...Self.nameLimit) else {
      throw AccountError(.badIdentity, "A patient's name has 1 to \(Self.nameLimit) characters.")
    }
    if let birthDate {
      guard Self.isDate(birthDate) else { throw AccountError(.badIdentity, "A birth date is written YYYY-MM-DD.") }
    }
    self.name = name
    self.birthDate = birthDate
  }

  private static func isDate(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == [4, 2, 2], text.utf8.allSatisfy({ (45...57).contains($0) }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return false }
    let isLeap = year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return (1880...2100).contains(year) && (1...12).contains(month) && (1...lengths[month - 1]).contains(day)
  }
}
