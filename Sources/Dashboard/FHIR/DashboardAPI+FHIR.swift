internal import Decryptor
internal import Exports
internal import Findings
internal import HTTPTypes
internal import Hummingbird
internal import Store
internal import Wire

/// FHIR R4, for reading. A patient outside the scope of who asks is one that does not exist, as everywhere.
extension DashboardAPI {
  func respondFHIR(
    _ endpoint: Endpoint, _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    if endpoint.rule == .clinicians { await hub.look(as: signedIn.viewer, signedIn.scope) }
    let search = try FHIRSearch(request)
    let resource: JSONValue =
      switch endpoint {
      case .searchPatients: try await searchPatients(search, signedIn)
      case .readPatient: FHIR.patient(try await patient(context.parameters.get("pseudonym"), signedIn.scope))
      case .searchFHIRDevices: try await searchDevices(search, signedIn.scope)
      case .readFHIRDevice: try await readDevice(context.parameters.get("device"), signedIn)
      case .searchObservations: try await searchObservations(search, signedIn.scope)
      case .readObservation: try await readObservation(context.parameters.get("observation"), signedIn)
      case .searchAuditEvents: try await searchAuditEvents(search, signedIn)
      case .readAuditEvent: try await readAuditEvent(context.parameters.get("event"), signedIn)
      default: throw APIProblem.notFound
      }
    return try JSONReply.response(resource, contentType: FHIR.contentType)
  }

  // MARK: Patients and devices

  private func patient(_ name: String?, _ scope: PatientScope) async throws -> PatientDirectory.Patient {
    guard let pseudonym = name.flatMap({ Pseudonym($0) }), let found = await hub.current(pseudonym, for: scope) else {
      throw APIProblem.notFound
    }
    return found.patient
  }

  /// Everybody in the scope, by pseudonym.
  private func patients(_ scope: PatientScope) async -> [PatientDirectory.Patient] {
    var found: [PatientDirectory.Patient] = []
    for status in await hub.ward(for: scope).patients {
      if let pseudonym = Pseudonym(status.patient), let one = await hub.current(pseudonym, for: scope) {
        found.append(one.patient)
      }
    }
    return found
  }

  private func searchPatients(_ search: FHIRSearch, _ signedIn: SignedIn) async throws -> JSONValue {
    var found = await patients(signedIn.scope)
    if let id = search.text("_id") {
      found = found.filter { $0.pseudonym.name == id }
    } else {
      await views.note(found.map(\.pseudonym), .ward, shownTo: signedIn)
    }
    return search.page(of: found.map(FHIR.patient))
  }

  private func searchDevices(_ search: FHIRSearch, _ scope: PatientScope) async throws -> JSONValue {
    let telemetry = Dictionary(try await chunks.devices().map { ($0.device, $0) }) { first, _ in first }
    var found = await patients(scope)
    if let wanted = try search.patient { found = found.filter { $0.pseudonym == wanted } }
    return search.page(
      of: found.compactMap { one in
        one.device.map { FHIR.device($0, wornBy: one.pseudonym, telemetry[$0]) }
      })
  }

  private func readDevice(_ name: String?, _ signedIn: SignedIn) async throws -> JSONValue {
    guard let device = name.flatMap({ DeviceID($0) }),
      let wearer = await patients(signedIn.scope).first(where: { $0.device == device })
    else { throw APIProblem.notFound }
    await views.note(wearer.pseudonym, shownTo: signedIn)
    return FHIR.device(device, wornBy: wearer.pseudonym, try await chunks.devices().first { $0.device == device })
  }

  // MARK: Observations

