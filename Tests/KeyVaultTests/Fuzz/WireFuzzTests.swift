import Foundation
import KeyVault
import KeyVaultClient
import Sealing
import Testing
import Wire

/// Every parser that faces the network gets tens of thousands of mutations of valid inputs: none may crash it, and none may
/// be taken for something that would be written otherwise.
@Suite("Fuzzing of what comes from the network, without a network")
struct WireFuzzTests {
  private func device(_ name: String) throws -> DeviceID { try #require(DeviceID(name)) }

  private func requests() throws -> [SessionKeyRequest] {
    try (0..<3).map { number in
      let session = try TestSession(device("ward-\(number)"))
      return SessionKeyRequest(
        reference: SessionReference(device: session.device, session: session.session), iv: session.iv,
        keyVersion: KeyVersion(rawValue: [1, 300, .max][number]),
        purposes: [[.session], [.findings], [.session, .findings]][number])
    }
  }

  @Test("Requests for session keys and record keys, at the vault")
  func requestsAtTheVault() throws {
    let requests = try requests()
    let corpus = [
      SessionKeyExchange.encode(requests), SessionKeyExchange.encode([requests[0]]), SessionKeyExchange.encode([]),
    ]
    for valid in corpus { #expect(try SessionKeyMessage.decode(valid).count <= 3) }
    var accepted = 0
    Mutator.run("session keys", corpus) { bytes in
      guard let decoded = try? SessionKeyMessage.decode(bytes) else { return }
      accepted += 1
      let again = decoded.map {
        SessionKeyRequest(
          reference: SessionReference(device: $0.device, session: $0.session), iv: $0.iv, keyVersion: $0.version,
          purposes: Set($0.purposes))
      }
      #expect(SessionKeyExchange.encode(again) == bytes)
    }
    #expect(accepted > 0, "a mutation of a key or an id is a valid request: the corpus is near the border")
    let record = SessionKeyExchange.encode(.patients)
    #expect(try SessionKeyMessage.decodeRecordPurpose(record) == .patients)
    Mutator.run("record key", [record]) { bytes in
      guard let purpose = try? SessionKeyMessage.decodeRecordPurpose(bytes) else { return }
      #expect(bytes == [0x82, 0x01, 0x60 + UInt8(purpose.rawValue.utf8.count)] + Array(purpose.rawValue.utf8))
    }
  }

  @Test("Answers with keys, and errors, at the services")
  func answersAtTheClient() throws {
    let requests = try requests()
    func answer(_ key: UInt8, _ purposes: [SessionKeyPurpose]) throws -> ReleaseAnswer {
      try .released(
        purposes.map { try SessionKey(purpose: $0, secret: SecretBytes(copying: [UInt8](repeating: key, count: 32))) })
    }
    let valid = try SessionKeyMessage.encode([
      answer(1, [.session]), .refused(.ivRepeated), answer(3, SessionKeyPurpose.allCases),
    ])
    #expect(try SessionKeyExchange.decode(valid, to: requests).count == 3)
    try Mutator.run("session key answers", [valid]) { bytes in
      guard let answers = try? SessionKeyExchange.decode(bytes, to: requests) else { return }
      let again = try answers.map { answer in
        switch answer {
        case .refused(let refusal): ReleaseAnswer.refused(try #require(ReleaseRefusal(rawValue: refusal.rawValue)))
        case .released(let keys): ReleaseAnswer.released(SessionKeyPurpose.allCases.compactMap { keys[$0] })
        }
      }
      #expect(SessionKeyMessage.encode(again) == bytes)
    }
    let record = SessionKeyMessage.encode(recordKey: SecretBytes(copying: [UInt8](repeating: 5, count: 32)))
    Mutator.run("record key answer", [record]) { bytes in
      guard let key = try? SessionKeyExchange.decodeRecordKey(bytes) else { return }
      #expect(SessionKeyMessage.encode(recordKey: key) == bytes)
    }
    let failures = [
      #"{"error":{"code":"sealed","reason":"the vault is sealed"}}"#, #"{"error":{"code":"no-grant","reason":""}}"#,
    ].map { Array($0.utf8) }
    Mutator.run("failures", failures, share: 4) { bytes in
      for status in [200, 400, 403, 503] { _ = VaultFailure(bytes).error(status: status) }
    }
  }

  @Test("Plaintexts of enrolment and rotation, and the HPKE envelope around them")
  func enrolment() throws {
    let device = try TestDevice("ward-7")
    let enrolment = try device.enrolment(token: [UInt8](repeating: 7, count: 32).hex)
    let rotation = [
      TestDevice.rotation(version: 2, key: device.dataKey), TestDevice.rotation(version: 70_000, key: device.dataKey),
    ]
    _ = try EnrolmentRequest(decoding: SecretBytes(copying: enrolment))
    Mutator.run("enrolment", [enrolment]) { bytes in
      if (try? EnrolmentRequest(decoding: SecretBytes(copying: bytes))) != nil { #expect(CBORForm.isCanonical(bytes)) }
    }
    Mutator.run("rotation", rotation) { bytes in
      if (try? RotationRequest(decoding: SecretBytes(copying: bytes))) != nil { #expect(CBORForm.isCanonical(bytes)) }
    }
    let opener = try EnrolmentOpener(key: SecretBytes(copying: [UInt8](repeating: 3, count: 32)))
    let message = try TestDevice.seal(enrolment, to: opener.publicKey, info: "SealedBeat/1 enrol")
    _ = try opener.open(message: message, purpose: .enrol, additionalData: [])
    Mutator.run("envelope", [message], share: 10) { bytes in
      #expect(throws: VaultError.self) { try opener.open(message: bytes, purpose: .enrol, additionalData: []) }
    }
  }

  @Test("Chunks, receipts, commands and topics")
  func messages() throws {
    let session = try TestSession(device("ward-7"))
    var headers: [ChunkHeader] = []
    for (sequence, kind) in zip([0, 70_000, 1 << 31] as [UInt64], [ChunkKind.ecgLeadI, .ppgRed, .ecgLeadIII]) {
      headers.append(
        ChunkHeader(
          keyVersion: KeyVersion(rawValue: 1), nonce: session.iv.nonce(sequence: sequence), session: session.session,
          sequence: sequence, kind: kind, firstSample: sequence * 4, count: 4, nanovoltsPerLSB: kind.isECG ? 5000 : 0,
          captureTime: 1_700_000_000_000_000, isClockSynchronised: true, firmware: FirmwareVersion(rawValue: 0x010203)))
    }
    let chunks = headers.map { SealedChunk(header: $0, ciphertext: [UInt8](repeating: 9, count: 24)).encoded() }
    for chunk in chunks { _ = try SealedChunk(decoding: chunk) }
    Mutator.run("chunk", chunks) { bytes in
      guard let chunk = try? SealedChunk(decoding: bytes) else { return }
      #expect(chunk.encoded() == bytes)
      #expect(SealedChunk(header: chunk.header, ciphertext: chunk.ciphertext).encoded() == bytes)
      #expect(chunk.header.sessionIV != nil)
    }
    Mutator.run("receipt", [Receipt(session: session.session, committed: 70_000).encoded()]) { bytes in
      guard let receipt = try? Receipt(decoding: bytes) else { return }
      #expect(receipt.encoded() == bytes)
    }
    Mutator.run("command", [DeviceCommand.rotateDataKey(KeyVersion(rawValue: 300)).encoded()]) { bytes in
      guard let command = try? DeviceCommand(decoding: bytes) else { return }
      #expect(command.encoded() == bytes)
    }
    Mutator.run("topic", ["sb/1/ward-7/chunk", "sb/1/abc/status"].map { Array($0.utf8) }) { bytes in
      let name = String(decoding: bytes, as: UTF8.self)
      guard let topic = try? Topic(parsing: name) else { return }
      #expect(topic.description == name && !name.contains { "+#\0".contains($0) })
    }
  }

  @Test("The CBOR reader itself: whatever is read in whatever order, nothing is read twice and nothing beyond the end")
  func reader() {
    var writer = CBORWriter()
    writer.beginArray(6)
    for value in [0, 24, 1 << 40] as [UInt64] { writer.write(value) }
    writer.write(text: "äöü")
    writer.write(bytes: [1, 2, 3])
    writer.write(true)
    var chance = SeededGenerator(seed: SeededGenerator.runSeed)
    Mutator.run("reader", [writer.bytes]) { bytes in
      var reader = CBORReader(bytes)
      var left = reader.remaining
      for _ in 0..<8 {
        let length = 0...Int.random(in: 0...1 << 20, using: &chance)
        switch Int.random(in: 0..<8, using: &chance) {
        case 0: _ = try? reader.unsigned("", limit: UInt64.random(in: 0...UInt64.max, using: &chance))
        case 1: _ = try? reader.signed("")
        case 2: _ = try? reader.byteString("", length: length)
        case 3: _ = try? reader.text("", length: length)
        case 4: _ = try? reader.boolean("")
        case 5: _ = try? reader.array("", count: length)
        case 6: _ = try? reader.map("", count: length)
        default: _ = try? reader.tag(16, "")
        }
        #expect(reader.remaining <= left && reader.remaining >= 0)
        left = reader.remaining
      }
    }
  }
}
