import Testing
import Wire

struct IdentityTests {
  @Test(arguments: ["abc", "ecg-7", "a1b", "0-0", String(repeating: "a", count: 32)])
  func acceptsDeviceNames(name: String) { #expect(DeviceID(name)?.name == name) }

  @Test(arguments: [
    "", "ab", "-ab", "ab-", "Abc", "a.b", "svc.broker", "a/b", "a+b", "a#b", "a b", "ä12", "a\u{0}b",
    String(repeating: "a", count: 33),
  ])
  func refusesDeviceNames(name: String) { #expect(DeviceID(name) == nil) }

  @Test func aServiceIsNeverADevice() {
    for service in [ServiceID.broker, .decryptor, .notifier, .dashboard, .retention, .operatorConsole] {
      #expect(DeviceID(service.rawValue) == nil)
      #expect(ServiceID(rawValue: service.rawValue) == service)
    }
    #expect(ServiceID(rawValue: "broker") == nil)
    #expect(ServiceID(rawValue: "svc.") == nil)
    #expect(ServiceID(rawValue: "svc.a.b") == nil)
  }

  @Test func nonceIsItsOwnInverse() throws {
    let iv = try #require(SessionIV((0..<12).map { UInt8($0) }))
    #expect(iv.nonce(sequence: 0) == iv.bytes)
    #expect(iv.nonce(sequence: 1).last == UInt8(10))
    for sequence: UInt64 in [0, 1, 255, 256, 1 << 40, .max] {
      #expect(SessionIV(nonce: iv.nonce(sequence: sequence), sequence: sequence) == iv)
    }
    #expect(Set((0..<1000).map { iv.nonce(sequence: $0) }).count == 1000)
  }

  @Test func hexadecimal() {
    #expect([UInt8](hex: "00ffA5") == [0, 255, 0xA5])
    #expect([UInt8](hex: "0") == nil)
    #expect([UInt8](hex: "0g") == nil)
    #expect([0, 255, 0xA5].map(UInt8.init).hex == "00ffa5")
  }
}

struct TopicTests {
  @Test func roundTrip() throws {
    let device = try #require(DeviceID("ecg-1"))
    for channel in Topic.Channel.allCases {
      let topic = Topic(device: device, channel: channel)
      #expect(try Topic(parsing: topic.description) == topic)
    }
  }

  @Test(arguments: [
    "", "sb/1/ecg-1", "sb/1/ecg-1/chunk/", "/sb/1/ecg-1/chunk", "sb/2/ecg-1/chunk", "sb/1/+/chunk", "sb/1/#",
    "sb/1/svc.broker/chunk", "sb/1//chunk", "sb/1/ecg-1/other",
  ])
  func refusesForeignTopics(name: String) {
    #expect(throws: WireError(.foreignTopic, "")) { try Topic(parsing: name) }
  }
}

struct MessageTests {
  @Test func receiptRoundTrip() throws {
    let session = try #require(SessionID((0..<16).map { UInt8($0) }))
    for committed: UInt64 in [0, 23, 24, 255, 65_536, 1 << 40] {
      let receipt = Receipt(session: session, committed: committed)
      #expect(try Receipt(decoding: receipt.encoded()) == receipt)
      #expect(throws: WireError(.trailingBytes, "")) { try Receipt(decoding: receipt.encoded() + [0]) }
      #expect(throws: WireError.self) { try Receipt(decoding: Array(receipt.encoded().dropLast())) }
    }
  }

  @Test func commandRoundTrip() throws {
    let command = DeviceCommand.rotateDataKey(KeyVersion(rawValue: 300))
    #expect(try DeviceCommand(decoding: command.encoded()) == command)
    #expect(throws: WireError(.valueOutOfRange, "")) { try DeviceCommand(decoding: [0x82, 0x02, 0x01]) }
    #expect(throws: WireError(.valueOutOfRange, "")) { try DeviceCommand(decoding: [0x82, 0x01, 0x00]) }
  }
}
