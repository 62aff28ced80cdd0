internal import Decryptor
internal import HTTPTypes
internal import Hummingbird
internal import KeyVaultClient
internal import Logging
internal import Sealing
internal import Store
internal import Wire

/// Answers the endpoints. Nothing here decides who may ask: ``DashboardRouter`` has done that.
struct DashboardAPI: Sendable {
  let hub: LiveHub
  let signIns: SignInService
  let accounts: AccountAdministration
  let patients: PatientAdministration
  let chunks: any ChunkStore
  let alerts: any AlertStore
  let registry: any RegistryStore
  let keys: any SessionKeySource
  let findings: FindingsReader
  let strips: StripReader
  let time: Timekeeper
  let logger: Logger

  /// Carries out a request that was allowed. `signedIn` is `nil` for ``Endpoint/signIn`` alone.
  func respond(
    to endpoint: Endpoint, _ request: Request, _ context: DashboardRequestContext, signedIn: SignedIn?
  ) async throws -> Response {
    do {
      if endpoint == .signIn { return try await signIn(request, context) }
      guard let signedIn else { throw APIProblem.signInFirst }
      switch endpoint {
      case .signIn: throw APIProblem.notFound
      case .showSession: return try JSONReply.response(SessionView(signedIn))
      case .signOut: return try await signOut(signedIn)
      case .showWard: return try await showWard()
      case .showPatient: return try await showPatient(context)
      case .showStrip: return try await showStrip(request, context)
      case .showSpectrum: return try await showSpectrum(context)
      case .listAlerts: return try await listAlerts(request)
      case .acknowledgeAlert: return try await acknowledgeAlert(context, signedIn)
      case .streamEvents: return try await streamEvents(request, context, signedIn)
      case .listPatients: return try await listPatients(signedIn)
      case .addPatient: return try await addPatient(request, signedIn)
      case .listDevices: return try await listDevices()
      case .assignDevice: return try await assignDevice(request, context, signedIn)
      case .listAccounts: return try await listAccounts()
      case .addAccount: return try await addAccount(request, signedIn)
      case .changeAccount: return try await changeAccount(request, context, signedIn)
      }
    } catch let error as AccountError {
      throw APIProblem(error)
    } catch let error as StoreError {
      logger.error("store", metadata: ["error": "\(error)"])
      throw APIProblem.storeUnavailable
    } catch is KeyVaultError {
      throw APIProblem.vaultUnavailable
    } catch let error as StripError {
      switch error {
      case .keyRefused: throw APIProblem.keyRefused
      case .vault: throw APIProblem.vaultUnavailable
      case .store: throw APIProblem.storeUnavailable
      }
    }
  }

  // MARK: Session

  private struct Credentials: Decodable {
    let account: String
    let password: String
  }

  private func signIn(_ request: Request, _ context: DashboardRequestContext) async throws -> Response {
    let credentials = try await JSONReply.decode(Credentials.self, from: request)
    guard (1...64).contains(credentials.account.utf8.count), credentials.password.utf8.count <= 1024 else {
      throw APIProblem.wrongPassword
    }
    let signedIn = try await signIns.signIn(
      account: credentials.account, password: SecretBytes(copying: credentials.password.utf8),
      address: context.remoteAddress)
    var response = try JSONReply.response(SessionView(signedIn))
    // The absolute limit: the server ends it earlier when nobody is there.
    response.headers[.setCookie] = signedIn.token.setCookie(maximumAge: signIns.cookieSeconds)
    return response
  }

  private func signOut(_ signedIn: SignedIn) async throws -> Response {
    try await signIns.signOut(signedIn)
    return Response(
      status: .noContent,
      headers: [.setCookie: SessionToken.removalCookie, .clearSiteData: "\"cache\", \"cookies\", \"storage\""])
  }

  // MARK: Ward and alerts

  private func showWard() async throws -> Response {
    try JSONReply.response(WardView(nowMs: time.unixMicroseconds() / 1000, patients: await hub.ward()))
  }

  /// Most alerts in one answer.
  private static let alertLimit = 200

  private func listAlerts(_ request: Request) async throws -> Response {
    let query = request.uri.queryParameters
    var device: DeviceID?
    if let name = query["patient"] {
      guard let pseudonym = Pseudonym(name), let current = await hub.current(pseudonym) else {
        throw APIProblem.notFound
      }
      guard let worn = current.patient.device else { return try JSONReply.response(ListView<AlertView>(items: [])) }
      device = worn
    }
    let records = try await alerts.alerts(
      of: device, unresolvedOnly: query["unresolved"] == "true", limit: Self.alertLimit)
    var views: [AlertView] = []
    for record in records { views.append(try await view(of: record)) }
    return try JSONReply.response(ListView(items: views))
  }

