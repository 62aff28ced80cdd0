internal import Foundation
internal import Sealing

/// What a password must be (NIST SP 800-63B-4 §3.1.1.2): long, and not one that everybody tries. No rule on kinds of characters, no
/// expiry: both make people choose worse ones.
enum PasswordRules {
  /// Shortest and longest accepted password, in code points. 15 is what the clause asks for where a password alone lets somebody in,
  /// as it does until a second factor is added; the longest bounds the work of one request.
  static let lengthLimits = 15...128

  /// Words of the product and the place.
  private static let contextWords = [
    "sealedbeat", "sealed", "beat", "cardiology", "kardiologie", "hospital", "krankenhaus", "klinik", "clinic",
    "doctor",
    "patient", "ward", "station", "nurse", "heart", "herz", "ekg", "ecg",
  ]

  /// Why a password is refused; `nil` if it is not.
  static func objection(to password: SecretBytes, account: String) -> String? {
    guard let text = normalised(password) else { return "A password must be valid UTF-8." }
    guard lengthLimits.contains(text.unicodeScalars.count) else {
      return
        "A password has \(lengthLimits.lowerBound) to \(lengthLimits.upperBound) characters; several words do well."
    }
    let name = account.lowercased()
    let context = contextWords + [name] + name.split { !$0.isLetter && !$0.isNumber }.map(String.init)
    guard CommonPasswords.pieces(of: text, context: context) >= CommonPasswords.fewestPieces else {
      return "This password is made of what is tried first: common passwords, years, rows of keys, "
        + "or the account's and the product's names. Add something that nobody expects."
    }
    return nil
  }

  /// NFKC, so that the same password typed on two keyboards is the same (SP 800-63B-4 §3.1.1.2).
  static func normalised(_ password: SecretBytes) -> String? {
    password.withUnsafeBytes { String(validating: $0.bindMemory(to: UInt8.self), as: UTF8.self) }?
      .precomposedStringWithCompatibilityMapping
  }
}
