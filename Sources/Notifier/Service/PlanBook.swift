internal import AlertDelivery
internal import AlertPolicy
internal import KeyVaultClient
internal import Logging
internal import Store

/// The plans of all patients and the ledgers of what is on its way, opened with the vault's key of alert plans.
///
/// A value: a pass works on a copy of the ledgers and they are adopted when the store has committed.
struct PlanBook {
  /// Rows read at once.
  private static let pageSize = 500
  /// Microseconds before a key that was refused is asked for again.
  private static let refusalMicroseconds: UInt64 = 60_000_000

  /// By pseudonym, or by device where nobody is known to wear it.
  var ledgers: [String: DeliveryLedger] = [:]
  /// Signs the links in mails; `nil` without the key.
  private(set) var signer: AcknowledgementSigner?
  private(set) var seal: PlanSeal?
  private var plans: [String: AlertPlan] = [:]
  private var policies: [String: AlertPolicyConfiguration] = [:]
  private var revision: Revision = 0
  private var askAgainAt: UnixMicroseconds = 0
  private var hasReadLedgers = false

  /// Whom a patient's alerts reach; the installation's receivers where nobody said anything else.
  func plan(of subject: String) -> AlertPlan { plans[subject] ?? AlertPlan() }

  /// The limits in force for a patient.
  func policy(of subject: String, over policy: AlertPolicyConfiguration) -> AlertPolicyConfiguration {
    policies[subject] ?? policy
  }

  /// Patients with something on its way.
  var busySubjects: [String] { ledgers.filter { !$0.value.isIdle }.keys.sorted() }

  /// Asks for the key when it is due, and reads what is new.
  ///
  /// A vault that refuses the key leaves everybody with the installation's receivers and limits: too many are told rather than
  /// nobody. A vault that does not answer ends the pass; it is done again.
  /// - Parameter lifetime: microseconds for which the key is used.
  mutating func refresh(
    _ alerts: any AlertStore, _ keys: any SessionKeySource, over policy: AlertPolicyConfiguration, lifetime: UInt64,
    now: UnixMicroseconds, metrics: NotifierMetrics, logger: Logger
  ) async throws {
    if now >= askAgainAt {
      do throws(KeyVaultError) {
        let key = try await keys.recordKey(.plans)
        (seal, signer) = (try? PlanSeal(key: key), try? AcknowledgementSigner(planKey: key))
        askAgainAt = now + lifetime
      } catch .forbidden {
        logger.error("The key of alert plans is refused: all alerts go to the installation's receivers")
        (seal, signer, plans, policies, revision) = (nil, nil, [:], [:], 0)
        askAgainAt = now + Self.refusalMicroseconds
      }
    }
    guard let seal else { return }
    if !hasReadLedgers {
      for record in try await alerts.ledgers() {
        do {
          ledgers[record.subject] = try seal.ledger(record)
        } catch {
          metrics.recordUnreadable()
          logger.error("A ledger of deliveries does not open; it begins anew")
        }
      }
      hasReadLedgers = true
    }
    while true {
      let page = try await alerts.plans(changedSince: revision, limit: Self.pageSize)
      for record in page {
        do {
          let plan = try seal.plan(record)
          policies[record.patient.name] = try plan.policyConfiguration(over: policy)
          plans[record.patient.name] = plan
        } catch {
          metrics.recordUnreadable()
          logger.error("A plan does not open; its alerts go to the installation's receivers")
          (plans[record.patient.name], policies[record.patient.name]) = (nil, nil)
        }
        revision = record.revision
      }
      if page.count < Self.pageSize { break }
    }
  }

  /// The records of the ledgers that differ from those of `before`.
  func changedRecords(since before: [String: DeliveryLedger]) throws -> [DeliveryLedgerRecord] {
    guard let seal else { return [] }
    return try ledgers.filter { before[$0.key] != $0.value }.sorted { $0.key < $1.key }.map {
      try seal.seal($0.value, of: $0.key)
    }
  }
}