  private func searchObservations(_ search: FHIRSearch, _ scope: PatientScope) async throws -> JSONValue {
    guard let wanted = try search.patient else { throw APIProblem.badRequest }
    let patient = try await patient(wanted.name, scope)
    let what = try search.observed
    guard let record = try await session(search.text("session"), of: patient, scope) else { return search.page(of: []) }
    switch what {
    case .ecg:
      let segments = try await strips.strip(of: record, from: search.from, count: search.count)
      let end = search.from + UInt64(search.count)
      return search.page(
        segments.filter(\.kind.isECG).map { FHIR.strip($0, record, of: patient.pseudonym) },
        next: record.contiguous.map { end <= $0 } == true ? end : nil)
    case .heartRate:
      // Not every chunk has one: four times as many are looked at, and no more.
      let limit = 4 * search.count
      let read = try await findings.findings(of: record, from: search.from, limit: limit)
      let measured = read.filter { $0.heartRate != nil }
      let shown = measured.prefix(search.count)
      let hasMore = measured.count > shown.count || read.count == limit
      let last = measured.count > shown.count ? shown.last : read.last
      return search.page(
        shown.compactMap { FHIR.heartRate($0, record, of: patient.pseudonym) },
        next: hasMore ? last.map { $0.sequence + 1 } : nil)
    }
  }

  private func readObservation(_ id: String?, _ signedIn: SignedIn) async throws -> JSONValue {
    let scope = signedIn.scope
    let parts = (id ?? "").split(separator: "-")
    guard parts.count == 3, let what = FHIR.Observed(rawValue: String(parts[0])), let sequence = UInt64(parts[2]),
      sequence <= UInt64(UInt32.max)
    else { throw APIProblem.notFound }
    for patient in await patients(scope) {
      guard patient.device != nil, let record = try? await session(String(parts[1]), of: patient, scope) else {
        continue
      }
      switch what {
      case .ecg:
        guard
          let segment = try await strips.strip(of: record, from: sequence, count: 1).first(where: {
            $0.sequence == sequence && $0.kind.isECG
          })
        else { throw APIProblem.notFound }
        await views.note(patient.pseudonym, shownTo: signedIn)
        return FHIR.strip(segment, record, of: patient.pseudonym)
      case .heartRate:
        guard
          let finding = try await findings.findings(of: record, from: sequence, limit: 1).first,
          finding.sequence == sequence,
          let resource = FHIR.heartRate(finding, record, of: patient.pseudonym)
        else { throw APIProblem.notFound }
        await views.note(patient.pseudonym, shownTo: signedIn)
        return resource
      }
    }
    throw APIProblem.notFound
  }

  /// A session of the device that the patient wears, since they wear it; the current one where none is named; `nil` where there is none.
  private func session(
    _ name: String?, of patient: PatientDirectory.Patient, _ scope: PatientScope
  ) async throws -> SessionRecord? {
    guard let name else { return await hub.current(patient.pseudonym, for: scope)?.follower?.record }
    guard let device = patient.device, let session = SessionID(hex: name),
      let record = try await chunks.session(SessionReference(device: device, session: session)),
      record.lastReceivedAt >= patient.deviceSince ?? 0
    else { throw APIProblem.notFound }
    return record
  }

  // MARK: Audit

  private func searchAuditEvents(_ search: FHIRSearch, _ signedIn: SignedIn) async throws -> JSONValue {
    let query = try search.auditQuery
    let terms = ["type", "subtype", "outcome"].map { search.text($0) }
    let (deeds, next) = try await trail.page(query, for: signedIn) { deed in
      let what = AuditClass(deed)
      return (terms[0].map(what.type.matches) ?? true)
        && (terms[1].map { term in what.subtypes.contains { $0.matches(term) } } ?? true)
        && (terms[2].map { $0 == what.outcome } ?? true)
    }
    var resources: [JSONValue] = []
    for deed in deeds { resources.append(FHIR.auditEvent(deed, reason: await reason(of: deed))) }
    return search.page(resources, next: next)
  }

  private func readAuditEvent(_ id: String?, _ signedIn: SignedIn) async throws -> JSONValue {
    guard let id, let deed = try await trail.deed(id, for: signedIn) else { throw APIProblem.notFound }
    return FHIR.auditEvent(deed, reason: await reason(of: deed))
  }

  /// Why a patient was opened outside an assignment.
  private func reason(of deed: AuditDeed) async -> String? {
    guard case .opened(let access) = deed.what else { return nil }
    return await emergencies.reason(of: access)
  }
}
