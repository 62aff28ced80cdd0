import Dashboard
import Testing

@Suite struct LoginLimiterTests {
  private static func seconds(_ decision: LoginLimiter.Decision) -> Int? {
    if case .refuse(let seconds) = decision { seconds } else { nil }
  }

  @Test func lockOutDoublesAndEnds() {
    var limiter = LoginLimiter()
    var now: Duration = .seconds(1000)
    for _ in 0..<LoginLimiter.failuresPerAddress {
      #expect(limiter.attempt(account: "a", address: "1", now: now) == .check)
    }
    var last = 0
    for _ in 0..<4 {
      let wait = Self.seconds(limiter.attempt(account: "a", address: "1", now: now))
      #expect(wait != nil && wait! > last)  // checked in the same expression
      last = wait ?? 0
      now += .seconds(last)
      #expect(limiter.attempt(account: "a", address: "1", now: now) == .check)
    }
    #expect(last > 60)
  }

  @Test func aStrangerDoesNotLockTheClinicianOut() {
    var limiter = LoginLimiter()
    for _ in 0..<20 { _ = limiter.attempt(account: "a", address: "stranger", now: .seconds(1)) }
    #expect(limiter.attempt(account: "a", address: "ward", now: .seconds(1)) == .check)
  }

  @Test func manyAddressesLockTheAccountAtLast() {
    var limiter = LoginLimiter()
    for index in 0..<LoginLimiter.failuresPerAccount {
      #expect(limiter.attempt(account: "a", address: "\(index)", now: .seconds(1)) == .check)
    }
    #expect(limiter.attempt(account: "a", address: "ward", now: .seconds(1)) != .check)
    #expect(limiter.attempt(account: "b", address: "ward", now: .seconds(1)) == .check)
  }

  @Test func anAddressCannotSprayNames() {
    var limiter = LoginLimiter()
    let checked = (0..<200).count { limiter.attempt(account: "user\($0)", address: "1", now: .seconds(1)) == .check }
    #expect(checked == Int(LoginLimiter.addressBurst))
    #expect(limiter.attempt(account: "late", address: "1", now: .seconds(5)) == .check)
  }

  @Test func successStartsAfresh() {
    var limiter = LoginLimiter()
    for _ in 0..<30 {
      #expect(limiter.attempt(account: "a", address: "1", now: .seconds(1)) == .check)
      limiter.succeeded(account: "a", address: "1")
    }
  }

  @Test func memoryIsBounded() {
    var limiter = LoginLimiter()
    for index in 0..<60_000 { _ = limiter.attempt(account: "u\(index)", address: "\(index)", now: .seconds(1)) }
    #expect(limiter.counterCount <= LoginLimiter.counterLimit + 3)
  }

  /// An account that is locked for all is tried from ever new addresses, and from addresses that have used up all they may.
  @Test func memoryIsBoundedWhileAnAccountIsLocked() {
    var limiter = LoginLimiter()
    for index in 0..<30_000 { _ = limiter.attempt(account: "a", address: "\(index)", now: .seconds(1)) }
    #expect(limiter.counterCount <= LoginLimiter.counterLimit + 3)
    for index in 0..<25_000 {
      for name in 0..<40 { _ = limiter.attempt(account: "u\(name)", address: "b\(index)", now: .seconds(2)) }
    }
    #expect(limiter.counterCount <= LoginLimiter.counterLimit + 3)
  }

  @Test func anAddressRegainsItsAttemptsByTheFraction() {
    var limiter = LoginLimiter()
    func attempt(_ account: String, at now: Duration) -> Bool {
      limiter.attempt(account: account, address: "1", now: now) == .check
    }
    for index in 0..<Int(LoginLimiter.addressBurst) { #expect(attempt("u\(index)", at: .seconds(1))) }
    // Asked four times a second, an address regains as much as one that waits.
    let admitted = (1...40).count { attempt("v\($0)", at: .seconds(1) + .milliseconds(250 * $0)) }
    #expect(admitted == 5)
  }
}
