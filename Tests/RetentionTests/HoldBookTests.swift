import Retention
import Store
import Testing
import Wire

@Suite("What holds a session")
struct HoldBookTests {
  private let device = Sample.devices[0]

  private func book(
    _ subject: RetentionHold.Subject?, vault: Set<DeviceID> = [], wearings: [DeviceWearing] = []
  ) -> HoldBook {
    HoldBook(
      holds: subject.map { [RetentionHold(number: 1, subject: $0, reason: "x", actor: "a", at: 1)] } ?? [],
      heldInVault: vault, wearings: wearings)
  }

  private func session(_ days: Int) -> KeptSession {
    KeptSession(reference: Sample.reference(device, 1), recording: Sample.recording(days))
  }

  private func hold(_ book: HoldBook, _ session: KeptSession) -> RetentionStay? {
    book.hold(on: session, of: book.patients(of: session))
  }

  @Test func aRangeHoldsWhatLastedIntoIt() {
    let from = Sample.now - 20 * Sample.day
    let until = Sample.now - 10 * Sample.day
    let held = book(.device(device, from: from, until: until))
    #expect(hold(held, session(15)) == .hold(1) && hold(held, session(10)) == .hold(1))
    #expect(hold(held, session(21)) == nil && hold(held, session(9)) == nil)
    #expect(hold(book(.device(device, from: nil, until: nil)), session(999)) == .hold(1))
    #expect(hold(book(.device(Sample.devices[1], from: nil, until: nil)), session(15)) == nil)
  }

  @Test func aSessionWhoseTimeIsUnknownIsHeldByEveryRange() {
    let lost = KeptSession(reference: Sample.reference(device, 1), derived: Sample.derived(500))
    #expect(hold(book(.device(device, from: 5, until: 6)), lost) == .hold(1))
    let worn = DeviceWearing(device: device, patient: Sample.patients[0], since: Sample.now)
    #expect(hold(book(.patient(Sample.patients[0]), wearings: [worn]), lost) == .hold(1))
  }

  @Test func aPatientIsHeldWithWhateverTheyWoreThen() {
    let (one, two) = (Sample.patients[0], Sample.patients[1])
    let wearings = [
      DeviceWearing(device: device, patient: one, since: Sample.now - 100 * Sample.day),
      DeviceWearing(device: device, patient: two, since: Sample.now - 50 * Sample.day),
    ]
    let held = book(.patient(one), wearings: wearings)
    #expect(hold(held, session(70)) == .hold(1), "worn by the one then, by another now")
    #expect(hold(held, session(20)) == nil)
    #expect(hold(held, session(300)) == .hold(1), "from before anybody is known: it may be theirs")
    #expect(hold(book(.patient(Sample.patients[2]), wearings: wearings), session(300)) == nil)
    // A session from one wearer into the next belongs to both.
    var across = session(50)
    across.recording?.firstReceivedAt = Sample.now - 60 * Sample.day
    #expect(held.patients(of: across) == [one, two])
  }

  /// What has no session has no time either: any hold on its device, or on anybody who ever wore it, keeps it.
  @Test func aDeviceIsHeldForWhatHasNoSession() {
    let other = Sample.devices[1]
    let worn = DeviceWearing(device: device, patient: Sample.patients[0], since: Sample.now)
    #expect(book(.device(device, from: 5, until: 6)).heldDevices == [device])
    #expect(book(.patient(Sample.patients[0]), vault: [other], wearings: [worn]).heldDevices == [device, other])
    #expect(book(.patient(Sample.patients[1]), wearings: [worn]).heldDevices.isEmpty)
  }

  @Test func theVaultsHoldCountsAndAReleasedOneDoesNot() {
    #expect(hold(book(nil, vault: [device]), session(5)) == .vaultHold)
    let released = RetentionHold(
      number: 1, subject: .device(device, from: nil, until: nil), reason: "x", actor: "a", at: 1,
      release: .init(actor: "b", at: 2, reason: "over"))
    #expect(hold(HoldBook(holds: [released], heldInVault: [], wearings: []), session(5)) == nil)
  }
}
