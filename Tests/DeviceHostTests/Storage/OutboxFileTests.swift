import DeviceHost
import Foundation
import Testing
import Wire

@Suite struct OutboxFileTests {
  let folder = TemporaryFolder()
  var path: String { folder.path + "/outbox.log" }
  // Sixteen octets are an id.
  let session = SessionID([UInt8](repeating: 9, count: 16))!

  private func message(_ n: Int) -> [UInt8] { (0..<(20 + n % 50)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ n) } }

  /// What a file holds: sequence → message.
  private func contents(of outbox: OutboxFile) throws -> [UInt64: [UInt8]] {
    try outbox.records.reduce(into: [:]) { $0[$1.sequence] = try outbox.read($1.number) }
  }

  @Test func whatIsAppendedIsThereAfterAReopening() throws {
    do {
      let outbox = try OutboxFile(path: path)
      for n in 0..<20 { _ = try outbox.append(session: session, sequence: UInt64(n), message: message(n)) }
      for record in outbox.records where record.sequence % 3 == 0 { try outbox.remove(record.number) }
      try outbox.flush()
    }
    let outbox = try OutboxFile(path: path)
    let expected = (0..<20).filter { $0 % 3 != 0 }
    #expect(outbox.records.map(\.sequence) == expected.map(UInt64.init))
    for (sequence, bytes) in try contents(of: outbox) { #expect(bytes == message(Int(sequence))) }
    #expect(outbox.tornBytes == 0 && outbox.damagedRecords == 0)
  }

  @Test func aKillAtAnyByteLosesNothingWhole() throws {
    var ends: [Int] = []
    do {
      let outbox = try OutboxFile(path: path)
      for n in 0..<4 {
        _ = try outbox.append(session: session, sequence: UInt64(n), message: message(n))
        ends.append(try Data(contentsOf: URL(fileURLWithPath: path)).count)
      }
    }
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for cut in 0...whole.count {
      let torn = folder.path + "/torn-\(cut)"
      try whole.prefix(cut).write(to: URL(fileURLWithPath: torn))
      let outbox = try OutboxFile(path: torn)
      #expect(outbox.records.count == ends.filter { $0 <= cut }.count)
      #expect(outbox.tornBytes == cut - (ends.last { $0 <= cut } ?? 0))
      // It goes on where the whole records end.
      _ = try outbox.append(session: session, sequence: 99, message: message(99))
      #expect(try contents(of: outbox)[99] == message(99))
    }
  }

  @Test func aRottenRecordIsLeftOut() throws {
    do {
      let outbox = try OutboxFile(path: path)
      for n in 0..<3 { _ = try outbox.append(session: session, sequence: UInt64(n), message: message(n)) }
    }
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[40] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
    let outbox = try OutboxFile(path: path)
    #expect(outbox.records.map(\.sequence) == [1, 2])
    #expect(outbox.damagedRecords == 1)
  }

  @Test func aFullDiskIsSaidAndLeavesNothingBehind() throws {
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/full")
    let outbox = try OutboxFile(path: path)
    #expect(throws: DeviceError(.storageFull, "")) {
      try outbox.append(session: session, sequence: 0, message: message(0))
    }
    #expect(outbox.records.isEmpty)
  }

  @Test func theFilesOwnLimitIsKept() throws {
    let outbox = try OutboxFile(path: path, limit: 200)
    _ = try outbox.append(session: session, sequence: 0, message: [UInt8](repeating: 0, count: 100))
    #expect(throws: DeviceError(.storageFull, "")) {
      try outbox.append(session: session, sequence: 1, message: [UInt8](repeating: 0, count: 100))
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 133)
    try outbox.remove(outbox.records[0].number)
    _ = try outbox.append(session: session, sequence: 2, message: [UInt8](repeating: 0, count: 100))
    #expect(outbox.records.map(\.sequence) == [2])
  }

  @Test func anEmptiedOutboxIsAnEmptyFileAndALongOneIsWrittenAnew() throws {
    let outbox = try OutboxFile(path: path)
    let large = [UInt8](repeating: 1, count: 1_000)
    var keep: UInt32 = 0
    for n in 0..<6_000 {
      let number = try outbox.append(session: session, sequence: UInt64(n), message: large)
      if n == 2_000 { keep = number } else { try outbox.remove(number) }
    }
    #expect(outbox.records.map(\.sequence) == [2_000])
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count < 5 << 20)
    #expect(try outbox.read(keep) == large)
    try outbox.remove(keep)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)).isEmpty)
  }

  @Test func twoProcessesCannotShareOne() throws {
    let outbox = try OutboxFile(path: path)
    #expect(throws: DeviceError(.storage, "")) { try OutboxFile(path: path) }
    _ = try outbox.append(session: session, sequence: 0, message: [1])
  }
}
