import Broker
import Store
import Testing
import Wire

@Suite("Telemetry quality")
struct TelemetryMeterTests {
  private func chunk(_ sequence: UInt64, backlog: UInt64 = 0, arrival: UInt64 = 0) throws -> ReceivedChunk {
    let session = try #require(SessionID([UInt8](repeating: 1, count: 16)))
    let iv = try #require(SessionIV([UInt8](repeating: 2, count: 12)))
    let header = ChunkHeader(
      keyVersion: KeyVersion(rawValue: 1), nonce: iv.nonce(sequence: sequence), session: session, sequence: sequence,
      kind: .ecgLeadI, firstSample: sequence * 187, count: 187, nanovoltsPerLSB: 1, captureTime: sequence * 1_496_000,
      isClockSynchronised: true, firmware: FirmwareVersion(rawValue: 1), backlog: backlog)
    return ReceivedChunk(
      device: try #require(DeviceID("dev-one")), header: header, message: [],
      receivedAt: header.captureTime + 1_500_000 + arrival)
  }

  private func meter(_ chunks: [ReceivedChunk]) throws -> DeviceTelemetry {
    var meter = TelemetryMeter(device: try #require(DeviceID("dev-one")))
    for chunk in chunks {
      meter.record(chunk, outcome: .committed, committedAt: chunk.header.lastSampleTime + 20_000)
    }
    return meter.current
  }

  @Test func aPerfectStreamIsComplete() throws {
    let telemetry = try meter(try (0..<50).map { try chunk($0) })
    #expect(telemetry.committed == 50 && telemetry.lost == 0 && telemetry.reordered == 0)
    #expect(telemetry.completeness == 1 && telemetry.jitterMilliseconds == 0)
    let latency = try #require(telemetry.latencyMilliseconds)
    #expect(abs(latency.p50 - 20) < 0.01 && abs(latency.p99 - 20) < 0.01)
  }

  @Test func aHoleIsMissingThenLostOrReordered() throws {
    let missing = try meter([try chunk(0), try chunk(3, backlog: 3)])
    #expect(missing.lost == 0 && missing.completeness == 0.5)
    let late = try meter([try chunk(0), try chunk(2, backlog: 2), try chunk(1, backlog: 1)])
    #expect(late.reordered == 1 && late.completeness == 1)
    let lost = try meter([try chunk(0), try chunk(3, backlog: 3), try chunk(4, backlog: 0)])
    #expect(lost.lost == 2 && lost.completeness == 0.6)
  }

  @Test func jitterIsInMilliseconds() throws {
    let telemetry = try meter(try (0..<400).map { try chunk($0, arrival: $0.isMultiple(of: 2) ? 0 : 8_000) })
    let jitter = try #require(telemetry.jitterMilliseconds)
    #expect(abs(jitter - 8) < 0.5)
  }

  @Test func duplicatesAndRefusalsAreCountedApart() throws {
    var meter = TelemetryMeter(device: try #require(DeviceID("dev-one")))
    let chunk = try chunk(0)
    meter.record(chunk, outcome: .committed, committedAt: 1)
    meter.record(chunk, outcome: .duplicate, committedAt: 2)
    meter.record(chunk, outcome: .conflicting, committedAt: 3)
    meter.recordRefusal()
    #expect(meter.current.committed == 1 && meter.current.duplicates == 1 && meter.current.refused == 2)
  }
}

@Suite("Refusals in the log")
struct RefusalLogGateTests {
  @Test func oneLineADeviceAndMinute() throws {
    var gate = RefusalLogGate()
    let one = DeviceID("dev-one")
    let two = DeviceID("dev-two")
    let asked: [(DeviceID?, UInt64)] = [
      (one, 1_000_000), (one, 60_999_999), (two, 2_000_000), (nil, 2_000_000), (one, 61_000_000),
    ]
    let answers = asked.map { device, now in gate.admits(device, now: now) }
    #expect(answers == [true, false, true, true, true])
  }
}
