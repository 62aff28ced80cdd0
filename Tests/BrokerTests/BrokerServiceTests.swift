import Broker
import MQTT
import Store
import Testing
import Wire

@Suite("Broker between mosquitto and the store", .timeLimit(.minutes(1)))
struct BrokerServiceTests {
  /// Waits for a receipt that reaches `sequence`.
  private func receipt(_ device: RecordedConnection, reaching sequence: UInt64) async throws -> Receipt {
    while true {
      let message = try await device.message()
      guard message.topic == "sb/1/dev-one/receipt" else { continue }
      let receipt = try Receipt(decoding: message.payload)
      if receipt.committed >= sequence { return receipt }
    }
  }

  @Test func aReceiptNamesOnlyWhatIsOnDisk() async throws {
    try await withBroker { device, store, _ in
      let session = try TestSession()
      let reference = try #require(session.reference)
      device.connection.publish((0..<200).map { session.message($0) })
      var committed: UInt64 = 0
      while committed < 199 {
        let receipt = try await receipt(device, reaching: committed)
        #expect(receipt.session == session.session)
        let record = try #require(try await store.session(reference))
        #expect((record.contiguous ?? 0) >= receipt.committed)
        committed = receipt.committed == committed ? committed + 1 : receipt.committed
      }
      let stored = try await store.chunks(of: reference, from: 0, limit: 500)
      #expect(stored.map(\.message) == (0..<200).map { session.message($0).payload })
    }
  }

  @Test func aRepetitionIsAnsweredAndAHoleIsNot() async throws {
    try await withBroker { device, store, _ in
      let session = try TestSession()
      device.connection.publish(session.message(0))
      #expect(try await receipt(device, reaching: 0).committed == 0)
      device.connection.publish(session.message(0))
      #expect(try await receipt(device, reaching: 0).committed == 0)
      device.connection.publish(session.message(2, backlog: 2))
      #expect(try await receipt(device, reaching: 0).committed == 0)
      device.connection.publish(session.message(1, backlog: 1))
      #expect(try await receipt(device, reaching: 1).committed == 2)
      // Chunks 3 and 4 are gone, and the device says so.
      device.connection.publish(session.message(5, backlog: 0))
      #expect(try await receipt(device, reaching: 3).committed == 5)
      let reference = try #require(session.reference)
      #expect(try await store.session(reference)?.chunkCount == 4)
    }
  }

  @Test func whatIsRefusedStopsNothing() async throws {
    try await withBroker { device, store, _ in
      let session = try TestSession()
      var damaged = session.message(0)
      damaged.payload[3] ^= 0xFF
      var long = session.message(0)
      long.payload += [UInt8](repeating: 0, count: 900)
      var short = session.message(0)
      short.payload.removeLast()
      var status = MQTTPublication(topic: "sb/1/dev-one/status", payload: Array("sideways".utf8))
      device.connection.publish([damaged, long, short, status])
      status.payload = Array("online".utf8)
      device.connection.publish([status, session.message(0)])
      #expect(try await receipt(device, reaching: 0).committed == 0)
      // The same sequence number with other content is refused too, and what is on disk stays.
      device.connection.publish([session.message(0, filler: 9), session.message(1)])
      #expect(try await receipt(device, reaching: 1).committed == 1)
      let reference = try #require(session.reference)
      let stored = try await store.chunks(of: reference, from: 0, limit: 9)
      #expect(stored.map(\.message) == [session.message(0).payload, session.message(1).payload])
      for await _ in store.changes(in: .chunks, atLeastEvery: .milliseconds(20)) {
        guard let telemetry = try await store.devices().first, telemetry.refused == 5 else { continue }
        #expect(telemetry.committed == 2 && telemetry.status == .online)
        break
      }
    }
  }

  @Test func aFullDiskHoldsReceiptsBackUntilThereIsRoom() async throws {
    try await withBroker({ FullAtFirst($0, failures: 2) }) { device, store, service in
      let session = try TestSession()
      device.connection.publish(session.message(0))
      #expect(try await receipt(device, reaching: 0).committed == 0)
      let reference = try #require(session.reference)
      #expect(try await store.session(reference)?.contiguous == 0)
      #expect(service.isReady)
    }
  }
}
