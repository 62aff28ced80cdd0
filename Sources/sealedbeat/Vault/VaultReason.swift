import ArgumentParser
import Foundation
import KeyVaultClient

/// Why something is done: for the audit log.
struct VaultReason: ParsableArguments {
  @Option(help: "Why, for the audit log.") var reason: String

  func validate() throws {
    guard !reason.isEmpty else { throw ValidationError("--reason says why, in a few words.") }
  }
}

/// Reads what the vault answers.
enum JSONAnswer {
  static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(text.utf8))
    } catch {
      throw KeyVaultError.badAnswer("it is not the JSON that this route gives")
    }
  }
}
