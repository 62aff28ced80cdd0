import Findings
import Foundation
import GRDB
import KeyVault
import Sealing
import Testing
import Wire

@Suite("Destruction of keys")
struct DestructionTests {
  /// A device with a session, a sealed chunk and a sealed record, and how they open.
  private struct Patient {
    let device: TestDevice
    let session: TestSession
    let chunk: SealedChunk
    let finding: [UInt8]
    var reference: SessionReference { SessionReference(device: device.id, session: session.session) }

    init(_ name: String, _ vault: TestVault) throws {
      device = try TestDevice(name)
      try device.enrol(in: vault.authority)
      session = try TestSession(device.id)
      let header = ChunkHeader(
        keyVersion: KeyVersion(rawValue: 1), nonce: session.iv.nonce(sequence: 0), session: session.session,
        sequence: 0,
        kind: .ecgLeadI, firstSample: 0, count: 2, nanovoltsPerLSB: 5000, captureTime: 1, isClockSynchronised: true,
        firmware: FirmwareVersion(rawValue: 0x010000))
      chunk = try ChunkSealer(key: session.key(from: device.dataKey), device: device.id).seal(
        [1, 2, 3, 4], header: header)
      let reference = SessionReference(device: device.id, session: session.session)
      finding = try FindingsSeal(key: session.key(from: device.dataKey, .findings), reference: reference)
        .seal([5, 6], kind: .alert, name: "1")
    }

