internal import Store

/// What a group of patients is called: a ward, a room, a study.
public struct GroupName: Hashable, Sendable {
  /// Longest name in characters.
  public static let limit = 40

  /// Without spaces at its ends.
  public let text: String

  /// Validates a name; spaces at its ends are taken off.
  /// - Throws: ``AccountError`` with code `bad-group-name`.
  public init(_ text: String) throws(AccountError) {
    var trimmed = text.drop { $0 == " " }
    while trimmed.last == " " { trimmed.removeLast() }
    guard PersonsLine.isLine(String(trimmed), of: 1...Self.limit) else {
      throw AccountError(.badGroupName, "A group's name has 1 to \(Self.limit) characters.")
    }
    self.text = String(trimmed)
  }
}
