import GRDB
import Store
import Testing
import Wire

/// Records of what happened, read piece by piece.
@Suite("Trails")
struct TrailTests {
  /// Leafs through a record, two at a time.
  private static func all<Event>(
    _ query: TrailQuery = TrailQuery(limit: 2), _ read: (TrailQuery) async throws -> [Recorded<Event>]
  ) async throws -> [Recorded<Event>] {
    var query = query
    var found: [Recorded<Event>] = []
    while true {
      let page = try await read(query)
      guard let last = page.last else { return found }
      found += page
      query.after = TrailPlace(time: last.at, number: last.number)
    }
  }

  @Test func accountsByTimeActorSubjectAndPatient() async throws {
    try await withStore { store, _ in
      let patient = try #require(Pseudonym("P-ABCD"))
      // Two of the same time, and one whose time lies before that of its predecessor.
      for (account, actor, kind, at) in [
        ("anna", "anna", AccountEvent.Kind.signedIn, UInt64(10)), ("bert", "admin", .patientAssigned, 20),
        ("anna", "admin", .accountDisabled, 20), ("bert", "bert", .signedOut, 15), ("anna", "anna", .lockedOut, 30),
      ] {
        try await store.append(
          AccountEvent(
            account: account, actor: actor, kind: kind, at: at, detail: "d", address: "192.0.2.7",
            patient: kind == .patientAssigned ? patient : nil))
      }
      let everything = try await Self.all { try await store.accountTrail($0) }
      #expect(everything.map(\.number) == [1, 4, 2, 3, 5])
      #expect(everything.map(\.at) == [10, 15, 20, 20, 30])
      #expect(everything[0].event.detail == "d" && everything[0].event.address == "192.0.2.7")
      var query = TrailQuery(limit: 2, since: 15, until: 30)
      #expect(try await Self.all(query) { try await store.accountTrail($0) }.map(\.number) == [4, 2, 3])
      query.actor = "admin"
      #expect(try await Self.all(query) { try await store.accountTrail($0) }.map(\.number) == [2, 3])
      query.subject = "anna"
      #expect(try await Self.all(query) { try await store.accountTrail($0) }.map(\.number) == [3])
      query = TrailQuery(limit: 9)
      query.patient = patient
      #expect(try await store.accountTrail(query).map(\.event.patient) == [patient])
      query = TrailQuery(limit: 9)
      query.number = 5
      #expect(try await store.accountTrail(query).map(\.event.kind) == [.lockedOut])
      query.device = DeviceID("sb-001")
      #expect(try await store.accountTrail(query).isEmpty)
    }
  }

  @Test func accessesByBeginAndByEnd() async throws {
    try await withStore { store, _ in
      let patient = try #require(Pseudonym("P-ABCD"))
      var ids: [AccessID] = []
      for byte in UInt8(1)...3 {
        let id = try #require(AccessID([UInt8](repeating: byte, count: 16)))
        ids.append(id)
        try await store.open(
          EmergencyAccess(
            id: id, account: "anna", pseudonym: patient, box: [byte], openedAt: UInt64(byte), expiresAt: 100))
      }
      #expect(try await store.endEmergencyAccess(ids[2], by: "admin", at: 50))
      #expect(try await Self.all { try await store.openings($0) }.map(\.number) == [1, 2, 3])
      // The third was ended before the others run out.
      #expect(try await Self.all { try await store.endings($0) }.map(\.number) == [3, 1, 2])
      #expect(try await Self.all(.init(limit: 2, until: 100)) { try await store.endings($0) }.map(\.number) == [3])
      var query = TrailQuery(limit: 9)
      query.actor = "admin"
      #expect(try await store.endings(query).map(\.event.endedBy) == ["admin"])
      #expect(try await store.openings(query).isEmpty)
    }
  }

  @Test func looksAreAppendedOnly() async throws {
    try await withStore { store, directory in
      let patient = try #require(Pseudonym("P-ABCD"))
      let look = ChartView(account: "anna", pseudonym: patient, door: .program, at: 7)
      try await store.append([look])
      #expect(try await store.viewTrail(TrailQuery(limit: 9)).map(\.event) == [look])
      let overview = ChartView(account: "anna", pseudonym: patient, kind: .ward, door: .page, at: 8)
      try await store.append([
        overview, ChartView(account: "bert", pseudonym: patient, kind: .alerts, door: .page, at: 9),
      ])
      var query = TrailQuery(limit: 9)
      query.views = [.ward]
      #expect(try await store.viewTrail(query).map(\.event) == [overview])
      query.views = [.chart]
      #expect(try await store.viewTrail(query).map(\.event) == [look])
      let queue = try DatabaseQueue(path: "\(directory)/findings.sqlite")
      for sql in ["UPDATE chart_view SET account = 'x'", "DELETE FROM chart_view"] {
        #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
      }
    }
  }

  @Test func chartsByDeviceAndDeedsOfPersonsAlone() async throws {
    try await withStore { store, _ in
      let one = try SampleSession(device: "dev-one").reference
      let two = try SampleSession(device: "dev-two", session: 2).reference
      let patient = try #require(Pseudonym("P-ABCD"))
      for (reference, at) in [(one, UInt64(1)), (two, 2)] {
        try await store.append(
          ChartEvent(
            kind: .export, account: "anna", pseudonym: patient, reference: reference, format: "csv", from: 0, count: 9,
            at: at))
      }
      var query = TrailQuery(limit: 9)
      query.device = two.device
      #expect(try await store.chartTrail(query).map(\.event.reference) == [two])

      let alert = AlertRecord(
        id: try #require(AlertID([UInt8](repeating: 7, count: 16))), reference: two, state: .open, openedAt: 3,
        updatedAt: 3, box: [1])
      var batch = AlertBatch()
      batch.opened = [alert]
      batch.events = [
        AlertEvent(alert: alert.id, kind: .told, at: 4, actor: "notifier", name: "n"),
        AlertEvent(alert: alert.id, kind: .acknowledged, at: 5, actor: "anna"),
      ]
      try await store.commit(batch)
      let deeds = try await store.deeds(query)
      #expect(deeds.map(\.event.event.kind) == [.acknowledged] && deeds.map(\.event.device) == [two.device])
      query.device = one.device
      #expect(try await store.deeds(query).isEmpty)
    }
  }
}
