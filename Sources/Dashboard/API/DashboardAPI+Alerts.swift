internal import AlertDelivery
internal import Decryptor
internal import Findings
internal import Hummingbird
internal import Logging
internal import Store
internal import Wire

/// Alerts: the inbox, and what people do about them.
extension DashboardAPI {
  /// Most alerts in one answer.
  private static let alertLimit = 200
  /// Alerts of one device that are looked through for those.
  private static let alertsLookedThrough = 1000

  /// `patient`, `severity`, `phase` (`new`, `snoozed`, `acknowledged`, `done`, or `attention`: all but the last),
  /// `assigned=me`, `unresolved=true` (the episode goes on).
  func listAlerts(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let query = request.uri.queryParameters
    var wanted = signedIn.scope
    if let name = query["patient"] {
      guard let pseudonym = Pseudonym(name), await hub.current(pseudonym, for: signedIn.scope) != nil else {
        throw APIProblem.notFound
      }
      wanted = .only([pseudonym])
    }
    var severity: AlertSeverity?
    if let name = query["severity"] {
      guard let known = AlertSeverity(rawValue: String(name)) else { throw APIProblem.badRequest }
      severity = known
    }
    var phases = Set(AlertWorkflow.Phase.allCases)
    if let name = query["phase"] {
      if name == "attention" {
        phases.remove(.done)
      } else {
        guard let known = AlertWorkflow.Phase(rawValue: String(name)) else { throw APIProblem.badRequest }
        phases = [known]
      }
    }
    let isMineOnly = query["assigned"] == "me"
    // Asked for by device, so that others' alerts do not use up the limit.
    let devices: [DeviceID?] = wanted == .all ? [nil] : await hub.devices(in: wanted)
    var records: [AlertRecord] = []
    for device in devices {
      records += try await alerts.alerts(
        of: device, unresolvedOnly: query["unresolved"] == "true", limit: Self.alertsLookedThrough)
    }
    if isMineOnly { records = records.filter { $0.assignedTo == signedIn.account } }
    let now = time.unixMicroseconds()
    var found: [AlertView] = []
    for record in records.sorted(by: { $0.openedAt > $1.openedAt }) where found.count < Self.alertLimit {
      // What is done whatever its severity need not be opened to be left out.
      if !phases.contains(.done), AlertWorkflow.phase(of: record, severity: nil, now: now) == .done { continue }
      guard let view = try await view(of: record, for: wanted),
        severity == nil || view.severity == severity?.rawValue,
        AlertWorkflow.Phase(rawValue: view.phase).map(phases.contains) == true
      else { continue }
      found.append(view)
    }
    await views.note(Set(found.compactMap { $0.patient.flatMap { Pseudonym($0) } }), .alerts, shownTo: signedIn)
    return try JSONReply.response(ListView(items: found))
  }

  /// One alert with its log, its deliveries, and who is told next.
  func showAlert(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    let record = try await alert(context, signedIn)
    let detail = try await detail(of: record, signedIn)
    if let patient = await hub.patient(of: record) { await views.note(patient, shownTo: signedIn) }
    return try JSONReply.response(detail)
  }

  func acknowledgeAlert(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    let record = try await alert(context, signedIn)
    return try await answer(try await carryOut(.acknowledge, on: record, by: signedIn.account, reason: nil), signedIn)
  }

  struct Assignment: Decodable { let account: String }

  func assignAlert(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let record = try await alert(context, signedIn)
    let assignment = try await JSONReply.decode(Assignment.self, from: request)
    guard try await assignees(of: await hub.patient(of: record)).contains(assignment.account) else {
      throw APIProblem.noSuchClinician
    }
    return try await answer(
      try await carryOut(.assign(to: assignment.account), on: record, by: signedIn.account, reason: nil), signedIn)
  }

  struct Snooze: Decodable {
    let minutes: Int
    let reason: String
  }

  func snoozeAlert(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let record = try await alert(context, signedIn)
    let snooze = try await JSONReply.decode(Snooze.self, from: request)
    guard (1...1440).contains(snooze.minutes) else { throw APIProblem.badRequest }
    let until = time.unixMicroseconds() + UInt64(snooze.minutes) * 60_000_000
    return try await answer(
      try await carryOut(.snooze(until: until), on: record, by: signedIn.account, reason: snooze.reason), signedIn)
  }

  struct Resolution: Decodable { let reason: String }

  func resolveAlert(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let record = try await alert(context, signedIn)
    let resolution = try await JSONReply.decode(Resolution.self, from: request)
    return try await answer(
      try await carryOut(.resolve, on: record, by: signedIn.account, reason: resolution.reason), signedIn)
  }

  /// An alert, opened; `nil` where the scope does not hold whose it is.
  func view(of record: AlertRecord, for scope: PatientScope) async throws -> AlertView? {
    let patient = await hub.patient(of: record)
    guard scope.includes(patient) else { return nil }
    return AlertView(
      record, body: try await findings.body(of: record), patient: patient, now: time.unixMicroseconds())
  }

