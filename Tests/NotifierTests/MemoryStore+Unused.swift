import Store
import Wire

/// What a notifier never calls: each call is a fault of the notifier, and says so.
extension MemoryStore {
  private func unused() -> StoreError { StoreError(.io, "the notifier has no business here") }

  func commit(_ batch: ChunkBatch) async throws(StoreError) -> ChunkCommit { throw unused() }
  func sessions(of device: DeviceID, limit: Int) async throws(StoreError) -> [SessionRecord] { throw unused() }
  func chunks(of reference: SessionReference, from sequence: UInt64, limit: Int) async throws(StoreError)
    -> [StoredChunk]
  { throw unused() }
  func devices() async throws(StoreError) -> [DeviceTelemetry] { throw unused() }
  func claim(
    _ reference: SessionReference, owner: String, leaseUntil: UnixMicroseconds, now: UnixMicroseconds
  ) async throws(StoreError) -> AnalysisClaim? { throw unused() }
  func commit(_ batch: [AnalysisCommit], now: UnixMicroseconds) async throws(StoreError) -> [SessionReference] {
    throw unused()
  }
  func latestFindings(of reference: SessionReference, count: Int) async throws(StoreError) -> [SealedFinding] {
    throw unused()
  }
  func put(_ patient: PatientRecord) async throws(StoreError) { throw unused() }
  func patients() async throws(StoreError) -> [PatientRecord] { throw unused() }
  func patient(_ pseudonym: Pseudonym) async throws(StoreError) -> PatientRecord? { throw unused() }
  func assign(_ device: DeviceID, to pseudonym: Pseudonym?, at time: UnixMicroseconds) async throws(StoreError) {
    throw unused()
  }
  func put(_ account: AccountRecord) async throws(StoreError) { throw unused() }
  func account(_ name: String) async throws(StoreError) -> AccountRecord? { throw unused() }
  func accounts() async throws(StoreError) -> [AccountRecord] { throw unused() }
  func entrust(
    _ patient: Pseudonym, to account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) { throw unused() }
  func withdraw(
    _ patient: Pseudonym, from account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) { throw unused() }
  func care(of account: String?) async throws(StoreError) -> [CareAssignment] { throw unused() }
  func put(_ group: PatientGroupRecord) async throws(StoreError) { throw unused() }
  func groups() async throws(StoreError) -> [PatientGroupRecord] { throw unused() }
  func deleteGroup(
    _ group: GroupID, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) -> Bool { throw unused() }
  func join(
    _ patient: Pseudonym, _ group: GroupID, at time: UnixMicroseconds, by actor: String, limit: Int
  ) async throws(StoreError) -> Bool { throw unused() }
  func leave(
    _ patient: Pseudonym, _ group: GroupID, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) { throw unused() }
  func memberships() async throws(StoreError) -> [GroupMembership] { throw unused() }
  func entrust(
    _ group: GroupID, to account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) { throw unused() }
  func withdraw(
    _ group: GroupID, from account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) { throw unused() }
  func groupCare(of account: String?) async throws(StoreError) -> [GroupCare] { throw unused() }
  func signedInAccounts(at time: UnixMicroseconds) async throws(StoreError) -> [AccountRecord] { throw unused() }
  func put(_ session: SignInRecord) async throws(StoreError) { throw unused() }
  func signIn(tokenHash: [UInt8]) async throws(StoreError) -> SignInRecord? { throw unused() }
  func deleteSignIn(tokenHash: [UInt8]) async throws(StoreError) { throw unused() }
  func deleteSignIns(expiredBefore time: UnixMicroseconds) async throws(StoreError) { throw unused() }
  func deeds(_ query: TrailQuery) async throws(StoreError) -> [Recorded<AlertDeed>] { throw unused() }
  func put(_ token: APITokenRecord) async throws(StoreError) { throw unused() }
  func token(hash: [UInt8]) async throws(StoreError) -> APITokenRecord? { throw unused() }
  func tokens(of account: String?) async throws(StoreError) -> [APITokenRecord] { throw unused() }
  func recordUse(ofToken hash: [UInt8], at time: UnixMicroseconds) async throws(StoreError) { throw unused() }
  func revokeToken(hash: [UInt8], by account: String, at time: UnixMicroseconds) async throws(StoreError) {
    throw unused()
  }
}
