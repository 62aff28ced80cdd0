import Dashboard
import Foundation
import Testing
import Wire

/// Registrations and uses of passkeys that python-fido2 made (`Tests/Interop/make_passkeys.py`), and says the same of (`test_passkeys.py`).
@Suite struct PasskeyVectorTests {
  struct Vectors: Decodable {
    struct Registration: Decodable, CustomTestStringConvertible {
      let name: String
      let clientData: String
      let attestation: String
      let expected: String
      var testDescription: String { name }
    }

    struct Use: Decodable, CustomTestStringConvertible {
      let name: String
      let registered: String
      let clientData: String
      let data: String
      let signature: String
      let needsVerification: Bool
      let expected: String
      let counter: UInt32?
      var testDescription: String { name }
    }

    let url: String
    let party: String
    let challenge: String
    let credential: String
    let registrations: [Registration]
    let uses: [Use]
  }

  static let vectors: Vectors = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Vectors/passkeys.json")
    // A file of the repository: without it every test here fails.
    return try! JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file))
  }()

  private static func bytes(_ hex: String) throws -> [UInt8] { try #require([UInt8](hex: hex)) }

  private static func register(_ vector: Vectors.Registration) throws -> RelyingParty.Registered {
    let party = try #require(RelyingParty(dashboardURL: vectors.url))
    return try party.register(clientData: bytes(vector.clientData), attestation: bytes(vector.attestation)) {
      $0 == vectors.challenge
    }
  }

  @Test(arguments: vectors.registrations) func registrations(_ vector: Vectors.Registration) throws {
    if vector.expected == "ok" {
      #expect(try Self.register(vector).credential.hex == Self.vectors.credential)
    } else {
      let fault = try #require(PasskeyFault(rawValue: vector.expected))
      #expect(throws: fault) { try Self.register(vector) }
    }
  }

  @Test(arguments: vectors.uses) func uses(_ vector: Vectors.Use) throws {
    let party = try #require(RelyingParty(dashboardURL: Self.vectors.url))
    let made = try #require(Self.vectors.registrations.first { $0.name == vector.registered })
    let key = try Self.register(made).key
    func use() throws -> UInt32 {
      try party.assert(
        key, clientData: Self.bytes(vector.clientData), data: Self.bytes(vector.data),
        signature: Self.bytes(vector.signature), needsVerification: vector.needsVerification
      ) { $0 == Self.vectors.challenge }
    }
    if vector.expected == "ok" {
      #expect(try use() == vector.counter)
    } else {
      let fault = try #require(PasskeyFault(rawValue: vector.expected))
      #expect(throws: fault) { _ = try use() }
    }
  }

  /// No prefix of a right answer is one, and no flipped bit of what is signed.
  @Test func nothingCutShortAndNothingFlipped() throws {
    let party = try #require(RelyingParty(dashboardURL: Self.vectors.url))
    let made = try #require(Self.vectors.registrations.first { $0.name == "es256" })
    let attestation = try Self.bytes(made.attestation), told = try Self.bytes(made.clientData)
    for length in 0..<attestation.count {
      #expect(throws: PasskeyFault.self) {
        try party.register(clientData: told, attestation: Array(attestation.prefix(length))) { _ in true }
      }
    }
    let use = try #require(Self.vectors.uses.first { $0.name == "es256" })
    let key = try Self.register(made).key
    let data = try Self.bytes(use.data), signature = try Self.bytes(use.signature),
      client = try Self.bytes(use.clientData)
    for bit in 0..<data.count * 8 {
      var flipped = data
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: PasskeyFault.self) {
        try party.assert(key, clientData: client, data: flipped, signature: signature, needsVerification: true) { _ in
          true
        }
      }
    }
  }

  @Test(arguments: [
    ("https://ward.example.org", "ward.example.org", "https://ward.example.org"),
    ("https://Ward.Example.org:8443/", "ward.example.org", "https://ward.example.org:8443"),
    ("https://ward.example.org:443", "ward.example.org", "https://ward.example.org"),
    ("http://localhost:8080", "localhost", "http://localhost:8080"),
  ])
  func thePartyIsTheAddress(url: String, id: String, origin: String) throws {
    let party = try #require(RelyingParty(dashboardURL: url))
    #expect(party.id == id && party.origin == origin)
  }

  @Test(arguments: [
    "", "https://192.0.2.7", "https://[::1]:8443", "http://ward.example.org", "ward.example.org", "ftp://x",
  ])
  func elsewhereThereIsNone(url: String) { #expect(RelyingParty(dashboardURL: url) == nil) }
}