  // MARK: Carrying out

  /// Does what a person wants, with its line in the log; done again on what is there when somebody was faster.
  /// - Parameter severity: where it is known already; the alert's body is opened otherwise.
  /// - Returns: the alert as it is now.
  func carryOut(
    _ action: AlertWorkflow.Action, on alert: AlertRecord, by actor: String, reason: String?,
    severity known: AlertSeverity? = nil
  ) async throws -> AlertRecord {
    let words = reason.map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    if action.needsReason {
      guard let words, PersonsLine.isLine(words, of: PersonsLine.reasonLength) else { throw APIProblem.reasonMissing }
    }
    var severity = known
    // The strictest where it cannot be opened.
    if severity == nil { severity = try await findings.body(of: alert)?.severity ?? .high }
    var present: AlertRecord? = alert
    while let alert = present {
      let now = time.unixMicroseconds()
      let standing: AlertStanding?
      do throws(AlertWorkflow.Refusal) {
        standing = try AlertWorkflow.apply(
          action, by: actor, at: now, severity: severity ?? .high, to: AlertStanding(alert))
      } catch {
        throw APIProblem(error)
      }
      guard let standing else { return alert }
      var event = AlertEvent(alert: alert.id, kind: action.kind, at: now, actor: actor)
      switch action {
      case .assign(let account): event.assignee = account
      case .snooze(let until): event.until = until
      case .acknowledge, .resolve: break
      }
      if action.needsReason, let words { event.box = try await findings.seal(reason: words, for: event, of: alert) }
      if let changed = try await alerts.apply(
        AlertChange(revision: alert.revision, standing: standing, event: event))
      {
        logger.info(
          "alert changed",
          metadata: ["alert": "\(alert.id)", "action": "\(action.kind.rawValue)", "actor": "\(actor)"])
        return changed
      }
      present = try await alerts.alert(alert.id)
    }
    throw APIProblem.notFound
  }

  private func alert(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> AlertRecord {
    guard let id = context.parameters.get("alert").flatMap({ AlertID(hex: $0) }),
      let found = try await alerts.alert(id), signedIn.scope.includes(await hub.patient(of: found))
    else { throw APIProblem.notFound }
    return found
  }

  private func answer(_ record: AlertRecord, _ signedIn: SignedIn) async throws -> Response {
    guard let view = try await view(of: record, for: signedIn.scope) else { throw APIProblem.notFound }
    return try JSONReply.response(view)
  }

  // MARK: Detail

  private func detail(of record: AlertRecord, _ signedIn: SignedIn) async throws -> AlertDetailView {
    let patient = await hub.patient(of: record)
    guard let view = try await view(of: record, for: signedIn.scope) else { throw APIProblem.notFound }
    let events = try await alerts.events(of: record.id)
    let messages = try await alerts.messages(of: record.id)
    let attempts = Dictionary(grouping: try await alerts.attempts(of: messages.map(\.id)), by: \.message)
    var notices: [String: AlertNotice] = [:]
    for message in messages { notices[message.id] = try await findings.notice(of: message) }
    let receivers = Dictionary(
      notices.values.map { ($0.receiver.fingerprint, $0.receiver.address) }, uniquingKeysWith: { first, _ in first })
    var lines: [AlertDetailView.Event] = []
    for event in events {
      lines.append(
        AlertDetailView.Event(
          event, reason: try await findings.reason(of: event, record.reference),
          receiver: event.actor.hasPrefix(Self.linkActor)
            ? receivers[String(event.actor.dropFirst(Self.linkActor.count))] : nil))
    }
    return AlertDetailView(
      alert: view, events: lines,
      deliveries: messages.map {
        AlertDetailView.Delivery($0, notice: notices[$0.id], attempts: attempts[$0.id] ?? [])
      }, next: try await next(record, severity: view.severity.flatMap(AlertSeverity.init), events: events, of: patient),
      assignees: try await assignees(of: patient))
  }

  private func next(
    _ record: AlertRecord, severity: AlertSeverity?, events: [AlertEvent], of patient: Pseudonym?
  ) async throws -> AlertDetailView.Next? {
    guard let severity, let patient, let plan = try await plan(of: patient).plan,
      let timer = EscalationTimer(record, severity: severity, events: events, plan: plan)
    else { return nil }
    return AlertDetailView.Next(
      step: timer.step, dueMs: timer.due / 1000, contacts: plan.steps[timer.step - 1].contacts.map(\.label))
  }

  /// Clinicians who may see a patient, by name: assigned ones, not those of an emergency, whose access ends.
  private func assignees(of patient: Pseudonym?) async throws -> [String] {
    let care = try await registry.care(of: nil)
    let now = time.unixMicroseconds()
    return try await registry.accounts()
      .filter { PatientScope($0, care: care, emergencies: [], now: now).includes(patient) }.map(\.name).sorted()
  }
}
