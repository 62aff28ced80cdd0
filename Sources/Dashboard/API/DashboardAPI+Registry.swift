internal import Decryptor
internal import HTTPTypes
internal import Hummingbird
internal import KeyVaultClient
internal import Logging
internal import Sealing
internal import Store
internal import Wire

/// Who is registered: patients, devices, accounts, and who may see whom.
extension DashboardAPI {
  func listPatients(_ signedIn: SignedIn) async throws -> Response {
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

  struct NewPatient: Decodable {
    let name: String
    let birthDate: String?
    let device: String?
  }

  func addPatient(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
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

  func listDevices() async throws -> Response {
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

  struct NewAssignment: Decodable {
    let patient: String?
  }

  func assignDevice(
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

  func listAccounts() async throws -> Response {
    let care = Dictionary(grouping: try await registry.care(of: nil), by: \.account)
    let groups = Dictionary(grouping: try await registry.groupCare(of: nil), by: \.account)
    let items = try await registry.accounts().map {
      AccountView($0, care: care[$0.name] ?? [], groups: groups[$0.name] ?? [])
    }
    return try JSONReply.response(ListView(items: items))
  }

  struct NewAccount: Decodable {
    let name: String
    let role: Role
    let password: String
    /// Pseudonyms of whom a clinician may see; all where it is left out.
    let patients: [String]?
  }

  func addAccount(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let body = try await JSONReply.decode(NewAccount.self, from: request)
    let patients = try body.patients.map { names in
      let pseudonyms = names.compactMap { Pseudonym($0) }
      guard pseudonyms.count == names.count else { throw APIProblem.badRequest }
      return PatientScope.only(Set(pseudonyms))
    }
    try await accounts.create(
      name: body.name, role: body.role, patients: patients ?? .all,
      password: SecretBytes(copying: body.password.utf8), by: signedIn.account)
    logger.info("account added", metadata: ["name": "\(body.name)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  struct AccountChange: Decodable {
    let isDisabled: Bool?
    let seesAllPatients: Bool?
  }

  func changeAccount(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    guard let name = context.parameters.get("account"), name != signedIn.account else { throw APIProblem.forbidden }
    let change = try await JSONReply.decode(AccountChange.self, from: request)
    if let isDisabled = change.isDisabled {
      try await accounts.setDisabled(isDisabled, account: name, by: signedIn.account)
    }
    if let seesAll = change.seesAllPatients {
      try await accounts.setSeesAllPatients(seesAll, account: name, by: signedIn.account)
    }
    logger.info("account changed", metadata: ["name": "\(name)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  /// Begins or ends that a clinician sees a patient.
  func changeCare(
    _ endpoint: Endpoint, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    guard let name = context.parameters.get("account"),
      let pseudonym = context.parameters.get("pseudonym").flatMap({ Pseudonym($0) })
    else { throw APIProblem.notFound }
    if endpoint == .assignPatient {
      try await accounts.assign(pseudonym, to: name, by: signedIn.account)
    } else {
      try await accounts.unassign(pseudonym, from: name, by: signedIn.account)
    }
    logger.info(
      endpoint == .assignPatient ? "patient assigned" : "patient unassigned",
      metadata: ["name": "\(name)", "patient": "\(pseudonym)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }
}
