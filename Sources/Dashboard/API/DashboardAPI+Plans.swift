internal import AlertDelivery
internal import AlertPolicy
internal import Decryptor
internal import Findings
internal import Hummingbird
internal import KeyVaultClient
internal import Logging
internal import Store
internal import Wire

/// How a patient's alerts reach people: the plan, and what it would have done.
extension DashboardAPI {
  struct PlanView: Encodable {
    let patient: String
    let plan: AlertPlan
    /// 0 while nobody has put a plan: then the installation's receivers are told.
    let revision: Revision
    let updatedMs: UInt64?
    let updatedBy: String?
    /// The installation's limits, which the plan's are laid over.
    let limits: [String: PolicyOverride.Value]
  }

  struct Draft: Decodable {
    let plan: AlertPlan
    let revision: Revision?
  }

  func showPlan(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    let pseudonym = try await seen(context, signedIn)
    let (plan, record) = try await plan(of: pseudonym)
    return try JSONReply.response(try view(plan ?? AlertPlan(), record, of: pseudonym))
  }

  func putPlan(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try await seen(context, signedIn)
    let draft = try await sound(request)
    guard let revision = draft.revision, revision >= 0 else { throw APIProblem.badRequest }
    let seal = try PlanSeal(key: await keys.recordKey(.plans))
    let record = AlertPlanRecord(
      patient: pseudonym, box: try seal.seal(draft.plan, of: pseudonym), updatedAt: time.unixMicroseconds(),
      updatedBy: signedIn.account, revision: revision)
    guard let stored = try await alerts.put(record) else { throw APIProblem.planChanged }
    logger.info("alert plan put", metadata: ["patient": "\(pseudonym)", "account": "\(signedIn.account)"])
    return try JSONReply.response(try view(draft.plan, stored, of: pseudonym))
  }

  /// What a plan does to a patient's last day.
  struct PreviewView: Encodable {
    /// What one plan does.
    struct Side: Encodable {
      /// Messages to one contact.
      struct Receiver: Encodable {
        /// Empty for the receivers of the installation.
        let label: String
        let messages: Int
      }

      let alerts: Int
      /// Alerts by rule.
      let rules: [String: Int]
      let messages: Int
      let receivers: [Receiver]
      /// Alerts that wait for a gathering message.
      let held: Int
      let escalations: Int

      init(_ preview: DeliveryPreview) {
        alerts = preview.alerts
        rules = preview.rules
        messages = preview.messages
        receivers = preview.receivers.map { Receiver(label: $0.label, messages: $0.messages) }
        held = preview.held
        escalations = preview.escalations
      }
    }

    let patient: String
    let hours: Int
    /// Findings that were run again.
    let findings: Int
    let draft: Side
    let present: Side
  }

  /// Largest body with a plan: every step full of contacts takes a third of it.
  private static let planBytes = 64 << 10
  /// Hours that a preview looks back.
  private static let previewHours: UInt64 = 24
  /// Findings opened at once.
  private static let previewPage = 2000
  /// Most findings that a preview runs: a day of one lead and of both of the pulse oximeter's.
  private static let previewLimit = 200_000

  func previewPlan(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try await seen(context, signedIn)
    let draft = try await sound(request).plan
    let present = try await plan(of: pseudonym).plan ?? AlertPlan()
    let until = time.unixMicroseconds()
    let since = until - min(until, Self.previewHours * 3_600_000_000)
    var runs: [[PolicyReplay]] = []
    var count = 0
    let policies = [draft, present].map { (try? $0.policyConfiguration(over: policy)) ?? policy }
    for record in try await sessions(of: pseudonym, since: since, for: signedIn.scope) {
      var replays = policies.map { PolicyReplay(reference: record.reference, configuration: $0) }
      // A chunk holds 1.496 s: so many sequence numbers ago at most.
      var next = record.contiguous.map { last in last - min(last, Self.previewHours * 3600 * 3) } ?? 0
      while count < Self.previewLimit {
        let page = try await findings.page(of: record, from: next, limit: Self.previewPage)
        for finding in page.findings where finding.captureTime >= since {
          count += 1
          for index in replays.indices { replays[index].add(finding) }
        }
        guard let last = page.last else { break }
        next = last + 1
      }
      runs.append(replays)
    }
    let sides = [draft, present].enumerated().map { index, plan in
      PreviewView.Side(
        DeliveryPreview(runs.flatMap { $0[index].alerts }, plan: plan, until: until))
    }
    return try JSONReply.response(
      PreviewView(
        patient: pseudonym.name, hours: Int(Self.previewHours), findings: count, draft: sides[0], present: sides[1]))
  }

  /// The patient's sessions that something was received of since a time and since they wear the device, oldest first.
  private func sessions(
    of pseudonym: Pseudonym, since: UnixMicroseconds, for scope: PatientScope
  ) async throws -> [SessionRecord] {
    guard let current = await hub.current(pseudonym, for: scope), let device = current.patient.device else { return [] }
    let from = max(since, current.patient.deviceSince ?? 0)
    return try await chunks.sessions(of: device, limit: 50).filter { $0.lastReceivedAt >= from }
      .sorted { $0.firstReceivedAt < $1.firstReceivedAt }
  }

  /// A patient's plan, opened; none where nobody has put one or it does not open.
  func plan(of pseudonym: Pseudonym) async throws -> (plan: AlertPlan?, record: AlertPlanRecord?) {
    guard let record = try await alerts.plan(of: pseudonym) else { return (nil, nil) }
    let seal = try PlanSeal(key: await keys.recordKey(.plans))
    return (try? seal.plan(record), record)
  }

  private func view(_ plan: AlertPlan, _ record: AlertPlanRecord?, of pseudonym: Pseudonym) throws -> PlanView {
    PlanView(
      patient: pseudonym.name, plan: plan, revision: record?.revision ?? 0,
      updatedMs: record.map { $0.updatedAt / 1000 },
      updatedBy: record?.updatedBy, limits: try PolicyOverride.tree(of: policy))
  }

  private func sound(_ request: Request) async throws -> Draft {
    let draft = try await JSONReply.decode(Draft.self, from: request, upTo: Self.planBytes)
    do throws(AlertPlan.Fault) {
      try draft.plan.validate(over: policy)
    } catch {
      throw APIProblem.badPlan(error.place)
    }
    return draft
  }

  private func seen(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Pseudonym {
    let pseudonym = try pseudonym(context)
    await hub.look(as: signedIn.viewer, signedIn.scope)
    guard await hub.current(pseudonym, for: signedIn.scope) != nil else { throw APIProblem.notFound }
    return pseudonym
  }
}
