internal import Foundation

/// The JSON body of an error (`docs/wire-format.md`).
package struct VaultFailure: Decodable {
  private struct Content: Decodable {
    let code: String
    let reason: String
  }

  private let error: Content

  /// Reads a body; one that is not as described says only that.
  package init(_ body: [UInt8]) {
    self =
      (try? JSONDecoder().decode(VaultFailure.self, from: Data(body)))
      ?? VaultFailure(error: Content(code: "unknown", reason: "the vault gave no reason"))
  }

  private init(error: Content) { self.error = error }

  /// What it means to the caller.
  package func error(status: Int) -> KeyVaultError {
    switch (status, error.code) {
    case (_, "sealed"): .sealed
    case (408, _), (429, _), (500..., _): .unavailable("\(error.code): \(error.reason)")
    case (400..<500, _): .forbidden("\(error.code): \(error.reason)")
    default: .badAnswer("HTTP status \(status)")
    }
  }
}
