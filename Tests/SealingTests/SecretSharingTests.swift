import Sealing
import Testing

@Suite("Secret sharing")
struct SecretSharingTests {
  @Test(
    "Any threshold of shares gives the secret back, and no fewer do", arguments: [(2, 2), (3, 2), (5, 3), (16, 16)])
  func combines(count: Int, threshold: Int) throws {
    let secret = try SecretBytes(randomCount: 32)
    let shares = try SecretSharing.split(secret, count: count, threshold: threshold)
    #expect(shares.map(\.index) == (1...count).map { UInt8($0) })
    for _ in 0..<20 {
      let chosen = Array(shares.shuffled().prefix(threshold))
      #expect(try SecretSharing.combine(chosen).isEqual(to: secret))
      #expect(try !SecretSharing.combine(Array(chosen.dropLast())).isEqual(to: secret))
    }
  }

  @Test("Every choice of three of five shares opens")
  func everyChoice() throws {
    let secret = try SecretBytes(randomCount: 32)
    let shares = try SecretSharing.split(secret, count: 5, threshold: 3)
    var choices = 0
    for bits in 0..<32 where bits.nonzeroBitCount == 3 {
      let chosen = shares.indices.filter { bits >> $0 & 1 == 1 }.map { shares[$0] }
      #expect(try SecretSharing.combine(chosen).isEqual(to: secret))
      choices += 1
    }
    #expect(choices == 10)
  }

  @Test("With fewer shares than the threshold, every secret is as likely: one share's bytes are uniform")
  func uniform() throws {
    // The same secret, 512 times: were the coefficients predictable or never zero, some byte value would be missing.
    let secret = SecretBytes(copying: [UInt8](repeating: 7, count: 32))
    var seen = [Int](repeating: 0, count: 256)
    for _ in 0..<512 {
      let share = try SecretSharing.split(secret, count: 2, threshold: 2)[0]
      share.value.withUnsafeBytes { for byte in $0 { seen[Int(byte)] += 1 } }
    }
    // 16,384 bytes, 64 of each value expected; fewer than 20 or more than 130 has a probability below 1e-9.
    #expect(seen.allSatisfy { (20...130).contains($0) })
  }

  @Test("What cannot be shares is refused")
  func refused() throws {
    let secret = try SecretBytes(randomCount: 32)
    for (count, threshold) in [(1, 1), (2, 1), (2, 3), (17, 2), (0, 0)] {
      #expect(throws: SealingError.self) { try SecretSharing.split(secret, count: count, threshold: threshold) }
    }
    #expect(throws: SealingError.self) { try SecretSharing.split(SecretBytes(copying: []), count: 2, threshold: 2) }
    let shares = try SecretSharing.split(secret, count: 3, threshold: 2)
    #expect(throws: SealingError.self) { try SecretSharing.combine([]) }
    #expect(throws: SealingError.self) { try SecretSharing.combine([shares[0], shares[0]]) }
    let short = SecretSharing.Share(index: 2, value: SecretBytes(copying: [1]))
    #expect(throws: SealingError.self) { try SecretSharing.combine([shares[0], short]) }
  }
}
