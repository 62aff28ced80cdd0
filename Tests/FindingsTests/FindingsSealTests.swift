import Findings
import Sealing
import Testing
import Wire

@Suite("Findings are sealed to their place")
struct FindingsSealTests {
  let reference = SessionReference(
    // A valid name and 16 bytes.
    device: DeviceID("sb-1")!, session: SessionID([UInt8](repeating: 7, count: 16))!)
  let other = SessionReference(
    // A valid name and 16 bytes.
    device: DeviceID("sb-2")!, session: SessionID([UInt8](repeating: 7, count: 16))!)

  private func seal(_ reference: SessionReference, key: UInt8 = 1) throws -> FindingsSeal {
    try FindingsSeal(
      key: SessionKey(purpose: .findings, secret: SecretBytes(copying: [UInt8](repeating: key, count: 32))),
      reference: reference)
  }

  @Test("opens with its key at its place")
  func opens() throws {
    let sealed = try seal(reference).seal(FindingsTests.finding)
    #expect(try seal(reference).finding(sealed, sequence: 4711) == FindingsTests.finding)
  }

  @Test("does not open with another key, for another session or sequence, or when a bit differs")
  func refuses() throws {
    let sealed = try seal(reference).seal(FindingsTests.finding)
    #expect(throws: SealingError.authenticationFailed) { try seal(reference, key: 2).finding(sealed, sequence: 4711) }
    #expect(throws: SealingError.authenticationFailed) { try seal(other).finding(sealed, sequence: 4711) }
    #expect(throws: SealingError.authenticationFailed) { try seal(reference).finding(sealed, sequence: 4712) }
    for index in sealed.indices {
      var flipped = sealed
      flipped[index] ^= 0x80
      #expect(throws: SealingError.authenticationFailed) { try seal(reference).finding(flipped, sequence: 4711) }
    }
  }

  @Test("a record of one kind or name does not stand in for another")
  func kinds() throws {
    let box = try seal(reference)
    let sealed = try box.seal([1, 2, 3], kind: .alert, name: "1")
    #expect(try box.open(sealed, kind: .alert, name: "1") == [1, 2, 3])
    #expect(throws: SealingError.authenticationFailed) { try box.open(sealed, kind: .message, name: "1") }
    #expect(throws: SealingError.authenticationFailed) { try box.open(sealed, kind: .alert, name: "2") }
    #expect(throws: SealingError.authenticationFailed) { try box.finding(sealed, sequence: 1) }
  }

  @Test("the key that opens chunks seals no findings")
  func purpose() throws {
    let key = try SessionKey(purpose: .session, secret: SecretBytes(randomCount: 32))
    #expect(throws: SealingError.wrongSize("key purpose")) { try FindingsSeal(key: key, reference: reference) }
  }

  @Test("no plaintext is left in what is sealed")
  func ciphertext() throws {
    let plain = FindingsTests.finding.encoded()
    let sealed = try seal(reference).seal(FindingsTests.finding)
    let windows = Set((0..<plain.count - 8).map { Array(plain[$0..<$0 + 8]) })
    #expect(!(0..<sealed.count - 8).contains { windows.contains(Array(sealed[$0..<$0 + 8])) })
  }
}
