import Cardio
import Testing

@Suite struct SignalCoverageTests {
  private typealias Stretch = SignalCoverage.Stretch

  private static let coverage: SignalCoverage = {
    var coverage = SignalCoverage()
    coverage.append(at: 100, count: 50, isLeadOff: false)
    coverage.append(at: 150, count: 50, isLeadOff: true)
    coverage.append(at: 200, count: 50, isLeadOff: true)
    coverage.append(at: 260, count: 40, isLeadOff: false)
    return coverage
  }()

  @Test func everyAbsenceHasItsCause() {
    #expect(
      Self.coverage.stretches(from: 0, count: 1000, resolution: 1) == [
        Stretch(from: 0, count: 100, cause: .missing), Stretch(from: 150, count: 100, cause: .leadOff),
        Stretch(from: 250, count: 10, cause: .missing),
      ])
    #expect(Self.coverage.end == 300)
  }

  @Test func stretchesAreCutAtTheEndsOfWhatIsLookedAt() {
    #expect(
      Self.coverage.stretches(from: 200, count: 55, resolution: 1) == [
        Stretch(from: 200, count: 50, cause: .leadOff), Stretch(from: 250, count: 5, cause: .missing),
      ])
    #expect(Self.coverage.stretches(from: 100, count: 50, resolution: 1).isEmpty)
    // Behind the latest sample nothing is known.
    #expect(Self.coverage.stretches(from: 300, count: 500, resolution: 1).isEmpty)
  }

  /// However often a signal comes and goes, an answer has at most two stretches for each bucket.
  @Test func theAnswerIsBounded() {
    var coverage = SignalCoverage()
    for index in 0..<10_000 { coverage.append(at: index * 20, count: 10, isLeadOff: index.isMultiple(of: 2)) }
    #expect(coverage.stretches(from: 0, count: 200_000, resolution: 1).count == 15_000 - 1)
    let coarse = coverage.stretches(from: 0, count: 200_000, resolution: 1000)
    #expect(coarse.count <= 2 * 200)
    #expect(Set(coarse.map(\.cause)) == [.missing, .leadOff])
    #expect(coarse.first?.from == 0 && coarse.map(\.end).max() == 199_980)
  }

  @Test func whatIsOldOrWithoutEndIsPassedOver() {
    var coverage = Self.coverage
    coverage.append(at: 10, count: 10, isLeadOff: true)
    coverage.append(at: .max - 10, count: 10, isLeadOff: true)
    coverage.append(at: 300, count: 0, isLeadOff: true)
    #expect(coverage.end == 300 && coverage.stretches(from: 0, count: 1000, resolution: 1).count == 3)
  }
}
