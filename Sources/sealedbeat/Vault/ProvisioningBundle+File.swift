import Foundation
import KeyVault
import KeyVaultClient

extension ProvisioningBundle {
  /// Writes the bundle as JSON to a file of mode 0600, whole or not at all.
  func write(to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try PrivateFile.replace(path, text: String(decoding: encoder.encode(self), as: UTF8.self) + "\n")
  }
}
