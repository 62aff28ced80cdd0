/// Collects shares until there are enough to open the vault: a value that decides, without a clock or a file.
package struct UnsealMachine: Sendable {
  /// Time in which a set must be complete, in seconds: a ceremony whose custodians are all there.
  package static let setTimeout = 600.0
  /// Complete sets that may fail one after another.
  package static let failureLimit = 5
  /// Time that forgives one of them, in seconds.
  package static let forgiveness = 60.0

  /// What becomes of a share.
  package enum Outcome: Sendable {
    /// It is kept; more are needed.
    case waiting
    /// These are enough: try them, and tell ``failed(now:)`` if they do not open the vault.
    case complete([RootShare])
    /// It is not kept, for a reason that can be told.
    case refused(VaultError)
  }

  package let split: RootDescription.Split
  private var shares: [RootShare] = []
  private var began = 0.0
  private var failures = 0.0
  private var failedAt = 0.0

  package init(_ split: RootDescription.Split) { self.split = split }

  /// Whether a set was begun and not finished in time; it is then forgotten.
  package mutating func expire(now: Double) -> Bool {
    guard !shares.isEmpty, now - began >= Self.setTimeout else { return false }
    shares = []
    return true
  }

  /// Shares that are kept now.
  package func given(now: Double) -> Int { now - began < Self.setTimeout ? shares.count : 0 }

  /// Takes one share.
  /// - Parameter now: seconds on any steady clock.
  package mutating func give(_ share: RootShare, now: Double) -> Outcome {
    _ = expire(now: now)
    guard owed(now) + 1 <= Double(Self.failureLimit) else {
      return .refused(VaultError(.tooMany, "too many wrong sets of shares: wait a minute"))
    }
    guard share.set == split.set else {
      return .refused(
        VaultError(.wrongRoot, "this share is of set \(share.set): of another vault, or of an earlier root of this one")
      )
    }
    guard share.threshold == split.threshold, (1...split.count).contains(share.index) else {
      return .refused(VaultError(.wrongRoot, "this share does not fit the set \(split.set): it was altered"))
    }
    if let earlier = shares.first(where: { $0.index == share.index }) {
      return .refused(
        earlier.isSame(as: share)
          ? VaultError(.badRequest, "share \(share.index) was given already: another custodian's is needed")
          : VaultError(
            .wrongRoot, "share \(share.index) was given already, with another value: one of the two is forged"))
    }
    if shares.isEmpty { began = now }
    shares.append(share)
    guard shares.count == split.threshold else { return .waiting }
    defer { shares = [] }
    return .complete(shares)
  }

  /// Records that a complete set did not open the vault; it is forgotten already.
  package mutating func failed(now: Double) {
    failures = owed(now) + 1
    failedAt = now
  }

  /// Forgets what was given.
  package mutating func reset() { shares = [] }

  private func owed(_ now: Double) -> Double { max(0, failures - max(0, now - failedAt) / Self.forgiveness) }
}
