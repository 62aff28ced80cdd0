import Dashboard
import Sealing
import Store
import Testing

@Suite struct PasswordTests {
  @Test func whatRestsIsAHashWithItsParameters() async throws {
    let store = MemoryStore()
    let accounts = try AccountAdministration(registry: store, cost: Ward.cheap)
    try await accounts.create(
      name: "a", role: .clinician, patients: .all, password: SecretBytes(copying: Ward.password.utf8))
    try await accounts.create(
      name: "b", role: .clinician, patients: .all, password: SecretBytes(copying: Ward.password.utf8))
    let first = try #require(try await store.account("a")).passwordHash
    let second = try #require(try await store.account("b")).passwordHash
    #expect(first.hasPrefix("$scrypt$ln=10,r=8,p=1$") && first != second)
    #expect(PasswordHash(parsing: first)?.description == first)
  }

  @Test(arguments: [
    "", "$scrypt$ln=31,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "$2b$12$abc",
    "$scrypt$ln=17,r=8,p=1$$",
    "$scrypt$r=8,ln=17,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  ])
  func aHostileHashIsNoHash(text: String) { #expect(PasswordHash(parsing: text) == nil) }

  @Test(arguments: [
    "short", "fourteen chars", "aaaaaaaaaaaaaaaa", "abababababababab", "passwordpassword", "P@ssw0rdP@ssw0rd",
    "password123456789",
    "sealedbeat2026!!!", "dr.weiss-dr.weiss-1", "1234567890123456", "qwertyuiopasdfghjkl", "SealedBeat Hospital 2026",
    "letmein letmein 1999", "zyxwvutsrqponmlkji", "monkey dragon shadow", String(repeating: "ab1c2", count: 40),
  ])
  func weakPasswordsAreRefused(password: String) async throws {
    let accounts = try AccountAdministration(registry: MemoryStore(), cost: Ward.cheap)
    await #expect(throws: AccountError(.weakPassword, "")) {
      try await accounts.create(
        name: "dr.weiss", role: .clinician, patients: .all, password: SecretBytes(copying: password.utf8))
    }
  }

  @Test(arguments: ["", "Dr.Weiss", "a b", "<script>", String(repeating: "a", count: 65)])
  func badNamesAreRefused(name: String) async throws {
    let accounts = try AccountAdministration(registry: MemoryStore(), cost: Ward.cheap)
    await #expect(throws: AccountError(.badName, "")) {
      try await accounts.create(
        name: name, role: .auditor, patients: .all, password: SecretBytes(copying: Ward.password.utf8))
    }
  }

  /// Length and nothing else: no rule on kinds of characters.
  @Test(arguments: [
    "correct horse battery staple", "nine purple otters juggle", "fünfzehn Zeichen ä", "837465920174652",
    "ウォードの患者さんの心電図を読む",
  ])
  func longUnexpectedPasswordsAreTaken(password: String) async throws {
    let accounts = try AccountAdministration(registry: MemoryStore(), cost: Ward.cheap)
    try await accounts.create(
      name: "dr.weiss", role: .clinician, patients: .all, password: SecretBytes(copying: password.utf8))
  }
}
