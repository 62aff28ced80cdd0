import Store

extension MemoryStore {
  func put(_ token: APITokenRecord) async throws(StoreError) { change { $0.tokens[token.hash] = token } }
  func token(hash: [UInt8]) async throws(StoreError) -> APITokenRecord? { try read { $0.tokens[hash] } }
  func tokens(of account: String?) async throws(StoreError) -> [APITokenRecord] {
    try read { state in
      state.tokens.values.filter { account == nil || $0.account == account }.sorted { $0.createdAt > $1.createdAt }
    }
  }
  func recordUse(ofToken hash: [UInt8], at time: UnixMicroseconds) async throws(StoreError) {
    change { $0.tokens[hash]?.lastUsedAt = time }
  }
  func revokeToken(hash: [UInt8], by account: String, at time: UnixMicroseconds) async throws(StoreError) {
    change { state in
      guard state.tokens[hash]?.revokedAt == nil else { return }
      state.tokens[hash]?.revokedAt = time
      state.tokens[hash]?.revokedBy = account
    }
  }
}
