import Store
import Testing
import Wire

@Suite("Registry at rest")
struct RegistryStoreTests {
  @Test func patientsAndAssignments() async throws {
    try await withStore { store, _ in
      let pseudonym = try #require(Pseudonym("P-ABCD"))
      let device = try #require(DeviceID("dev-one"))
      try await store.put(PatientRecord(pseudonym: pseudonym, box: [1], createdAt: 5))
      let patient = PatientRecord(pseudonym: pseudonym, box: [2], createdAt: 6)
      try await store.put(patient)
      #expect(try await store.patients() == [patient])
      #expect(try await store.patient(pseudonym) == patient)
      try await store.assign(device, to: pseudonym, at: 7)
      #expect(
        try await store.assignments() == [DeviceAssignment(device: device, pseudonym: pseudonym, since: 7)])
      try await store.assign(device, to: nil, at: 8)
      #expect(try await store.assignments() == [DeviceAssignment(device: device, pseudonym: nil, since: 8)])
    }
  }

  @Test func accountsAndSignIns() async throws {
    try await withStore { store, _ in
      let account = AccountRecord(name: "anna", role: .clinician, passwordHash: "$s$x", isDisabled: true, createdAt: 3)
      try await store.put(account)
      #expect(try await store.account("anna") == account)
      #expect(try await store.account("ANNA") == nil)
      #expect(try await store.accounts() == [account])
      let signIn = SignInRecord(tokenHash: [1, 2], account: "anna", createdAt: 4, expiresAt: 9)
      try await store.put(signIn)
      try await store.put(SignInRecord(tokenHash: [3], account: "anna", createdAt: 4, expiresAt: 5))
      try await store.deleteSignIns(expiredBefore: 6)
      #expect(try await store.signIn(tokenHash: [3]) == nil)
      #expect(try await store.signIn(tokenHash: [1, 2]) == signIn)
      try await store.deleteSignIn(tokenHash: [1, 2])
      #expect(try await store.signIn(tokenHash: [1, 2]) == nil)
    }
  }
}
