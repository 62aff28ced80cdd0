import Store
import Testing

struct TokenStoreTests {
  private static func token(_ byte: UInt8, account: String = "dr.one", expiresAt: UInt64 = 9_000_000_000)
    -> APITokenRecord
  {
    APITokenRecord(
      hash: [UInt8](repeating: byte, count: 32), account: account, name: "lab", scopes: ["ward:read", "fhir:read"],
      createdAt: UInt64(byte), expiresAt: expiresAt)
  }

  @Test func tokensAreKeptUsedAndRevoked() async throws {
    try await withStore { store, _ in
      let (first, second, foreign) = (Self.token(1), Self.token(2), Self.token(3, account: "dr.two"))
      for token in [first, second, foreign] { try await store.put(token) }
      #expect(try await store.token(hash: first.hash) == first)
      #expect(try await store.token(hash: [UInt8](repeating: 9, count: 32)) == nil)
      #expect(try await store.tokens(of: "dr.one") == [second, first])
      #expect(try await store.tokens(of: nil).count == 3)
      try await store.recordUse(ofToken: first.hash, at: 50)
      // The clock went back: the latest use stays.
      try await store.recordUse(ofToken: first.hash, at: 40)
      #expect(try await store.token(hash: first.hash)?.lastUsedAt == 50)
      try await store.revokeToken(hash: first.hash, by: "root", at: 60)
      try await store.revokeToken(hash: first.hash, by: "other", at: 70)
      let revoked = try #require(try await store.token(hash: first.hash))
      #expect(revoked.revokedAt == 60 && revoked.revokedBy == "root" && !revoked.isValid(at: 61))
    }
  }

  @Test func aTokenThatExistsIsNotReplaced() async throws {
    try await withStore { store, _ in
      try await store.put(Self.token(1))
      await #expect(throws: StoreError.self) { try await store.put(Self.token(1, account: "dr.two")) }
    }
  }

  /// Whoever uses a token counts as looking for half an hour, and no longer once it is revoked.
  @Test func whoUsesATokenIsLooking() async throws {
    try await withStore { store, _ in
      try await store.put(
        AccountRecord(
          name: "dr.one", role: .clinician, passwordHash: "-", isDisabled: false, seesAllPatients: true, createdAt: 0))
      let token = Self.token(1)
      try await store.put(token)
      #expect(try await store.signedInAccounts(at: 100).isEmpty)
      try await store.recordUse(ofToken: token.hash, at: 100)
      #expect(try await store.signedInAccounts(at: 200).map(\.name) == ["dr.one"])
      #expect(try await store.signedInAccounts(at: 101 + APITokenRecord.attentionMicroseconds).isEmpty)
      try await store.revokeToken(hash: token.hash, by: "dr.one", at: 300)
      #expect(try await store.signedInAccounts(at: 300).isEmpty)
    }
  }
}