    /// `opens`, or the refusal; anything else fails the test.
    func reading(_ authority: KeyAuthority) async throws -> String {
      switch try await authority.sessionKeys([session.request(SessionKeyPurpose.allCases)], for: .decryptor)[0] {
      case .refused(let refusal): return refusal.rawValue
      case .released(let keys):
        let opener = try ChunkOpener(key: keys[0], device: device.id, session: session.session, iv: session.iv)
        #expect(try opener.open(chunk) == [1, 2, 3, 4])
        #expect(
          try FindingsSeal(key: keys[1], reference: reference).open(finding, kind: .alert, name: "1") == [5, 6])
        return "opens"
      }
    }
  }

  private func prepared(_ body: (TestVault, [Patient]) async throws -> Void) async throws {
    try await TestVault.with { vault in
      for purpose in [GrantPurpose.session, .findings] {
        _ = try vault.authority.addGrant(.decryptor, device: nil, purpose: purpose, actor: "local")
      }
      let patients = try ["pump-1", "pump-2", "pump-3"].map { try Patient($0, vault) }
      for patient in patients { #expect(try await patient.reading(vault.authority) == "opens") }
      try await body(vault, patients)
    }
  }

  private func schedule(_ vault: TestVault, _ device: DeviceID, days: Int = 7) throws {
    let proposal = try vault.authority.proposeDestruction(
      of: device, days: days, reason: "the study is over", actor: "person:alice")
    _ = try vault.authority.approve(proposal.id, actor: "person:bob")
  }

  private func blob(_ vault: TestVault, _ query: String) throws -> Data {
    try #require(try vault.value(Data.self, query))
  }

  private func round(_ vault: TestVault) throws -> [DeviceID] {
    try vault.authority.upkeep(elapsed: 30, wall: 30).destructions
  }

  @Test(
    "It waits 7 to 30 days, 30 where nobody says; on both clocks: a jump of the clock or time when the vault did not run brings it no closer"
  )
  func waits() async throws {
    try await prepared { vault, patients in
      for days in [0, 6, 31, -1] {
        #expect(throws: VaultError(.badRequest, "")) {
          try vault.authority.proposeDestruction(
            of: patients[0].device.id, days: days, reason: "x", actor: "person:alice")
        }
      }
      let proposal = try vault.authority.proposeDestruction(
        of: patients[0].device.id, reason: "x", actor: "person:alice")
      _ = try vault.authority.approve(proposal.id, actor: "person:bob")
      let destruction = try #require(vault.authority.destructions().first)
      #expect(destruction.due - destruction.scheduled == 30 * 86_400 * 1_000_000)

      // The clock jumps 60 days forward: recorded, and nothing is destroyed.
      vault.clock.advance(by: 60 * 86_400)
      let jump = try vault.authority.upkeep(elapsed: 30, wall: 60 * 86_400)
      #expect(jump.destructions.isEmpty && jump.clockStep == 60 * 86_400 - 30)
      #expect(try vault.authority.auditEntries(from: 1).contains { $0.action == .clock })
      // A vault that was off for 60 days: its first round has both clocks agree, and still counts no more than a round.
      try vault.reopen()
      #expect(try vault.authority.upkeep(elapsed: 60 * 86_400, wall: 60 * 86_400).destructions.isEmpty)
      // A vault that ran for 30 days under a clock that stands in the past does not destroy either.
      try vault.observe(seconds: 30 * 86_400)
      vault.clock.advance(by: -70 * 86_400)
      #expect(try round(vault).isEmpty)
      #expect(try await patients[0].reading(vault.authority) == "opens")
      vault.clock.advance(by: 70 * 86_400)
      #expect(try round(vault) == [patients[0].device.id])
      #expect(try await patients[0].reading(vault.authority) == "destroyed")
    }
  }

  @Test("Many rounds of a vault that runs do add up")
  func rounds() async throws {
    try await prepared { vault, patients in
      try schedule(vault, patients[0].device.id)
      try vault.observe(seconds: 7 * 86_400 - 300)
      vault.clock.advance(by: 7 * 86_400)
      for _ in 0..<9 { #expect(try round(vault).isEmpty) }
      #expect(try round(vault) == [patients[0].device.id])
    }
  }

  @Test("A use of what waits is an alarm: at most one an hour, and the clock's jumps silence none")
  func alarm() async throws {
    try await prepared { vault, patients in
      try schedule(vault, patients[0].device.id)
      func alarms() throws -> Int { try vault.authority.auditEntries(from: 1).count { $0.action == .alarm } }
      #expect(try alarms() == 0)
      for _ in 0..<3 { _ = try await patients[0].reading(vault.authority) }
      _ = try await patients[1].reading(vault.authority)
      #expect(try alarms() == 1)
      #expect(try vault.authority.destructions().first?.usedMeanwhile == vault.clock.now.unixMicroseconds)
      vault.clock.advance(by: 3_601)
      _ = try await patients[0].reading(vault.authority)
      #expect(try alarms() == 2)
      vault.clock.advance(by: -86_400)
      _ = try await patients[0].reading(vault.authority)
      #expect(try alarms() == 3)
      let entry = try #require(vault.authority.auditEntries(from: 1).last { $0.action == .alarm })
      #expect(entry.object == "device/pump-1")
    }
  }

  @Test("Cancelled, or held by law, it does not happen; released, it does")
  func cancelAndHold() async throws {
    try await prepared { vault, patients in
      for patient in patients.prefix(2) { try schedule(vault, patient.device.id) }
      try vault.authority.cancelDestruction(of: patients[0].device.id, reason: "appeal", actor: "person:bob")
      try vault.authority.hold(patients[1].device.id, reason: "court", actor: "person:alice")
      try vault.observe(seconds: 8 * 86_400)
      vault.clock.advance(by: 8 * 86_400)
      #expect(try round(vault).isEmpty)
      #expect(try vault.authority.destructions().map(\.state) == [.held, .cancelled])
      for patient in patients { #expect(try await patient.reading(vault.authority) == "opens") }
      try vault.authority.releaseHold(patients[1].device.id, reason: "settled", actor: "person:bob")
      #expect(try round(vault) == [patients[1].device.id])
      #expect(try vault.authority.destructions().map(\.state) == [.carriedOut, .cancelled])
    }
  }

  @Test("Afterwards nothing opens what it sealed: no release, no cache, no file, no backup of before; all else does")
  func shred() async throws {
    try await prepared { vault, patients in
      let gone = patients[0]
      let earlier = try vault.backup()
      let wrapped = try blob(vault, "SELECT wrapped FROM device_key WHERE device = 'pump-1' AND version = 1")
      let backupKey = try blob(vault, "SELECT wrapped FROM own_key WHERE name = 'backup'")
      #expect(try vault.fileBytes().range(of: wrapped) != nil)
      try schedule(vault, gone.device.id)
      try vault.observe(seconds: 7 * 86_400)
      vault.clock.advance(by: 7 * 86_400)
      #expect(try round(vault) == [gone.device.id])

      #expect(try await gone.reading(vault.authority) == "destroyed")
      // Not in vault.sqlite, not in its write-ahead log, not in a journal; the vault is open all the while.
      let bytes = try vault.fileBytes()
      for secret in [wrapped, backupKey] {
        #expect(bytes.range(of: secret) == nil)
        #expect(bytes.range(of: secret.dropFirst(13)) == nil)
      }
      #expect(throws: VaultError(.unopenable, "")) {
        try vault.restore(earlier.path, vault.authority.recoveryFile())
      }
      for patient in patients.dropFirst() { #expect(try await patient.reading(vault.authority) == "opens") }
      let later = try vault.backup()
      try vault.move(to: vault.restore(later.path, later.recovery))
      #expect(try await gone.reading(vault.authority) == "destroyed")
      for patient in patients.dropFirst() { #expect(try await patient.reading(vault.authority) == "opens") }
      // It stays gone when the device comes again with a new key, which it may once it is let in again.
      #expect(throws: VaultError(.deviceRevoked, "")) { try gone.device.enrol(in: vault.authority) }
      try vault.authority.reinstate(gone.device.id, reason: "another patient", actor: "person:alice")
      gone.device.dataKey = try SecureRandom.bytes(32)
      try gone.device.enrol(in: vault.authority)
      #expect(try await gone.reading(vault.authority) == "destroyed")
      #expect(try vault.states(gone.device.id) == [.destroyed, .active])
    }
  }

  @Test("A vault that was killed right after a destruction holds nothing of the key once it is open again")
  func shredAndCrash() async throws {
    try await prepared { vault, patients in
      let wrapped = try blob(vault, "SELECT wrapped FROM device_key WHERE device = 'pump-1' AND version = 1")
      try schedule(vault, patients[0].device.id)
      try vault.observe(seconds: 7 * 86_400)
      vault.clock.advance(by: 7 * 86_400)
      // A reader keeps SQLite from emptying its log, as a crash between the two would.
      var configuration = Configuration()
      configuration.allowsUnsafeTransactions = true
      let reader = try DatabaseQueue(path: vault.path, configuration: configuration)
      try reader.inDatabase { database in
        try database.execute(sql: "BEGIN")
        _ = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM device_key")
      }
      #expect(throws: VaultError(.storage, "")) { try round(vault) }
      #expect(try vault.states(patients[0].device.id) == [.destroyed])
      let copy = vault.directory + "/copy"
      try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: vault.path + suffix, toPath: "\(copy)/vault.sqlite\(suffix)")
      }
      try wrapped.write(to: URL(fileURLWithPath: copy + "/outgoing-1.snapshot"))
      func holdsKey(_ folder: String) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: folder).contains {
          try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")).range(of: wrapped) != nil
        }
      }
      #expect(try holdsKey(copy), "the crash that this test is about")
      let reopened = try KeyAuthority.open(
        directory: copy, root: vault.root, clock: { [clock = vault.clock] in clock.now })
      #expect(try !holdsKey(copy))
      #expect(try await patients[0].reading(reopened) == "destroyed")
      #expect(try await patients[1].reading(reopened) == "opens")
      // The vault that went on running makes up for it as soon as it can.
      try reader.inDatabase { try $0.execute(sql: "COMMIT") }
      try reader.close()
      #expect(try round(vault).isEmpty)
      #expect(try !holdsKey(vault.folder))
    }
  }

  @Test("The certificate says what is gone, and OpenSSL alone verifies it; an altered one it refuses")
  func certificate() async throws {
    try await prepared { vault, patients in
      let id = patients[0].device.id
      #expect(throws: VaultError(.unknown, "")) { try vault.authority.certificate(ofDestruction: id) }
      try schedule(vault, id)
      try vault.observe(seconds: 7 * 86_400)
      vault.clock.advance(by: 7 * 86_400)
      _ = try round(vault)
      let certificate = try vault.authority.certificate(ofDestruction: id)
      let statement = try #require(certificate.verified(by: vault.authority.auditPublicKey))
      #expect(statement.keys == ["device/pump-1/1"] && statement.device == "pump-1" && statement.backupKey == 1)
      #expect(statement.proposer == "person:alice" && statement.approver == "person:bob")
      #expect(statement.reason == "the study is over")
      let last = try vault.authority.auditEntries(from: statement.auditEntries).first
      #expect(last?.object == "backup/2" || last?.action == .destroy)
      #expect(try openSSLAccepts(certificate, certificate.statement, in: vault.directory))
      #expect(
        try !openSSLAccepts(certificate, certificate.statement.replacing("pump-1", with: "pump-2"), in: vault.directory)
      )
      #expect(certificate.verified(by: [UInt8](repeating: 1, count: 32)) == nil)
    }
  }

  private func openSSLAccepts(_ certificate: DestructionCertificate, _ statement: String, in folder: String) throws
    -> Bool
  {
    try Data(statement.utf8).write(to: URL(fileURLWithPath: folder + "/statement"))
    try Data([UInt8](hex: certificate.signature) ?? []).write(to: URL(fileURLWithPath: folder + "/signature"))
    try Data(certificate.publicKeyPEM.utf8).write(to: URL(fileURLWithPath: folder + "/key"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = [
      "pkeyutl", "-verify", "-pubin", "-inkey", folder + "/key", "-rawin", "-in", folder + "/statement", "-sigfile",
      folder + "/signature",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
