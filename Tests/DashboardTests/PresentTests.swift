import Dashboard
import Foundation
import Store
import Synchronization
import Testing
import Wire

/// What a page is told when it begins: the present, once, in pieces.
@Suite struct PresentTests {
  private struct Told {
    var names: [String: Int] = [:]
    /// Vitals by patient.
    var vitals: [String: Int] = [:]
    var ids: [String] = []

    mutating func take(_ bytes: [UInt8]) throws {
      for event in String(decoding: bytes, as: UTF8.self).components(separatedBy: "\n\n") where !event.isEmpty {
        var name = ""
        for line in event.split(separator: "\n") {
          if line.hasPrefix("id: ") { ids.append(String(line.dropFirst(4))) }
          if line.hasPrefix("event: ") { name = String(line.dropFirst(7)) }
          if line.hasPrefix("data: "), name == "vitals" {
            struct Patient: Decodable { let patient: String }
            let patient = try JSONDecoder().decode(Patient.self, from: Data(line.dropFirst(6).utf8))
            vitals[patient.patient, default: 0] += 1
          }
        }
        names[name, default: 0] += 1
      }
    }
  }

  private static func ward(of count: Int) async throws -> (Ward, [Pseudonym]) {
    let ward = try Ward()
    try await ward.addAccounts()
    // Octal with other digits for 0 and 1, which no pseudonym has.
    let patients = try (0..<count).map { index in
      let digits = String(4096 + index, radix: 8).map { $0 == "0" ? "8" : $0 == "1" ? "9" : $0 }
      return try #require(Pseudonym("P-" + String(digits)))
    }.sorted()
    for (index, patient) in patients.enumerated() {
      let device = try #require(DeviceID("sb-\(index)"))
      try await ward.store.put(PatientRecord(pseudonym: patient, box: [], createdAt: 0))
      try await ward.store.assign(device, to: patient, at: 0)
    }
    try await ward.store.put(
      SignInRecord(
        tokenHash: [1], account: "clinician", createdAt: ward.clock.now, expiresAt: ward.clock.now + 3_600_000_000))
    await ward.service.readStore()
    return (ward, patients)
  }

  @Test func aThousandPatientsAreToldOnce() async throws {
    let (ward, patients) = try await Self.ward(of: 1000)
    let next = try #require(await ward.service.openStream(as: "clinician"))
    var told = Told()
    var largest = 0
    var pieces = 0
    while told.names["clock"] == nil {
      let bytes = try #require(await next())
      try told.take(bytes)
      largest = max(largest, bytes.count)
      pieces += 1
    }
    #expect(told.vitals.count == patients.count && told.vitals.values.allSatisfy { $0 == 1 })
    #expect(told.names["resync"] == nil && pieces > 1)
    // One patient more than a piece holds, and the clock.
    #expect(largest < DashboardService.presentPieceSize + 4096)
    // Only whoever heard all of it comes back with an id.
    #expect(told.ids.count == 1)
  }

  /// What happens while the present is told: of who was told it is told at once, of who was not, with the rest; nobody twice.
  @Test func whatHappensMeanwhileIsToldOnce() async throws {
    let (ward, patients) = try await Self.ward(of: 400)
    let next = try #require(await ward.service.openStream(as: "clinician"))
    var told = Told()
    try told.take(try #require(await next()))
    #expect(told.vitals[patients[0].name] == 1 && told.vitals[patients[399].name] == nil)
    for index in [0, 399] {
      var telemetry = DeviceTelemetry(device: try #require(DeviceID("sb-\(index)")))
      telemetry.status = .online
      _ = try await ward.store.commit(ChunkBatch(chunks: [], telemetry: [telemetry]))
    }
    await ward.service.readStore()
    while told.names["clock"] == nil { try told.take(try #require(await next())) }
    #expect(told.vitals[patients[0].name] == 2 && told.vitals[patients[399].name] == 1)
    #expect(told.names["link"] == 1 && told.names["resync"] == nil && told.ids.count == 1)
  }

  @Test func whoTakesNothingIsCutOff() async throws {
    let (ward, _) = try await Self.ward(of: 400)
    let isCut = Mutex(false)
    let next = try #require(
      await ward.service.openStream(as: "clinician") { isCut.withLock { $0 = true } })
    // Whoever takes a piece now and then is not.
    for _ in 0..<3 {
      for _ in 0..<10 { await ward.service.beat() }
      _ = await next()
    }
    #expect(!isCut.withLock { $0 })
    for _ in 0..<11 { await ward.service.beat() }
    #expect(isCut.withLock { $0 })
    #expect(await next() == nil)
  }
}
