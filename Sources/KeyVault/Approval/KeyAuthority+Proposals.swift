internal import Foundation
internal import GRDB

extension KeyAuthority {
  /// Whether an actor counts as one of the two people of an operation. The operator's console does only while there are fewer
  /// than two custodians, to let people in: somebody has to, at the beginning and when all others have left.
  func mayTakePart(_ actor: String, in operation: ProposalOperation, _ database: Database) throws -> Bool {
    try PersonName.isPerson(actor: actor) || (operation == .addPerson && custodians(database) < 2)
  }

  /// Records and tells that somebody must sign in as a person.
  func refuseImpersonal<Value>(
    _ action: AuditEntry.Action, object: String, _ audit: inout AuditAppender
  ) throws -> Decision<Value> {
    try audit.append(action, .refused, object: object, reason: VaultError.Code.needsSecondPerson.rawValue)
    return .refused(
      VaultError(
        .needsSecondPerson,
        "two people are needed, and the operator's console is none: sign in as yourself, with a certificate of your own or in the dashboard"
      ))
  }

  /// Proposes what needs two people.
  func propose<Parameters: Encodable>(
    _ operation: ProposalOperation, object: String, parameters: Parameters, reason: String, actor: String,
    _ database: Database, _ audit: inout AuditAppender
  ) throws -> Proposal {
    let now = clock().unixMicroseconds
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try database.execute(
      sql: """
        INSERT INTO proposal (operation, object, parameters, reason, proposer, proposed, expires)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        operation.rawValue, object, try encoder.encode(parameters),
        AuditText.cleaned(reason, limit: AuditText.reasonLimit),
        actor, Int64(bitPattern: now), Int64(bitPattern: now + KeyPolicy.proposalLife * 1_000_000),
      ])
    let id = database.lastInsertedRowID
    try audit.append(.propose, object: "proposal/\(id)", purpose: operation.rawValue, reason: "\(object): \(reason)")
    return try proposal(id, database)
  }

  /// Proposes to put the vault under another root; the command beside the vault's file takes the number once it is approved.
  package func proposeRootRotation(reason: String, actor: String) throws -> Proposal {
    try commit(actor: actor) { database, audit in
      guard try mayTakePart(actor, in: .rotateRoot, database) else {
        return try refuseImpersonal(.propose, object: "vault", &audit)
      }
      return .done(
        try propose(
          .rotateRoot, object: "vault", parameters: [String: String](), reason: reason, actor: actor, database, &audit))
    }
  }

  /// Agrees to what somebody else proposed; what needs nothing further is done at once.
  package func approve(_ id: Int64, actor: String) throws -> Proposal {
    try commit(actor: actor) { database, audit in
      let object = "proposal/\(id)"
      let found: Proposal
      do {
        found = try proposal(id, database)
      } catch let error as VaultError {
        try audit.append(.approve, .refused, object: object, reason: error.code.rawValue)
        return .refused(error)
      }
      guard found.state == .open else {
        try audit.append(.approve, .refused, object: object, reason: found.state.rawValue)
        return .refused(VaultError(.stateForbids, "proposal \(id) is \(found.state.rawValue)"))
      }
      guard try mayTakePart(actor, in: found.operation, database) else {
        return try refuseImpersonal(.approve, object: object, &audit)
      }
      guard PersonName.of(actor: actor) != PersonName.of(actor: found.proposer) else {
        try audit.append(.approve, .refused, object: object, reason: VaultError.Code.needsSecondPerson.rawValue)
        return .refused(
          VaultError(.needsSecondPerson, "who proposed something cannot approve it: another person has to"))
      }
      if let refusal = try obstacle(to: found, database) {
        try audit.append(.approve, .refused, object: object, reason: refusal.code.rawValue)
        return .refused(refusal)
      }
      try database.execute(
        sql: "UPDATE proposal SET approver = ?, approved = ? WHERE id = ?",
        arguments: [actor, Int64(bitPattern: clock().unixMicroseconds), id])
      try audit.append(.approve, object: object, purpose: found.operation.rawValue, reason: found.object)
      switch found.operation {
      case .destroyDeviceKeys:
        try scheduleDestruction(found, approver: actor, database, &audit)
      case .addPerson: try addPerson(found, actor: actor, database, &audit)
      case .rotateRoot: break
      }
      return .done(try proposal(id, database))
    }
  }

  /// Why what was proposed cannot be done any more; `nil` if it can.
  private func obstacle(to proposal: Proposal, _ database: Database) throws -> VaultError? {
    switch proposal.operation {
    case .destroyDeviceKeys: try obstacleToDestruction(proposal, database)
    case .addPerson, .rotateRoot: nil
    }
  }

  /// Takes a proposal back that was not carried out; whoever may propose may.
  package func withdraw(_ id: Int64, reason: String, actor: String) throws -> Proposal {
    try commit(actor: actor) { database, audit in
      let found: Proposal
      do {
        found = try proposal(id, database)
      } catch let error as VaultError {
        try audit.append(.withdraw, .refused, object: "proposal/\(id)", reason: error.code.rawValue)
        return .refused(error)
      }
      guard found.state == .open || found.state == .approved else {
        try audit.append(.withdraw, .refused, object: "proposal/\(id)", reason: found.state.rawValue)
        return .refused(VaultError(.stateForbids, "proposal \(id) is \(found.state.rawValue)"))
      }
      try database.execute(
        sql: "UPDATE proposal SET withdrawn = ? WHERE id = ?",
        arguments: [Int64(bitPattern: clock().unixMicroseconds), id])
      try audit.append(.withdraw, object: "proposal/\(id)", reason: reason)
      return .done(try proposal(id, database))
    }
  }

  /// The latest proposals, newest first.
  package func proposals(limit: Int = pageLimit) throws -> [Proposal] {
    let now = clock().unixMicroseconds
    return try read { database in
      try Row.fetchAll(
        database, sql: "SELECT * FROM proposal ORDER BY id DESC LIMIT ?", arguments: [min(limit, Self.pageLimit)]
      ).compactMap { Proposal($0, now: now) }
    }
  }

  /// Refuses unless a proposal of this kind was approved and not carried out yet.
  func requireApproved(
    proposal id: Int64, _ operation: ProposalOperation, _ database: Database
  ) throws {
    let found = try proposal(id, database)
    guard found.operation == operation, found.state == .approved else {
      throw VaultError(
        .needsSecondPerson,
        "proposal \(id) is no approved proposal to \(operation.rawValue): it is \(found.state.rawValue)")
    }
  }

  func markCarriedOut(_ id: Int64, _ database: Database) throws {
    try database.execute(
      sql: "UPDATE proposal SET carried_out = ? WHERE id = ?",
      arguments: [Int64(bitPattern: clock().unixMicroseconds), id])
  }

  func proposal(_ id: Int64, _ database: Database) throws -> Proposal {
    guard
      let found = try Row.fetchOne(database, sql: "SELECT * FROM proposal WHERE id = ?", arguments: [id])
        .flatMap({ Proposal($0, now: clock().unixMicroseconds) })
    else { throw VaultError(.unknown, "there is no proposal \(id)") }
    return found
  }
}