  private func acknowledgeAlert(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    guard let id = context.parameters.get("alert").flatMap({ AlertID(hex: $0) }),
      let record = try await alerts.acknowledge(id, by: signedIn.account, at: time.unixMicroseconds())
    else { throw APIProblem.notFound }
    logger.info("alert acknowledged", metadata: ["alert": "\(id)", "account": "\(signedIn.account)"])
    return try JSONReply.response(try await view(of: record))
  }

  private func view(of record: AlertRecord) async throws -> AlertView {
    let body = try await findings.body(of: record)
    return AlertView(record, body: body, patient: await hub.wearer(of: record.reference.device))
  }

  // MARK: Registry

  private func listPatients(_ signedIn: SignedIn) async throws -> Response {
    let directory = try await PatientDirectory(registry: registry, keys: keys)
    let mayReadNames = signedIn.role == .administrator
    let items = directory.patients.values.sorted { $0.pseudonym < $1.pseudonym }.map { patient in
      RegisteredPatientView(
        patient: patient.pseudonym.name, name: mayReadNames ? patient.identity?.name : nil,
        birthDate: mayReadNames ? patient.identity?.birthDate : nil, device: patient.device?.name,
        deviceSinceMs: patient.deviceSince.map { $0 / 1000 }, createdMs: patient.createdAt / 1000)
    }
    return try JSONReply.response(ListView(items: items))
  }

  private struct NewPatient: Decodable {
    let name: String
    let birthDate: String?
    let device: String?
  }

  private func addPatient(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let body = try await JSONReply.decode(NewPatient.self, from: request)
    let device = try body.device.map { name in
      guard let device = DeviceID(name) else { throw APIProblem.badRequest }
      return device
    }
    let identity = try PatientIdentity(name: body.name, birthDate: body.birthDate)
    let pseudonym = try await patients.create(identity, wearing: device)
    logger.info("patient added", metadata: ["patient": "\(pseudonym)", "account": "\(signedIn.account)"])
    return try JSONReply.response(["patient": pseudonym.name])
  }

  private func listDevices() async throws -> Response {
    let wearers = Dictionary(
      try await registry.assignments().map { ($0.device, $0.pseudonym) }, uniquingKeysWith: { _, last in last })
    var views = try await chunks.devices().map { DeviceView($0, patient: wearers[$0.device] ?? nil) }
    let seen = Set(views.map(\.device))
    // A device that is handed out and was never heard of has nothing measured.
    for (device, wearer) in wearers where !seen.contains(device.name) {
      views.append(DeviceView(DeviceTelemetry(device: device), patient: wearer))
    }
    return try JSONReply.response(ListView(items: views.sorted { $0.device < $1.device }))
  }

  private struct NewAssignment: Decodable {
    let patient: String?
  }

  private func assignDevice(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    guard let device = context.parameters.get("device").flatMap({ DeviceID($0) }) else { throw APIProblem.notFound }
    let pseudonym = try await JSONReply.decode(NewAssignment.self, from: request).patient.map { name in
      guard let pseudonym = Pseudonym(name) else { throw APIProblem.badRequest }
      return pseudonym
    }
    try await patients.assign(device, to: pseudonym)
    logger.info(
      "device assigned",
      metadata: ["device": "\(device)", "patient": "\(pseudonym?.name ?? "-")", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  private func listAccounts() async throws -> Response {
    try JSONReply.response(ListView(items: try await registry.accounts().map(AccountView.init)))
  }

  private struct NewAccount: Decodable {
    let name: String
    let role: Role
    let password: String
  }

  private func addAccount(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let body = try await JSONReply.decode(NewAccount.self, from: request)
    try await accounts.create(
      name: body.name, role: body.role, password: SecretBytes(copying: body.password.utf8))
    logger.info("account added", metadata: ["name": "\(body.name)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  private struct AccountChange: Decodable {
    let isDisabled: Bool
  }

  private func changeAccount(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    guard let name = context.parameters.get("account"), name != signedIn.account else { throw APIProblem.forbidden }
    let change = try await JSONReply.decode(AccountChange.self, from: request)
    try await accounts.setDisabled(change.isDisabled, account: name)
    logger.info("account changed", metadata: ["name": "\(name)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }
}
