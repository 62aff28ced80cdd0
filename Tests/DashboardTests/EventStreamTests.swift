import AsyncHTTPClient
import Cardio
import Crypto
import Dashboard
import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import Store
import SwiftASN1
import Synchronization
import Testing
import Wire
import X509

/// The real server over TLS on a free port.
@Suite(.timeLimit(.minutes(2))) struct EventStreamTests {
  private struct Event: Equatable {
    var name = ""
    var id: String?
    var data = ""
  }

  private final class Running {
    let ward: Ward
    let base: String
    let client: HTTPClient
    init(ward: Ward, port: Int, client: HTTPClient) {
      self.ward = ward
      base = "https://localhost:\(port)"
      self.client = client
    }

    /// - Parameter cookie: What signs the request; a program's token is told by its `Bearer`.
    func request(_ path: String, cookie: String?) -> HTTPClientRequest {
      var request = HTTPClientRequest(url: base + path)
      if let cookie {
        request.headers.add(name: cookie.hasPrefix("Bearer ") ? "Authorization" : "Cookie", value: cookie)
      }
      return request
    }

    func signIn(as account: String = "clinician") async throws -> String {
      var request = request("/api/session", cookie: nil)
      request.method = .POST
      request.headers.add(name: "Origin", value: base)
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(string: #"{"account":"\#(account)","password":"\#(Ward.password)"}"#))
      let response = try await client.execute(request, timeout: .seconds(20))
      return String(try #require(response.headers.first(name: "Set-Cookie")).prefix { $0 != ";" })
    }

    /// Reads a stream until `isEnough`.
    func read(
      _ path: String, cookie: String, lastEventID: String? = nil, until isEnough: ([Event]) async throws -> Bool
    ) async throws -> [Event] {
      var request = request(path, cookie: cookie)
      if let lastEventID { request.headers.add(name: "Last-Event-ID", value: lastEventID) }
      let response = try await client.execute(request, timeout: .seconds(60))
      #expect(response.headers.first(name: "Content-Type") == "text/event-stream")
      var events: [Event] = []
      var current = Event()
      var pending = ""
      for try await buffer in response.body {
        pending += String(buffer: buffer)
        while let end = pending.firstIndex(of: "\n") {
          let line = pending[..<end]
          pending = String(pending[pending.index(after: end)...])
          if line.hasPrefix("id: ") { current.id = String(line.dropFirst(4)) }
          if line.hasPrefix("event: ") { current.name = String(line.dropFirst(7)) }
          if line.hasPrefix("data: ") { current.data = String(line.dropFirst(6)) }
          if line.isEmpty {
            if !current.name.isEmpty { events.append(current) }
            current = Event()
          }
        }
        if try await isEnough(events) { return events }
      }
      return events
    }
  }

  private func withServer(_ body: (Running) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "dashboard-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let certificate = try Self.writeCertificate(in: folder)
    let ward = try Ward(
      configuration: DashboardConfiguration(
        port: 0, certificateChainPath: folder.appending(path: "cert.pem").path,
        privateKeyPath: folder.appending(path: "key.pem").path, passwordCost: Ward.cheap))
    try await ward.addAccounts()
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .certificates([certificate])
    let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .init(tlsConfiguration: tls))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await ward.service.run() }
      while ward.service.boundPort == nil { await Task.yield() }
      let port = try #require(ward.service.boundPort)
      do {
        try await body(Running(ward: ward, port: port, client: client))
      } catch {
        try await client.shutdown()
        group.cancelAll()
        throw error
      }
      try await client.shutdown()
      group.cancelAll()
    }
  }

  private static func writeCertificate(in folder: URL) throws -> NIOSSLCertificate {
    let key = P256.Signing.PrivateKey()
    let name = try DistinguishedName { CommonName("localhost") }
    let certificate = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey), notValidBefore: .now - 60,
      notValidAfter: .now + 3600, issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
        SubjectAlternativeNames([.dnsName("localhost")])
      }, issuerPrivateKey: .init(key))
    var serializer = DER.Serializer()
    try serializer.serialize(certificate)
    let pem = PEMDocument(type: "CERTIFICATE", derBytes: serializer.serializedBytes).pemString
    try pem.write(to: folder.appending(path: "cert.pem"), atomically: true, encoding: .utf8)
    try key.pemRepresentation.write(to: folder.appending(path: "key.pem"), atomically: true, encoding: .utf8)
    return try NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der)
  }

  /// A stream shows values and strips: of whom stands on record before they are told, of one patient alone as a look at them.
  @Test func whoseStripsAreToldStandsOnRecord() async throws {
    try await withServer { server in
      let patient = try await server.ward.addPatient(device: try #require(DeviceID("sb-001")))
      let cookie = try await server.signIn()
      for (path, kind) in [("/api/events", ChartView.Kind.ward), ("/api/events?patients=\(patient)", .chart)] {
        _ = try await server.read(path, cookie: cookie) { $0.contains { $0.data.contains(patient.name) } }
        let looks = server.ward.store.state.withLock { $0.chartViews }
        #expect(
          looks.last.map { [$0.account, $0.pseudonym.name, $0.kind.rawValue] } == [
            "clinician", patient.name, kind.rawValue,
          ])
      }
      #expect(server.ward.store.state.withLock { $0.chartViews.count } == 2)
    }
  }

  @Test func whatIsCommittedIsSeenAndResumed() async throws {
    try await withServer { server in
      let ward = server.ward
      let device = try #require(DeviceID("sb-001"))
      let patient = try await ward.addPatient(device: device)
      let other = try await ward.addPatient(name: "Other", device: try #require(DeviceID("sb-002")))
      let wearer = try await Wearer(device: device, keys: ward.keys, preset: .normal)
      let cookie = try await server.signIn()
      let path = "/api/events?patients=\(patient)"
      var sent = 0
      // Each chunk is sent when the one before has been seen: no waiting by time.
      let first = try await server.read(path, cookie: cookie) { events in
        let seen = events.count { $0.name == "strip" }
        if events.contains(where: { $0.name == "clock" }), seen >= sent, sent < 5 {
          sent += 1
          ward.clock.advance(1.496)
          try await wearer.send(to: ward.store, at: ward.clock.now)
        }
        return seen >= 5 && events.contains { $0.name == "beats" }
      }
      #expect(first.contains { $0.name == "vitals" && $0.data.contains(patient.name) })
      #expect(!first.contains { $0.data.contains(other.name) })
      let ids = first.compactMap(\.id)
      let last = try #require(ids.last)
      // While nobody is connected, two more chunks come.
      for _ in 0..<2 {
        ward.clock.advance(1.496)
        try await wearer.send(to: ward.store, at: ward.clock.now)
      }
      await ward.service.readStore()
      let second = try await server.read(path, cookie: cookie, lastEventID: last) { events in
        events.contains { $0.data.contains("\"sequence\":6") }
      }
      #expect(!second.contains { $0.name == "resync" })
      #expect(Set(second.compactMap(\.id)).isDisjoint(with: ids))
      // An id of another life of the server begins anew and says so.
      let third = try await server.read(path, cookie: cookie, lastEventID: "ffffffff-3") { $0.count >= 2 }
      #expect(third.first?.name == "resync" && third.contains { $0.name == "vitals" })
    }
  }

  @Test func theStreamEndsWithTheSignIn() async throws {
    try await withServer { server in
      let cookie = try await server.signIn()
      let events = try await server.read("/api/events", cookie: cookie) { events in
        if !events.isEmpty { server.ward.store.change { $0.signIns = [:] } }
        return false
      }
      #expect(events.last?.name == "signed-out")
    }
  }

  /// A stream tells of assigned patients alone, however it asks; an assignment that is made or ended counts while it is open.
  @Test func onlyAssignedPatientsAreHeard() async throws {
    try await withServer { server in
      let ward = server.ward
      let two = try await TwoPatients(ward)
      let (mine, other) = (two.mine, two.other)
      try await ward.addClinician("nurse", seeing: [mine])
      let cookie = try await server.signIn(as: "nurse")
      let accounts = try AccountAdministration(registry: ward.store, cost: Ward.cheap)
      let path = "/api/events?patients=\(mine),\(other)"
      var phase = 0
      let events = try await server.read(path, cookie: cookie) { events in
        func strips(_ patient: Pseudonym) -> Int {
          events.count { $0.name == "strip" && $0.data.contains(patient.name) }
        }
        switch phase {
        case 0 where events.contains { $0.name == "clock" }: try await two.send()
        case 1 where strips(mine) > 0:
          #expect(!events.contains { $0.data.contains(other.name) || $0.data.contains(two.devices[1].name) })
          #expect(ward.asked.count(two.devices[1]) == 0)
          try await accounts.assign(other, to: "nurse")
        case 2 where events.contains { $0.name == "resync" }: try await two.send()
        case 3 where strips(other) > 0:
          try await accounts.unassign(other, from: "nurse")
        case 4 where events.count { $0.name == "resync" } == 2: try await two.send()
        case 5
        where events.lastIndex { $0.name == "strip" && $0.data.contains(mine.name) } ?? 0
          > events.lastIndex { $0.name == "resync" } ?? 0:
          return true
        default: return false
        }
        phase += 1
        return false
      }
      let last = try #require(events.lastIndex { $0.name == "resync" })
      #expect(!events[last...].contains { $0.data.contains(other.name) })
      // What was heard while it was allowed is not told again.
      let id = try #require(events.compactMap(\.id).first)
      let again = try await server.read(path, cookie: cookie, lastEventID: id) { $0.contains { $0.name == "clock" } }
      #expect(!again.contains { $0.data.contains(other.name) })
    }
  }

  /// An access beyond the assignment reaches an open stream, and leaves it when its time is over.
  @Test func anEmergencyIsHeardForItsTime() async throws {
    try await withServer { server in
      let ward = server.ward
      let two = try await TwoPatients(ward)
      let (mine, other) = (two.mine, two.other)
      try await ward.addClinician("nurse", seeing: [mine])
      let cookie = try await server.signIn(as: "nurse")
      let id = try #require(AccessID(Array(repeating: 7, count: 16)))
      var phase = 0
      let events = try await server.read("/api/events", cookie: cookie) { events in
        func isHeard(_ patient: Pseudonym) -> Bool {
          let start = events.lastIndex { $0.name == "resync" } ?? 0
          return events[start...].contains { $0.name == "strip" && $0.data.contains(patient.name) }
        }
        switch phase {
        case 0 where events.contains { $0.name == "clock" }: try await two.send()
        case 1 where isHeard(mine):
          #expect(!events.contains { $0.data.contains(other.name) })
          try await ward.store.open(
            EmergencyAccess(
              id: id, account: "nurse", pseudonym: other, box: [], openedAt: ward.clock.now,
              expiresAt: ward.clock.now + 60_000_000))
        case 2 where events.contains { $0.name == "resync" }: try await two.send()
        case 3 where isHeard(other): ward.clock.advance(60)
        case 4 where events.count { $0.name == "resync" } == 2: try await two.send()
        case 5 where isHeard(mine): return true
        default: return false
        }
        phase += 1
        return false
      }
      let last = try #require(events.lastIndex { $0.name == "resync" })
      #expect(!events[last...].contains { $0.data.contains(other.name) })
    }
  }

  /// An access beyond the assignment is a person's alone: a program of the same account, whose stream is open all the while, hears
  /// nothing of it.
  @Test func aProgramHearsNoEmergency() async throws {
    try await withServer { server in
      let ward = server.ward
      let two = try await TwoPatients(ward)
      let (mine, other) = (two.mine, two.other)
      try await ward.addClinician("nurse", seeing: [mine])
      let token = try await TokenAdministration(registry: ward.store, time: ward.clock.timekeeper).create(
        for: "nurse", name: "lab", scopes: ["ward:read"], days: 1
      ).token
      let cookie = try await server.signIn(as: "nurse")
      let id = try #require(AccessID(Array(repeating: 7, count: 16)))
      var stripsBefore: Int?
      let events = try await server.read("/api/events", cookie: "Bearer \(token)") { events in
        let strips = events.count { $0.name == "strip" && $0.data.contains(mine.name) }
        if let stripsBefore { return strips > stripsBefore }
        guard events.contains(where: { $0.name == "clock" }) else { return false }
        // Meanwhile the person opens the other patient and hears them.
        try await ward.store.open(
          EmergencyAccess(
            id: id, account: "nurse", pseudonym: other, box: [], openedAt: ward.clock.now,
            expiresAt: ward.clock.now + 60_000_000))
        _ = try await server.read("/api/events", cookie: cookie) { heard in
          if heard.contains(where: { $0.name == "strip" && $0.data.contains(other.name) }) { return true }
          if heard.last?.name == "clock" { try await two.send() }
          return false
        }
        stripsBefore = strips
        try await two.send()
        return false
      }
      // What its stream told, and what a new one begins with.
      let again = try await server.read("/api/events", cookie: "Bearer \(token)") { $0.contains { $0.name == "clock" } }
      for heard in [events, again] {
        #expect(heard.contains { $0.data.contains(mine.name) })
        #expect(!heard.contains { $0.data.contains(other.name) })
      }
    }
  }

  @Test func nobodyListensUninvited() async throws {
    try await withServer { server in
      let response = try await server.client.execute(server.request("/api/events", cookie: nil), timeout: .seconds(20))
      #expect(response.status == .unauthorized)
    }
  }
}

/// Two patients of a ward, of whom one is somebody else's.
private struct TwoPatients {
  let ward: Ward
  let devices: [DeviceID]
  let mine: Pseudonym
  let other: Pseudonym
  private let wearers: [Wearer]

  init(_ ward: Ward) async throws {
    self.ward = ward
    devices = try ["sb-001", "sb-002"].map { try #require(DeviceID($0)) }
    mine = try await ward.addPatient(device: devices[0])
    other = try await ward.addPatient(name: "Other", device: devices[1])
    wearers = try await [
      Wearer(device: devices[0], keys: ward.keys, preset: .normal),
      Wearer(device: devices[1], keys: ward.keys, preset: .normal, seed: 2),
    ]
  }

  /// A chunk of each.
  func send() async throws {
    ward.clock.advance(1.496)
    for wearer in wearers { try await wearer.send(to: ward.store, at: ward.clock.now) }
  }
}
