import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeyVaultClient
import Sealing
import Store
import Testing
import Wire

@Suite struct PatientTests {
  private static let hostile = #"<img src=x onerror=alert(1)>"O'Neill" & Söhne"#

  @Test func identitiesRestSealedAndBound() async throws {
    let store = MemoryStore()
    let keys = try FixedKeySource()
    let patients = PatientAdministration(registry: store, keys: keys)
    let anna = try await patients.create(PatientIdentity(name: "Anna Muster", birthDate: "1950-02-28"))
    let ben = try await patients.create(PatientIdentity(name: "Ben", birthDate: nil))
    let records = try await store.patients()
    for record in records { #expect(!String(decoding: record.box, as: UTF8.self).contains("Muster")) }
    // The length tells nothing.
    #expect(Set(records.map(\.box.count)).count == 1)
    let seal = try await IdentitySeal(key: keys.recordKey(.patients))
    let annasBox = try #require(try await store.patient(anna)).box
    #expect(try seal.identity(PatientRecord(pseudonym: anna, box: annasBox, createdAt: 0)).name == "Anna Muster")
    #expect(throws: SealingError.authenticationFailed) {
      try seal.identity(PatientRecord(pseudonym: ben, box: annasBox, createdAt: 0))
    }
  }

  @Test(arguments: ["1950-02-30", "50-02-03", "1950-2-3", "today", "2023-02-29"])
  func badDatesAreRefused(date: String) {
    #expect(throws: AccountError(.badIdentity, "")) { try PatientIdentity(name: "A", birthDate: date) }
  }

  @Test func aNameFullOfMarkupIsOnlyEverData() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    _ = try await ward.addPatient(name: Self.hostile, device: try #require(DeviceID("sb-001")))
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser.signIn(client, as: "clinician").send(client, .get, "/api/ward")
      #expect(response.headers[.contentType] == "application/json; charset=utf-8")
      let patients = try #require(try response.json()["patients"] as? [[String: Any]])
      #expect(patients.first?["name"] as? String == Self.hostile)
    }
  }

  @Test func withoutTheVaultThereAreNoNamesButAPage() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    _ = try await ward.addPatient(device: try #require(DeviceID("sb-001")))
    ward.keys.fail(.unavailable("test"))
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let first = try #require(try await browser.send(client, .get, "/api/ward").json()["patients"] as? [[String: Any]])
      #expect(first.count == 1 && first[0]["name"] == nil)
      ward.keys.fail(nil)
      await ward.service.readStore()
      let second = try #require(
        try await browser.send(client, .get, "/api/ward").json()["patients"] as? [[String: Any]])
      #expect(second.first?["name"] as? String == "Anna Muster")
    }
  }
}
