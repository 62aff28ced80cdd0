/// Of how few guessable pieces a password is built: what a guesser tries first is lists of common passwords, words of the place, years,
/// repetitions, and runs along the alphabet or the keyboard (SP 800-63B-4 §3.1.1.2: commonly used, expected, or compromised).
package enum CommonPasswords {
  /// A password of fewer pieces is refused: four common words in a row are 40 bits or more, three are not.
  package static let fewestPieces = 4

  private static let words: Set<Substring> = Set(list.split { $0 == " " || $0.isNewline })
  private static let longestWord = words.map(\.utf8.count).max() ?? 0
  private static let rows = [
    "abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb", "1q2w3e4r5t6z7u8i9o0p", "azertyuiop",
  ]
  private static let shortestRun = 4
  private static let shortestRepetition = 3
  /// How letters are disguised.
  private static let disguises: [Character: Character] = [
    "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "@": "a", "$": "s", "!": "i",
  ]

  /// The least number of pieces that make up a password; what is no word, run, year or repetition counts by the character.
  /// - Parameter context: Words of the product and the account, which count nothing.
  package static func pieces(of password: String, context: [String]) -> Int {
    let lowered = password.lowercased()
    let undisguised = String(lowered.map { disguises[$0] ?? $0 })
    return [lowered, undisguised].map { least(of: unit(of: plain($0)), context: context.map(plain)) }.min() ?? 0
  }

  private static func plain(_ text: String) -> String { String(text.filter { $0.isLetter || $0.isNumber }) }

  /// What a text repeats: `abab` is no better than `ab`.
  private static func unit(of text: String) -> [Character] {
    let characters = Array(text)
    for length in 1..<max(1, characters.count / 2 + 1) where characters.count.isMultiple(of: length) {
      if characters.indices.allSatisfy({ characters[$0] == characters[$0 % length] }) {
        return Array(characters.prefix(length))
      }
    }
    return characters
  }

  private static func least(of text: [Character], context: [String]) -> Int {
    var least = Array(repeating: 0, count: text.count + 1)
    let known = Set(context.filter { $0.count >= 3 })
    let longest = max(longestWord, known.map(\.count).max() ?? 0)
    for end in 1..<(text.count + 1) {
      least[end] = least[end - 1] + 1
      for start in stride(from: end - 2, through: max(0, end - max(longest, 24)), by: -1) {
        let piece = String(text[start..<end])
        if known.contains(piece) {
          least[end] = min(least[end], least[start])
        } else if words.contains(piece[...]) || isRun(piece) || isRepetition(piece) || isYear(piece) {
          least[end] = min(least[end], least[start] + 1)
        }
      }
    }
    return least[text.count]
  }

  private static func isRun(_ piece: String) -> Bool {
    guard piece.count >= shortestRun else { return false }
    let backwards = String(piece.reversed())
    return rows.contains { $0.contains(piece) || $0.contains(backwards) }
  }

  private static func isRepetition(_ piece: String) -> Bool {
    piece.count >= shortestRepetition && Set(piece).count == 1
  }

  private static func isYear(_ piece: String) -> Bool {
    piece.count == 4 && (piece.hasPrefix("19") || piece.hasPrefix("20")) && piece.allSatisfy(\.isNumber)
  }
}
