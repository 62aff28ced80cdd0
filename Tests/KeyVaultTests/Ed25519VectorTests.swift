import Foundation
import KeyVault
import Testing
import Wire

@Suite("Wycheproof Ed25519 vectors through the verification of checkpoints")
struct Ed25519VectorTests {
  private static let path =
    (ProcessInfo.processInfo.environment["SEALEDBEAT_VECTORS"] ?? "../shared/vectors") + "/wycheproof/ed25519_test.json"

  private struct File: Decodable {
    struct Group: Decodable {
      struct Key: Decodable { let pk: String }
      struct Vector: Decodable {
        let tcId: Int
        let msg, sig, result: String
      }
      let publicKey: Key
      let tests: [Vector]
    }
    let numberOfTests: Int
    let testGroups: [Group]
  }

  @Test("Every signature is judged as published", .enabled(if: FileManager.default.fileExists(atPath: Self.path)))
  func vectors() throws {
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: URL(fileURLWithPath: Self.path)))
    var tried = 0
    for group in file.testGroups {
      let key = try #require([UInt8](hex: group.publicKey.pk))
      for vector in group.tests {
        let (message, signature) = try (#require([UInt8](hex: vector.msg)), #require([UInt8](hex: vector.sig)))
        #expect(
          AuditSignature.isValid(signature, of: message, by: key) == (vector.result == "valid"), "\(vector.tcId)")
        tried += 1
      }
    }
    #expect(tried == file.numberOfTests)
    #expect(!AuditSignature.isValid([], of: [], by: []))
  }
}
