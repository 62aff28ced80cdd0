internal import Foundation
internal import Sealing

/// What a password must be (NIST SP 800-63B §5.1.1.2): long, and not one that everybody tries. No rule on kinds of characters.
enum PasswordRules {
  /// Shortest and longest accepted password, in characters. The longest bounds the work of one request.
  static let lengthLimits = 12...128

  /// Why a password is refused; `nil` if it is not.
  static func objection(to password: SecretBytes, account: String) -> String? {
    guard let text = normalised(password) else { return "A password must be valid UTF-8." }
    guard lengthLimits.contains(text.count) else {
      return "A password has \(lengthLimits.lowerBound) to \(lengthLimits.upperBound) characters."
    }
    let plain = text.lowercased().filter { $0.isLetter || $0.isNumber }
    if Set(plain).count < 5 { return "A password needs at least five different letters or digits." }
    let contextWords = ["sealedbeat", account.lowercased().filter { $0.isLetter || $0.isNumber }]
    for word in contextWords where word.count >= 4 && plain.contains(word) && plain.count < word.count + 8 {
      return "A password must not be built from the account's or the product's name."
    }
    if commonStems.contains(where: { plain.hasPrefix($0) && plain.count < $0.count + 6 }) {
      return "This password is among those that are tried first."
    }
    return nil
  }

  /// NFKC, so that the same password typed on two keyboards is the same (SP 800-63B §5.1.1.2).
  static func normalised(_ password: SecretBytes) -> String? {
    password.withUnsafeBytes { String(validating: $0.bindMemory(to: UInt8.self), as: UTF8.self) }?
      .precomposedStringWithCompatibilityMapping
  }

  /// Stems of the passwords of twelve and more characters that lead the published lists of breached ones.
  private static let commonStems = [
    "password", "passw0rd", "123456789", "1234567890", "qwertyuiop", "qwerty123", "1q2w3e4r5t", "iloveyou",
    "administrator", "letmein", "welcome", "monkey123", "abcdefghij", "abc123", "zxcvbnm", "asdfghjkl", "changeme",
    "trustno1", "sunshine", "princess", "football", "baseball", "superman", "dragon", "hospital", "cardiology",
  ]
}
