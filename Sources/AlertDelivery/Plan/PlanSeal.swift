public import Sealing
public import Store

/// Seals what says whom a patient's alerts reach: plans, and the notifier's ledgers. Each record is bound to whose it is.
public final class PlanSeal {
  private let box: SealedBox

  /// - Parameter key: The vault's record key of purpose `plans`.
  public init(key: SecretBytes) throws(SealingError) { box = try SealedBox(key: key) }

  /// Seals a plan.
  public func seal(_ plan: AlertPlan, of patient: Pseudonym) throws -> [UInt8] {
    try box.seal(RecordCoding.encode(plan), context: "plan/\(patient)")
  }

  /// Opens a plan.
  public func plan(_ record: AlertPlanRecord) throws -> AlertPlan {
    try RecordCoding.decode(box.open(record.box, context: "plan/\(record.patient)"))
  }

  /// Seals a ledger.
  public func seal(_ ledger: DeliveryLedger, of subject: String) throws -> DeliveryLedgerRecord {
    DeliveryLedgerRecord(subject: subject, box: try box.seal(RecordCoding.encode(ledger), context: "ledger/\(subject)"))
  }

  /// Opens a ledger.
  public func ledger(_ record: DeliveryLedgerRecord) throws -> DeliveryLedger {
    try RecordCoding.decode(box.open(record.box, context: "ledger/\(record.subject)"))
  }
}
