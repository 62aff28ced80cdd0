import Gatekeeper
import Testing
import Wire

@Suite("Access list and plugin")
struct AccessReconcilerTests {
  let one = DeviceID.named("ward-1")
  let two = DeviceID.named("ward-2")
  let three = DeviceID.named("ward-3")

  @Test func anAdmittedDeviceIsLetInAndAcknowledged() {
    var exchange = Exchange()
    exchange.connect()
    exchange.list([ListedDevice(one, isAdmitted: true, revision: 1)])
    #expect(exchange.acknowledged == nil)
    exchange.settle()
    #expect(exchange.plugin.mayAct(one))
    #expect(exchange.acknowledged == AppliedAccess(revision: 1, ahead: [:]))
    #expect(exchange.reconciler.isInStep)
  }

  @Test func whatThePluginKnowsAlreadyIsLeftAlone() {
    var exchange = Exchange()
    exchange.plugin.roles = [one]
    exchange.plugin.clients = [one: [one]]
    exchange.list([ListedDevice(one, isAdmitted: true, revision: 4)])
    exchange.connect()
    exchange.settle()
    // Two listings and nothing else.
    #expect(exchange.plugin.commandCount == 2)
    #expect(exchange.plugin.kicks.isEmpty)
    #expect(exchange.acknowledged?.revision == 4)
  }

  @Test func aRevokedDeviceIsCutBeforeAnythingElse() {
    var exchange = Exchange()
    exchange.connect()
    exchange.list([ListedDevice(one, isAdmitted: true, revision: 1)])
    exchange.settle()
    let fleet = (0..<100).map {
      ListedDevice(.named("fleet-\($0)"), isAdmitted: true, revision: UInt64($0) + 2)
    }
    exchange.list(fleet)
    exchange.list([ListedDevice(one, isAdmitted: false, revision: 102)])
    // What was on its way, and then at once the cut.
    exchange.answer()
    #expect(exchange.pending?.commands == [.deleteClient(one)])
    exchange.answer()
    #expect(!exchange.plugin.mayAct(one))
    #expect(exchange.plugin.kicks == [one, one], "when it was let in, and now")
    #expect(exchange.cuts == ["ward-1"] && exchange.offline == [one])
    #expect(exchange.acknowledged?.ahead[one] == 102)
    #expect(exchange.acknowledged.map { $0.revision < 101 } == true)
    exchange.settle()
    #expect(exchange.acknowledged == AppliedAccess(revision: 102, ahead: [:]))
    #expect(!exchange.plugin.roles.contains(one))
  }

  @Test func nobodyIsShutOutBeforeTheListIsWhole() {
    var exchange = Exchange()
    exchange.plugin.roles = [one, two, three]
    exchange.plugin.clients = [one: [one], two: [two], three: [three]]
    exchange.connect()
    exchange.settle()
    exchange.list([ListedDevice(one, isAdmitted: true, revision: 1)], isComplete: false)
    exchange.settle()
    #expect(exchange.plugin.kicks.isEmpty && exchange.acknowledged == nil)
    exchange.list([ListedDevice(two, isAdmitted: true, revision: 2)])
    exchange.settle()
    #expect(exchange.plugin.kicks == [three])
    #expect(!exchange.plugin.roles.contains(three))
  }

  @Test func aStrangerIsCutAtOnceAndThenWithGrowingWaits() {
    var exchange = Exchange()
    exchange.connect()
    exchange.list([ListedDevice(one, isAdmitted: false, revision: 1)])
    exchange.settle()
    let swept = exchange.plugin.kicks.count
    exchange.now += 1_000
    var times: [Double] = []
    for _ in 0..<4 {
      let seen = exchange.now
      exchange.take(exchange.reconciler.deviceConnected(one, now: seen))
      exchange.settle()
      while exchange.plugin.kicks.count == swept + times.count, let deadline = exchange.reconciler.deadline {
        exchange.now = max(exchange.now, deadline)
        exchange.take(exchange.reconciler.advance(now: exchange.now))
        exchange.answer()
      }
      times.append(exchange.now - seen)
      #expect(exchange.plugin.clients[one] == nil)
    }
    #expect(times[0] < 0.1)
    #expect(times[1] >= 0.9 && times[2] >= 1.9 && times[3] >= 3.9)
  }

  @Test func aDeviceThatWasHereFirstIsKickedWhenItIsLetIn() {
    var exchange = Exchange()
    exchange.connect()
    exchange.list([])
    exchange.settle()
    exchange.take(exchange.reconciler.deviceConnected(one, now: exchange.now))
    exchange.list([ListedDevice(one, isAdmitted: true, revision: 1)])
    exchange.settle()
    #expect(exchange.plugin.mayAct(one))
    #expect(exchange.plugin.kicks.last == one)
    // Once in, its connections are nobody's business.
    let before = exchange.plugin.commandCount
    exchange.take(exchange.reconciler.deviceConnected(one, now: exchange.now))
    exchange.settle()
    #expect(exchange.plugin.commandCount == before)
  }

  @Test func aSilentPluginIsConnectedToAfresh() {
    var exchange = Exchange()
    exchange.connect()
    exchange.list([ListedDevice(one, isAdmitted: true, revision: 1)])
    exchange.pending = nil
    exchange.now += AccessReconciler.answerTimeout + 1
    exchange.take(exchange.reconciler.advance(now: exchange.now))
    exchange.settle()
    #expect(exchange.plugin.mayAct(one))
  }

  @Test func anAnswerToAnEarlierConnectionIsNotTaken() {
    var exchange = Exchange()
    exchange.connect()
    let old = exchange.pending
    exchange.reconciler.linkIsDown()
    exchange.connect()
    let stale = PluginAnswer(
      correlation: old?.correlation, results: [.init(clients: [.init(name: "ward-9", isWhole: true)])])
    #expect(exchange.reconciler.take(stale, now: 0).isEmpty)
  }

  @Test func rotationIsCommandedAtOnceWhenOnlineAndAgain() {
    var exchange = Exchange()
    exchange.connect()
    exchange.list([ListedDevice(one, isAdmitted: true, rotateTo: KeyVersion(rawValue: 2), revision: 1)])
    exchange.settle()
    #expect(exchange.rotations == ["ward-1 2"])
    exchange.take(exchange.reconciler.deviceIsOnline(one, isNews: false, now: exchange.now))
    #expect(exchange.rotations.count == 1)
    exchange.take(exchange.reconciler.deviceIsOnline(one, isNews: true, now: exchange.now))
    #expect(exchange.rotations.count == 2)
    exchange.now += RotationCommands.repetition
    exchange.take(exchange.reconciler.advance(now: exchange.now))
    #expect(exchange.rotations.count == 3)
    exchange.list([ListedDevice(one, isAdmitted: true, revision: 2)])
    exchange.now += RotationCommands.repetition
    exchange.take(exchange.reconciler.advance(now: exchange.now))
    #expect(exchange.rotations.count == 3)
  }
}
