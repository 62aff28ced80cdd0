import DeviceHost
import Foundation
import Testing
import Wire

@Suite struct VirtualDeviceTests {
  private let wave = (0..<1_000).map { Int16($0 * 13 % 801 - 400) }

  @Test func whatGoesInComesOutOfTheSwiftSide() throws {
    let enrolled = try EnrolledDevice()
    let device = enrolled.device
    try device.push(wave.span, at: .after(0))
    device.endSession(at: .after(8))
    device.connected(at: .after(8))
    let chunks = try enrolled.sendAll(at: .after(8))
    #expect(chunks.map(\.header.sequence) == Array(0..<UInt64(chunks.count)))
    let samples = chunks.filter { $0.header.kind == .ecgLeadII }
    #expect(try samples.flatMap { try enrolled.open($0) } == wave)
    #expect(samples.map(\.header.captureTime) == (0..<6).map { DeviceTime.after(Double($0) * 1.496).wallMicroseconds })
    #expect(chunks.first?.header.kind == .status && chunks.last?.header.kind == .status)
    #expect(throws: (any Error).self) { try enrolled.open(samples[0], key: [UInt8](repeating: 1, count: 32)) }
  }

  @Test func receiptsEmptyTheOutbox() throws {
    let enrolled = try EnrolledDevice()
    let device = enrolled.device
    try device.push(wave.span, at: .after(0))
    device.connected(at: .after(8))
    let chunks = try enrolled.sendAll(at: .after(8))
    #expect(device.statistics.chunksHeld == 6)
    device.takeReceipt(Receipt(session: chunks[0].header.session, committed: 3).encoded(), at: .after(9))
    #expect(device.statistics.chunksHeld == 2)
    device.takeReceipt([1, 2, 3], at: .after(9))
    #expect(device.statistics.refusedMessages == 1)
    _ = device.disconnected(at: .after(10))
    #expect(try enrolled.sendAll(at: .after(10)).isEmpty)
    device.connected(at: .after(11))
    #expect(try enrolled.sendAll(at: .after(11)).map(\.header.sequence) == [4, 5])
  }

  @Test func aKilledDeviceKeepsWhatItSealed() throws {
    let folder = TemporaryFolder()
    let values = MemoryValues()
    var first: EnrolledDevice? = try EnrolledDevice(outbox: OutboxFile(path: folder.path + "/outbox"), values: values)
    try first?.device.push(wave.span, at: .after(0))
    let (name, key, vault) = (first!.name, first!.deviceKey, first!.vault)
    let session = first?.device.session
    first = nil  // no goodbye

    let outbox = try OutboxFile(path: folder.path + "/outbox")
    let device = try VirtualDevice(parameters: DeviceParameters(device: name), outbox: outbox, values: values)
    #expect(device.isEnrolled && device.statistics.chunksFound == 6)
    try device.push(wave.span, at: .after(20))
    #expect(device.session != session)
    device.connected(at: .after(20))
    var held: [SealedChunk] = []
    while let message = try device.nextToSend(at: .after(20)) { held.append(try SealedChunk(decoding: message)) }
    #expect(held.filter { $0.header.session == session }.map(\.header.sequence) == [0, 1, 2, 3, 4, 5])
    _ = (key, vault)
  }

  @Test func keysAreSealedWhileTheCoreHoldsItsLock() throws {
    let folder = TemporaryFolder()
    let (values, key) = (folder.path + "/nvs.sealed", folder.path + "/key")
    let enrolled = try EnrolledDevice(values: EncryptedKeyValueFile(path: values, keyFile: key))
    try enrolled.device.push(wave.span, at: .after(0))
    let again = try VirtualDevice(
      parameters: DeviceParameters(device: enrolled.name), outbox: MemoryOutbox(),
      values: EncryptedKeyValueFile(path: values, keyFile: key))
    #expect(again.isEnrolled && again.statistics.keyVersion == 1)
  }

  @Test func aRotationGivesANewKeyAndSession() throws {
    let enrolled = try EnrolledDevice()
    let device = enrolled.device
    try device.push(wave.span, at: .after(0))
    let before = device.session
    device.takeCommand([0x82, 0x01, 0x02])
    #expect(device.wantedKeyVersion == 2)
    let request = try device.rotationRequest(vaultKey: enrolled.vault.publicKey)
    let plaintext = try enrolled.vault.open(request, info: "SealedBeat/1 rotate", aad: enrolled.name.name)
    #expect(plaintext.prefix(4) == [0x82, 0x02, 0x58, 0x20])
    try device.takeRotationAnswer([0x82, 0x01, 0x02], at: .after(8))
    #expect(device.wantedKeyVersion == nil && device.session == nil)
    try device.push(wave.span, at: .after(8))
    #expect(device.session != before)
    device.connected(at: .after(9))
    let fresh = try enrolled.sendAll(at: .after(9)).filter { $0.header.session == device.session }
    #expect(fresh.allSatisfy { $0.header.keyVersion.rawValue == 2 })
    let samples = try fresh.filter { $0.header.kind != .status }.flatMap {
      try enrolled.open($0, key: Array(plaintext[4...]))
    }
    #expect(samples == Array(wave.prefix(935)))
  }

  @Test(arguments: [-3_600_000_000, -1, 1, 3_600_000_000])
  func aWallClockThatJumpsReordersNothing(jump: Int64) throws {
    let enrolled = try EnrolledDevice()
    let device = enrolled.device
    let piece = Array(wave.prefix(187))
    for step in 0..<6 {
      let time = DeviceTime.after(Double(step) * 1.496, wallJump: step < 3 ? 0 : jump)
      try device.push(piece.span, at: time)
    }
    device.connected(at: .after(9))
    let chunks = try enrolled.sendAll(at: .after(9)).filter { $0.header.kind != .status }
    let times = chunks.map(\.header.captureTime)
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 1_496_000 })
  }

  @Test func aFullDiskIsADeclaredGap() throws {
    let folder = TemporaryFolder()
    let outbox = try OutboxFile(path: folder.path + "/outbox", limit: 2_000)
    let enrolled = try EnrolledDevice(outbox: outbox)
    let device = enrolled.device
    #expect(try !device.push(wave.span, at: .after(0)))
    #expect(device.lastStorageFailure == DeviceError(.storageFull, ""))
    device.connected(at: .after(8))
    let sent = try enrolled.sendAll(at: .after(8))
    device.takeReceipt(
      Receipt(session: sent[0].header.session, committed: sent.last!.header.sequence).encoded(), at: .after(9))
    try device.push(wave.span, at: .after(8))
    let next = try enrolled.sendAll(at: .after(10)).first { $0.header.kind == .ecgLeadII }
    let lost = device.statistics.samplesLost
    #expect(lost > 0 && lost % 187 == 0)
    #expect(next?.header.firstSample ?? 0 > sent.last!.header.firstSample + 187)
  }

  @Test func thousandsLiveInOneProcess() throws {
    var devices: [VirtualDevice] = []
    for index in 0..<2_000 {
      // A valid name.
      var parameters = DeviceParameters(device: DeviceID("fleet-\(index)")!)
      parameters.outboxCapacity = 64
      parameters.sessionCapacity = 4
      devices.append(try VirtualDevice(parameters: parameters, outbox: MemoryOutbox(), values: MemoryValues()))
    }
    #expect(devices.allSatisfy { !$0.isEnrolled })
    #expect(throws: DeviceError(.notEnrolled, "")) { try devices[1_999].push(wave.span, at: .after(0)) }
  }
}
