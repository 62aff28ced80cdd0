internal import Crypto
internal import Foundation
internal import GRDB
internal import SwiftASN1
internal import Wire
internal import X509

/// What came of the wish to add a person.
package enum PersonAddition: Sendable {
  /// The first custodian: there was nobody who could have agreed.
  case added(certificatePEM: String)
  /// Another person has to agree.
  case proposed(Proposal)
}

extension KeyAuthority {
  private struct NewPerson: Codable {
    let name: String
    let role: PersonRole
    let request: String
  }

  /// Lets a person sign in who made a key and a certificate request. Beside the first custodian, two people are needed.
  /// - Parameter request: PKCS#10, PEM, P-256, with the common name `person.NAME`.
  package func addPerson(
    _ name: String, role: PersonRole, request: String, reason: String, actor: String
  ) throws -> PersonAddition {
    guard Person.isName(name) else {
      throw VaultError(.badRequest, "a person's name is 2 to 32 of a–z, 0–9 and -")
    }
    let checked = try Self.publicKey(of: request, name: name)
    return try commit(actor: actor) { database, audit in
      let isFirst =
        try role == .custodian && custodiansEver(database) == 0
      let isKnown =
        try Bool.fetchOne(
          database, sql: "SELECT EXISTS (SELECT 1 FROM person WHERE name = ? AND removed IS NULL)",
          arguments: [name]) ?? false
      guard !isKnown else {
        try audit.append(.addPerson, .refused, object: "person/\(name)", reason: "known")
        return .refused(VaultError(.stateForbids, "\(name) can sign in already: remove them first"))
      }
      guard try mayTakePart(actor, in: .addPerson, database) else {
        return try refuseImpersonal(.addPerson, object: "person/\(name)", &audit)
      }
      if isFirst {
        let certificate = try admitPerson(name, role: role, publicKey: checked, reason: reason, database, &audit)
        return .done(.added(certificatePEM: certificate))
      }
      return .done(
        .proposed(
          try propose(
            .addPerson, object: "person/\(name)",
            parameters: NewPerson(name: name, role: role, request: request), reason: reason, actor: actor, database,
            &audit)))
    }
  }

  /// Adds the person of an approved proposal.
  func addPerson(
    _ proposal: Proposal, actor: String, _ database: Database, _ audit: inout AuditAppender
  ) throws {
    let person = try JSONDecoder().decode(NewPerson.self, from: Data(proposal.parameters.utf8))
    let key = try Self.publicKey(of: person.request, name: person.name)
    _ = try admitPerson(
      person.name, role: person.role, publicKey: key, reason: proposal.reason, database, &audit)
    try markCarriedOut(proposal.id, database)
  }

  private func admitPerson(
    _ name: String, role: PersonRole, publicKey: Certificate.PublicKey, reason: String, _ database: Database,
    _ audit: inout AuditAppender
  ) throws -> String {
    let now = clock()
    let certificate = try keys.serviceAuthority.issue(
      commonName: Person.prefix + name, publicKey: publicKey, usages: [.clientAuth],
      lifetime: CertificateAuthority.serviceLifetime, now: now)
    try count(.serviceAuthority, version: 1, database)
    if role == .custodian {
      try database.execute(
        sql: "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)",
        arguments: [Self.custodiansMark, Data(String(custodiansEver(database) + 1).utf8)])
    }
    try database.execute(
      sql: """
        INSERT INTO person (name, role, serial, certificate, added) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET role = excluded.role, serial = excluded.serial,
          certificate = excluded.certificate, added = excluded.added, removed = NULL
        """,
      arguments: [
        name, role.rawValue, Data(certificate.serialNumber.bytes), Data(try certificate.derBytes),
        Int64(bitPattern: now.unixMicroseconds),
      ])
    try audit.append(
      .addPerson, object: "person/\(name)", purpose: role.rawValue,
      reason: "certificate \(certificate.serialNumber.bytes.hex): \(reason)")
    return try certificate.pemText
  }

  private static let custodiansMark = "first-custodian"

  /// How many custodians there are.
  func custodians(_ database: Database) throws -> Int {
    try Int.fetchOne(
      database, sql: "SELECT COUNT(*) FROM person WHERE role = 'custodian' AND removed IS NULL") ?? 0
  }

  /// How many custodians were ever let in: who leaves or changes role does not open the door again.
  func custodiansEver(_ database: Database) throws -> Int {
    let stored = try Data.fetchOne(
      database, sql: "SELECT value FROM meta WHERE name = ?", arguments: [Self.custodiansMark])
    return stored.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 0
  }

  /// Takes a person's access away, from their next request on.
  package func removePerson(_ name: String, reason: String, actor: String) throws {
    try commit(actor: actor) { database, audit -> Decision<Void> in
      try database.execute(
        sql: "UPDATE person SET removed = ? WHERE name = ? AND removed IS NULL",
        arguments: [Int64(bitPattern: clock().unixMicroseconds), name])
      guard database.changesCount == 1 else {
        try audit.append(.removePerson, .refused, object: "person/\(name)", reason: VaultError.Code.unknown.rawValue)
        return .refused(VaultError(.unknown, "there is no person \(name)"))
      }
      try audit.append(.removePerson, object: "person/\(name)", reason: reason)
      return .done(())
    }
  }

  /// Everybody who may or could sign in.
  package func people() throws -> [Person] {
    try read { try Row.fetchAll($0, sql: "SELECT * FROM person ORDER BY name").compactMap { Person($0) } }
  }

  /// The certificate of a person, PEM.
  package func certificate(ofPerson name: String) throws -> String {
    let encoded = try read {
      try Data.fetchOne(
        $0, sql: "SELECT certificate FROM person WHERE name = ? AND removed IS NULL", arguments: [name])
    }
    guard let encoded else { throw VaultError(.unknown, "there is no person \(name)") }
    return try Certificate(derEncoded: Array(encoded)).pemText
  }

  /// The role of the holder of a certificate; `nil` if it was replaced, or its holder removed.
  func role(ofPerson name: String, serial: [UInt8]) throws -> PersonRole? {
    try read {
      try String.fetchOne(
        $0, sql: "SELECT role FROM person WHERE name = ? AND serial = ? AND removed IS NULL",
        arguments: [name, Data(serial)])
    }.flatMap { PersonRole(rawValue: $0) }
  }

  private static func publicKey(of request: String, name: String) throws(VaultError) -> Certificate.PublicKey {
    do {
      let request = try CertificateSigningRequest(pemEncoded: request)
      guard P256.Signing.PublicKey(request.publicKey) != nil,
        request.subject.onlyCommonName == Person.prefix + name,
        request.publicKey.isValidSignature(request.signature, for: request)
      else { throw VaultError(.badCertificateRequest, "") }
      return request.publicKey
    } catch {
      throw VaultError(
        .badCertificateRequest, "this is no P-256 certificate request (PKCS#10, PEM) of \(Person.prefix)\(name)")
    }
  }
}
