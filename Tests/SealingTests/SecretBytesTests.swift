import Sealing
import Testing

@Suite("Secrets in memory")
struct SecretBytesTests {
  private struct Refused: Error {}

  @Test("A secret whose making fails is released once")
  func failedMaking() {
    // A second release corrupts the locked heap: the process would not survive the rounds that follow.
    for _ in 0..<200 {
      #expect(throws: Refused.self) { _ = try SecretBytes(count: 32) { _ throws(Refused) in throw Refused() } }
      let secrets = (0..<4).map { SecretBytes(copying: [UInt8](repeating: $0, count: 32)) }
      #expect(secrets.map { $0.withUnsafeBytes { $0[31] } } == [0, 1, 2, 3])
    }
  }

  @Test("A secret shows nothing of itself")
  func silence() {
    let secret = SecretBytes(copying: [0xAB, 0xCD])
    #expect("\(secret)" == "SecretBytes(2 bytes)")
    #expect(String(reflecting: secret).contains("2 bytes"))
    #expect(Mirror(reflecting: secret).children.isEmpty)
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(!dumped.contains("171") && !dumped.lowercased().contains("ab cd"))
  }

  @Test("Equality is of the bytes, whatever their number")
  func equality() {
    let one = SecretBytes(copying: [1, 2, 3])
    #expect(one.isEqual(to: SecretBytes(copying: [1, 2, 3])))
    #expect(!one.isEqual(to: SecretBytes(copying: [1, 2, 4])))
    #expect(!one.isEqual(to: SecretBytes(copying: [1, 2])))
    #expect(SecretBytes(copying: []).isEqual(to: SecretBytes(copying: [])))
  }

  @Test("More secrets than the locked heap holds still work")
  func overflow() throws {
    // 4 MiB of locked heap hold 131,072 blocks of 32 bytes.
    let secrets = try (0..<140_000).map { _ in try SecretBytes(randomCount: 32) }
    #expect(secrets.allSatisfy { $0.count == 32 })
    #expect(!secrets[0].isEqual(to: secrets[139_999]))
  }
}
