import GRDB
import Store
import Testing
import Wire

@Suite("Registry at rest")
struct RegistryStoreTests {
  @Test func patientsAndAssignments() async throws {
    try await withStore { store, _ in
      let pseudonym = try #require(Pseudonym("P-ABCD"))
      let device = try #require(DeviceID("dev-one"))
      try await store.put(PatientRecord(pseudonym: pseudonym, box: [1], createdAt: 5))
      let patient = PatientRecord(pseudonym: pseudonym, box: [2], createdAt: 6)
      try await store.put(patient)
      #expect(try await store.patients() == [patient])
      #expect(try await store.patient(pseudonym) == patient)
      try await store.assign(device, to: pseudonym, at: 7)
      #expect(
        try await store.assignments() == [DeviceAssignment(device: device, pseudonym: pseudonym, since: 7)])
      try await store.assign(device, to: nil, at: 8)
      #expect(try await store.assignments() == [DeviceAssignment(device: device, pseudonym: nil, since: 8)])
      // Handed out again to who wears it: they wear it since then all the same.
      for time in 9...10 as ClosedRange<UInt64> { try await store.assign(device, to: pseudonym, at: time) }
      #expect(try await store.assignments() == [DeviceAssignment(device: device, pseudonym: pseudonym, since: 9)])
    }
  }

  @Test func whoSeesWhom() async throws {
    try await withStore { store, _ in
      let first = try #require(Pseudonym("P-ABCD"))
      let second = try #require(Pseudonym("P-WXYZ"))
      try await store.entrust(second, to: "anna", at: 4, by: "admin")
      try await store.entrust(first, to: "bert", at: 5, by: "admin")
      try await store.entrust(first, to: "anna", at: 6, by: "admin")
      try await store.entrust(first, to: "anna", at: 7, by: "admin")
      #expect(
        try await store.care(of: nil) == [
          CareAssignment(account: "anna", pseudonym: first, since: 6),
          CareAssignment(account: "anna", pseudonym: second, since: 4),
          CareAssignment(account: "bert", pseudonym: first, since: 5),
        ])
      try await store.withdraw(first, from: "anna", at: 8, by: "admin")
      try await store.withdraw(first, from: "nobody", at: 8, by: "admin")
      #expect(try await store.care(of: nil).map(\.pseudonym) == [second, first])
      #expect(try await store.care(of: "bert").map(\.pseudonym) == [first])
    }
  }

  @Test func groupsAndWhoSeesThem() async throws {
    try await withStore { store, _ in
      let (first, second) = (try #require(Pseudonym("P-ABCD")), try #require(Pseudonym("P-WXYZ")))
      let (ward, study) = (try #require(GroupID("G-AAAA")), try #require(GroupID("G-BBBB")))
      #expect(GroupID("P-AAAA") == nil && GroupID("G-aaaa") == nil && GroupID("G-AAA") == nil)
      for (group, box) in [(study, [1]), (ward, [2]), (study, [3])] as [(GroupID, [UInt8])] {
        try await store.put(PatientGroupRecord(id: group, box: box, createdAt: 1))
      }
      #expect(try await store.groups().map(\.box) == [[2], [3]])
      #expect(try await store.join(first, ward, at: 5, by: "admin", limit: 1))
      #expect(try await store.join(first, ward, at: 6, by: "admin", limit: 1))
      #expect(try await !store.join(first, study, at: 7, by: "admin", limit: 1))
      #expect(try await !store.join(second, try #require(GroupID("G-NONE")), at: 7, by: "admin", limit: 1))
      #expect(try await store.join(second, study, at: 8, by: "admin", limit: 2))
      #expect(
        try await store.memberships() == [
          GroupMembership(group: ward, pseudonym: first), GroupMembership(group: study, pseudonym: second),
        ])
      // Both ways of seeing somebody are told apart, and each ends by itself.
      try await store.entrust(first, to: "anna", at: 3, by: "admin")
      try await store.entrust(ward, to: "anna", at: 4, by: "admin")
      try await store.entrust(study, to: "bert", at: 9, by: "admin")
      try await store.entrust(try #require(GroupID("G-NONE")), to: "bert", at: 9, by: "admin")
      #expect(
        try await store.care(of: nil) == [
          CareAssignment(account: "anna", pseudonym: first, since: 3),
          CareAssignment(account: "anna", pseudonym: first, since: 5, group: ward),
          CareAssignment(account: "bert", pseudonym: second, since: 9, group: study),
        ])
      #expect(try await store.groupCare(of: "bert") == [GroupCare(account: "bert", group: study, since: 9)])
      try await store.withdraw(first, from: "anna", at: 8, by: "admin")
      #expect(try await store.care(of: "anna").map(\.group) == [ward])
      try await store.leave(first, ward, at: 10, by: "operator")
      #expect(try await store.care(of: "anna").isEmpty)
      #expect(try await store.deleteGroup(study, at: 11, by: "admin"))
      #expect(try await !store.deleteGroup(study, at: 11, by: "admin"))
      #expect(try await store.care(of: nil).isEmpty)
      #expect(try await store.groupCare(of: nil).map(\.group) == [ward])
      #expect(try await store.memberships().isEmpty)
      #expect(try await store.groups().map(\.id) == [ward])
      // What changed something is on record, in its order; what changed nothing is not.
      let record = try await store.accountTrail(TrailQuery(limit: 99)).sorted { $0.number < $1.number }.map(\.event)
      func event(
        _ kind: AccountEvent.Kind, _ account: String, _ group: GroupID?, _ patient: Pseudonym?, _ at: UInt64,
        by actor: String = "admin"
      ) -> AccountEvent {
        AccountEvent(account: account, actor: actor, kind: kind, at: at, detail: group?.name, patient: patient)
      }
      #expect(
        record == [
          event(.groupJoined, "(none)", ward, first, 5), event(.groupJoined, "(none)", study, second, 8),
          event(.patientAssigned, "anna", nil, first, 3), event(.groupAssigned, "anna", ward, nil, 4),
          event(.groupAssigned, "bert", study, nil, 9), event(.patientUnassigned, "anna", nil, first, 8),
          event(.groupLeft, "(none)", ward, first, 10, by: "operator"),
          // The group's end takes everybody out of it.
          event(.groupUnassigned, "bert", study, nil, 11), event(.groupLeft, "(none)", study, second, 11),
          event(.groupRemoved, "(none)", study, nil, 11),
        ])
      var query = TrailQuery(limit: 99)
      query.group = study
      #expect(try await store.accountTrail(query).count == 5)
      query.patient = second
      #expect(try await store.accountTrail(query).map(\.event.kind) == [.groupJoined, .groupLeft])
    }
  }

  /// Nothing changes that is not recorded: where the record cannot be written, nothing is changed.
  @Test func whatCannotBeRecordedDoesNotHappen() async throws {
    try await withStore { store, directory in
      let (patient, group) = (try #require(Pseudonym("P-ABCD")), try #require(GroupID("G-AAAA")))
      try await store.put(PatientGroupRecord(id: group, box: [1], createdAt: 1))
      #expect(try await store.join(patient, group, at: 2, by: "admin", limit: 1))
      try await store.entrust(group, to: "anna", at: 3, by: "admin")
      let queue = try DatabaseQueue(path: directory + "/registry.sqlite")
      try await queue.write { db in
        try db.execute(
          sql: """
            CREATE TRIGGER full BEFORE INSERT ON account_event BEGIN SELECT RAISE(ABORT, 'no room for a record'); END
            """)
      }
      try queue.close()
      await #expect(throws: StoreError.self) { try await store.leave(patient, group, at: 4, by: "admin") }
      await #expect(throws: StoreError.self) { try await store.withdraw(group, from: "anna", at: 4, by: "admin") }
      await #expect(throws: StoreError.self) { try await store.deleteGroup(group, at: 4, by: "admin") }
      await #expect(throws: StoreError.self) { try await store.entrust(patient, to: "bert", at: 4, by: "admin") }
      let account = AccountRecord(
        name: "carl", role: .clinician, passwordHash: "", isDisabled: false, seesAllPatients: true, createdAt: 4)
      let event = AccountEvent(account: "carl", actor: "admin", kind: .allPatientsOpened, at: 4)
      await #expect(throws: StoreError.self) { try await store.put(account, recording: [event]) }
      #expect(try await store.account("carl") == nil)
      #expect(try await store.groups().map(\.id) == [group])
      #expect(try await store.care(of: nil).map(\.account) == ["anna"])
    }
  }

  /// A file from before changes of groups were recorded: what stands is on record since it stands, by nobody known.
  @Test func groupsOfAnOlderFileAreOnRecord() async throws {
    let (patient, group) = (try #require(Pseudonym("P-ABCD")), try #require(GroupID("G-AAAA")))
    try await withStore { store, directory in
      try await store.put(PatientGroupRecord(id: group, box: [1], createdAt: 1))
      #expect(try await store.join(patient, group, at: 2, by: "admin", limit: 1))
      try await store.entrust(group, to: "anna", at: 3, by: "admin")
      store.close()
      // Back to the step before, with a record that says nothing of groups.
      let queue = try DatabaseQueue(path: directory + "/registry.sqlite")
      try await queue.write { db in
        try db.execute(sql: "DROP TRIGGER account_event_stays; DELETE FROM account_event; PRAGMA user_version = 8")
      }
      try queue.close()
      let newer = try await SQLiteStore.open(directory: directory, writing: [.registry])
      defer { newer.close() }
      #expect(
        try await newer.accountTrail(TrailQuery(limit: 9)).map(\.event) == [
          AccountEvent(
            account: "(none)", actor: "(unknown)", kind: .groupJoined, at: 2, detail: group.name, patient: patient),
          AccountEvent(account: "anna", actor: "(unknown)", kind: .groupAssigned, at: 3, detail: group.name),
        ])
    }
  }

  @Test func accountsThatAreSignedIn() async throws {
    try await withStore { store, _ in
      for name in ["anna", "bert", "cleo"] {
        try await store.put(
          AccountRecord(
            name: name, role: .clinician, passwordHash: "h", isDisabled: false, seesAllPatients: false, createdAt: 1))
      }
      for (index, (name, end)) in [("bert", 9), ("anna", 5), ("anna", 9), ("anna", 8), ("gone", 9)].enumerated() {
        try await store.put(
          SignInRecord(tokenHash: [UInt8(index)], account: name, createdAt: 1, expiresAt: UInt64(end)))
      }
      #expect(try await store.signedInAccounts(at: 4).map(\.name) == ["anna", "bert"])
      #expect(try await store.signedInAccounts(at: 8).map(\.name) == ["anna", "bert"])
      #expect(try await store.signedInAccounts(at: 9).isEmpty)
    }
  }

  @Test func accountsAndSignIns() async throws {
    try await withStore { store, _ in
      let account = AccountRecord(
        name: "anna", role: .clinician, passwordHash: "$s$x", isDisabled: true, seesAllPatients: true, createdAt: 3)
      try await store.put(account)
      #expect(try await store.account("anna") == account)
      #expect(try await store.account("ANNA") == nil)
      #expect(try await store.accounts() == [account])
      let signIn = SignInRecord(tokenHash: [1, 2], account: "anna", createdAt: 4, expiresAt: 9)
      try await store.put(signIn)
      try await store.put(SignInRecord(tokenHash: [3], account: "anna", createdAt: 4, expiresAt: 5))
      try await store.deleteSignIns(expiredBefore: 6)
      #expect(try await store.signIn(tokenHash: [3]) == nil)
      #expect(try await store.signIn(tokenHash: [1, 2]) == signIn)
      try await store.deleteSignIn(tokenHash: [1, 2])
      #expect(try await store.signIn(tokenHash: [1, 2]) == nil)
    }
  }
}
