internal import AlertDelivery
internal import AlertPolicy
internal import Store
internal import Wire

/// What falls due with time: the next step of contacts, the digest, late news.
extension FindingsFollower {
  /// Sessions whose keys the ledgers may need now.
  func sessionsOnTheirWay(now time: UnixMicroseconds) -> [SessionReference] {
    Array(Set(book.busySubjects.flatMap { book.ledgers[$0]?.references ?? [] }))
  }

  /// Moves the ledgers on. What cannot be sealed because a session's key is not there stays as it is and is done later.
  func moveOn(into staged: inout StagedPass) async throws {
    let time = staged.transaction.now
    for (subject, ledger) in staged.ledgers.filter({ !$0.value.isIdle }).sorted(by: { $0.key < $1.key }) {
      let plan = book.plan(of: subject)
      var facts: [AlertID: CourseFacts] = [:]
      for id in ledger.alertsToLookAt(plan: plan, now: time) {
        facts[id] = try await alerts.alert(id).map(CourseFacts.init)
      }
      var moved = ledger
      let decisions = moved.tick(plan: plan, now: time, facts: facts)
      guard moved != ledger else { continue }
      var transaction = staged.transaction
      var isComplete = true
      for decision in decisions where isComplete {
        isComplete = try await carryOut(decision, of: ledger, subject: subject, plan: plan, in: &transaction)
      }
      guard isComplete else { continue }
      staged.transaction = transaction
      staged.ledgers[subject] = moved
    }
  }

  /// - Returns: `false` when a session's key is not there.
  private func carryOut(
    _ decision: DeliveryDecision, of ledger: DeliveryLedger, subject: String, plan: AlertPlan,
    in transaction: inout AlertTransaction
  ) async throws -> Bool {
    let ids: [AlertID]
    switch decision {
    case .tell(let alert, _, _), .hold(let alert, _): ids = [alert]
    case .gather(let alerts, _, _): ids = alerts
    }
    var sessions: [(SessionReference, [AlertRecord])] = []
    for id in ids {
      guard let record = try await alerts.alert(id) else { continue }
      if let index = sessions.firstIndex(where: { $0.0 == record.reference }) {
        sessions[index].1.append(record)
      } else {
        sessions.append((record.reference, [record]))
      }
    }
    for (reference, records) in sessions {
      let present = transaction
      let result = try await keyring.withSeal(reference) { seal in
        var transaction = present
        let episodes = try records.map { AlertEpisode(id: $0.id, body: try SealedRecords.body($0, with: seal)) }
        try transaction.carryOut(
          decision, episodes, of: reference, patient: subject, plan: plan, sealedBy: seal)
        return transaction
      }
      guard let result else { return false }
      transaction = result
    }
    return true
  }
}
