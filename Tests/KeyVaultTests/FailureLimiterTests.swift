import KeyVault
import Testing

@Suite("Limit on failed enrolments")
struct FailureLimiterTests {
  @Test("An address may fail so often, then waits; others are not affected")
  func limits() {
    var limiter = FailureLimiter()
    for _ in 0..<Int(FailureLimiter.standardBurst) {
      #expect(limiter.allows("a", now: 0))
      limiter.recordFailure("a", now: 0)
    }
    #expect(!limiter.allows("a", now: 0.5))
    #expect(limiter.allows("b", now: 0.5))
    #expect(limiter.allows("a", now: 1.5))
  }

  @Test("However many addresses fail, only so many are remembered")
  func memory() {
    var limiter = FailureLimiter()
    for number in 0..<FailureLimiter.addressLimit + 500 { limiter.recordFailure("\(number)", now: 0) }
    #expect(limiter.count <= FailureLimiter.addressLimit)
  }

  @Test("A clock that jumps back forgives nothing and breaks nothing")
  func clock() {
    var limiter = FailureLimiter()
    for _ in 0..<Int(FailureLimiter.standardBurst) { limiter.recordFailure("a", now: 1000) }
    #expect(!limiter.allows("a", now: 0))
  }
}
