import Dashboard
import Store
import Testing

/// Who could see a patient, as the record of accounts says it.
@Suite struct SightHistoryTests {
  private typealias Event = (AccountEvent.Kind, String, UInt64, String)

  /// Events as kind, account, time, actor; those of patients are about P-ABCD, those of groups about G-AAAA.
  private static func sights(_ events: [Event]) throws -> [SightHistory.Sight] {
    let patient = try #require(Pseudonym("P-ABCD"))
    var history = SightHistory(of: patient)
    for (kind, account, at, actor) in events {
      let isAboutPatient = [.patientAssigned, .patientUnassigned, .groupJoined, .groupLeft].contains(kind)
      history.note(
        AccountEvent(
          account: account, actor: actor, kind: kind, at: at,
          detail: AccountEvent.Kind.aboutGroups.contains(kind) ? "G-AAAA" : nil, patient: isAboutPatient ? patient : nil
        ))
    }
    return history.sights
  }

  private static func sight(
    _ account: String, _ way: SightHistory.Way, _ since: UInt64, _ decidedBy: String, until: UInt64? = nil,
    by endedBy: String? = nil
  ) -> SightHistory.Sight {
    SightHistory.Sight(
      account: account, way: way, since: since, decidedBy: decidedBy, until: until, endedBy: endedBy)
  }

  @Test func whoeverCompletesAGroupDecides() throws {
    let group = SightHistory.Way.group(try #require(GroupID("G-AAAA")))
    // One was assigned the group before the patient joined, the other after; both end with the group.
    let sights = try Self.sights([
      (.groupAssigned, "anna", 1, "one"), (.groupJoined, "(none)", 5, "two"), (.groupAssigned, "bert", 7, "three"),
      (.groupUnassigned, "anna", 9, "four"), (.groupUnassigned, "bert", 9, "four"), (.groupLeft, "(none)", 9, "four"),
      (.groupRemoved, "(none)", 9, "four"),
    ])
    #expect(
      sights == [
        Self.sight("anna", group, 5, "two", until: 9, by: "four"),
        Self.sight("bert", group, 7, "three", until: 9, by: "four"),
      ])
  }

  @Test func waysAreIndependentAndEndByThemselves() throws {
    let group = SightHistory.Way.group(try #require(GroupID("G-AAAA")))
    let sights = try Self.sights([
      (.patientAssigned, "anna", 1, "one"), (.groupJoined, "(none)", 2, "one"), (.groupAssigned, "anna", 3, "one"),
      (.allPatientsOpened, "anna", 4, "two"), (.groupLeft, "(none)", 5, "three"),
      (.patientUnassigned, "anna", 6, "two"),
      // What is said twice is once.
      (.patientUnassigned, "anna", 7, "two"), (.groupJoined, "(none)", 8, "one"), (.groupJoined, "(none)", 9, "x"),
    ])
    #expect(
      sights == [
        Self.sight("anna", .alone, 1, "one", until: 6, by: "two"),
        Self.sight("anna", group, 3, "one", until: 5, by: "three"), Self.sight("anna", .all, 4, "two"),
        Self.sight("anna", group, 8, "one"),
      ])
  }

  @Test func aDisabledAccountSeesNobody() throws {
    let sights = try Self.sights([
      (.allPatientsOpened, "anna", 1, "one"), (.accountDisabled, "anna", 2, "two"),
      (.patientAssigned, "anna", 3, "one"),
      (.accountEnabled, "anna", 4, "three"), (.signedIn, "anna", 5, "anna"),
    ])
    #expect(
      Set(sights) == [
        Self.sight("anna", .all, 1, "one", until: 2, by: "two"), Self.sight("anna", .all, 4, "three"),
        Self.sight("anna", .alone, 4, "three"),
      ])
  }

  @Test func othersPatientsAndEmergencies() throws {
    let (patient, other) = (try #require(Pseudonym("P-ABCD")), try #require(Pseudonym("P-WXYZ")))
    var history = SightHistory(of: patient)
    history.note(AccountEvent(account: "anna", actor: "one", kind: .patientAssigned, at: 1, patient: other))
    let id = try #require(AccessID(Array(repeating: 1, count: 16)))
    for (whom, endedAt) in [(patient, nil), (patient, 15), (other, nil)] as [(Pseudonym, UInt64?)] {
      history.note(
        EmergencyAccess(
          id: id, account: "bert", pseudonym: whom, box: [], openedAt: 10, expiresAt: 20, endedAt: endedAt,
          endedBy: endedAt.map { _ in "admin" }), now: 18)
    }
    #expect(
      Set(history.sights) == [
        Self.sight("bert", .emergency, 10, "bert"), Self.sight("bert", .emergency, 10, "bert", until: 15, by: "admin"),
      ])
  }
}
