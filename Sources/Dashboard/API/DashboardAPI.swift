internal import AlertPolicy
internal import Decryptor
internal import HTTPTypes
internal import Hummingbird
internal import KeyVaultClient
internal import Logging
internal import Retention
internal import Sealing
internal import Store
internal import Wire

/// Answers the endpoints. Nothing here decides who may ask: ``DashboardRouter`` has done that.
struct DashboardAPI: Sendable {
  let hub: LiveHub
  let signIns: SignInService
  let factors: SecondFactorDesk
  let passkeys: PasskeyDesk
  let emergencies: EmergencyDesk
  /// `nil` where people sign in here alone.
  let provider: ProviderDesk?
  let accounts: AccountAdministration
  let patients: PatientAdministration
  let groups: GroupAdministration
  let members: GroupMembers
  let tokens: TokenAdministration
  let programs: TokenAuthentication
  let chunks: any ChunkStore
  let alerts: any AlertStore
  let registry: any AccessStore
  let keys: any SessionKeySource
  let findings: FindingsReader
  let strips: StripReader
  let chart: ChartDesk
  let exports: ExportDesk
  let desk: KeyDesk
  let retention: RetentionDesk
  let trail: AuditTrail
  let views: ViewLedger
  let reports: ReportDesk
  /// The installation's limits of the alert policy.
  let policy: AlertPolicyConfiguration
  let linkLimiter = LinkLimiter()
  let time: Timekeeper
  let logger: Logger

  /// Carries out a request that was allowed, and puts on record who was shown the patient that it names; what shows patients that
  /// its address does not name puts that on record itself. `signedIn` is `nil` for ``Endpoint/signIn`` alone.
  func respond(
    to endpoint: Endpoint, _ request: Request, _ context: DashboardRequestContext, signedIn: SignedIn?
  ) async throws -> Response {
    let response = try await answer(to: endpoint, request, context, signedIn: signedIn)
    // A preview is asked for with a body, and tells what was found of the patient in the last day.
    if let signedIn, endpoint.rule == .clinicians, !endpoint.changesState || endpoint == .previewPlan,
      let patient = (context.parameters.get("pseudonym") ?? request.patientInQuery).flatMap({ Pseudonym($0) }),
      await hub.knows(patient, in: signedIn.scope)
    {
      await views.note(patient, shownTo: signedIn)
    }
    return response
  }

  private func answer(
    to endpoint: Endpoint, _ request: Request, _ context: DashboardRequestContext, signedIn: SignedIn?
  ) async throws -> Response {
    do {
      switch endpoint {
      case .signIn: return try await signIn(request, context)
      case .challengePasskey: return try challengePasskey(request)
      case .signInWithPasskey: return try await signInWithPasskey(request, context)
      case .showDocument: return try JSONReply.response(APIDocument.json)
      case .showCapabilities: return try JSONReply.response(FHIR.capabilities, contentType: FHIR.contentType)
      case .showSignInOptions: return try showSignInOptions()
      case .beginProviderSignIn: return try await beginProviderSignIn()
      case .finishProviderSignIn: return try await finishProviderSignIn(request, context)
      case .showAcknowledgementLink: return try await showAcknowledgementLink(context)
      case .followAcknowledgementLink: return try await followAcknowledgementLink(context)
      default: break
      }
      guard let signedIn else { throw APIProblem.signInFirst }
      switch endpoint {
      case .signIn, .challengePasskey, .signInWithPasskey, .showDocument, .showCapabilities, .showSignInOptions,
        .beginProviderSignIn, .finishProviderSignIn,
        .showAcknowledgementLink, .followAcknowledgementLink:
        throw APIProblem.notFound
      case .showSession: return try JSONReply.response(SessionView(signedIn))
      case .signOut: return try await signOut(signedIn)
      case .showAccount: return try await showAccount(signedIn)
      case .changePassword: return try await changePassword(request, context, signedIn)
      case .beginSecondFactor: return try await beginSecondFactor(request, context, signedIn)
      case .confirmSecondFactor: return try await confirmSecondFactor(request, signedIn)
      case .replaceRecoveryCodes: return try await replaceRecoveryCodes(request, context, signedIn)
      case .removeSecondFactor: return try await removeSecondFactor(request, context, signedIn)
      case .beginPasskey: return try await beginPasskey(request, context, signedIn)
      case .addPasskey: return try await addPasskey(request, signedIn)
      case .removePasskey: return try await removePasskey(request, context, signedIn)
      case .listOwnSignIns: return try await listOwnSignIns(signedIn)
      case .endOwnSignIn: return try await endOwnSignIn(context, signedIn)
      case .endOtherSignIns: return try await endOtherSignIns(signedIn)

      // Patients outside the assignment.
      case .openEmergencyAccess: return try await openEmergencyAccess(request, context, signedIn)
      case .listOwnEmergencyAccess: return try await listOwnEmergencyAccess(signedIn)
      case .endEmergencyAccess: return try await endEmergencyAccess(context, signedIn)
      case .listEmergencyAccess: return try await listEmergencyAccess()
      case .listAccountEvents: return try await listAccountEvents()
      case .showReport: return try await showReport(request, context, signedIn)

      // The ward and signals.
      case .showWard: return try await showWard(signedIn)
      case .showPatient: return try await showPatient(context, signedIn)
      case .showStrip: return try await showStrip(request, context, signedIn)
      case .showSpectrum: return try await showSpectrum(context, signedIn)
      case .showEnvelope: return try await showEnvelope(request, context, signedIn)
      case .listSessions: return try await listSessions(request, context, signedIn)
      case .listBeats: return try await listBeats(request, context, signedIn)
      case .showTrends: return try await showTrends(request, context, signedIn)
      case .showVariability: return try await showVariability(request, context, signedIn)
      case .showMorphology: return try await showMorphology(request, context, signedIn)
      case .listMarks: return try await listMarks(request, context, signedIn)
      case .addNote: return try await addNote(request, context, signedIn)
      case .addLabel: return try await addLabel(request, context, signedIn)
      case .exportSession: return try await exportSession(request, context, signedIn)
      case .streamEvents: return try await streamEvents(request, context, signedIn)

      // Alerts.
      case .listAlerts: return try await listAlerts(request, signedIn)
      case .showAlert: return try await showAlert(context, signedIn)
      case .acknowledgeAlert: return try await acknowledgeAlert(context, signedIn)
      case .assignAlert: return try await assignAlert(request, context, signedIn)
      case .snoozeAlert: return try await snoozeAlert(request, context, signedIn)
      case .resolveAlert: return try await resolveAlert(request, context, signedIn)
      case .showPlan: return try await showPlan(context, signedIn)
      case .previewPlan: return try await previewPlan(request, context, signedIn)
      case .putPlan: return try await putPlan(request, context, signedIn)

      // Registry.
      case .listPatients: return try await listPatients(signedIn)
      case .addPatient: return try await addPatient(request, signedIn)
      case .listDevices: return try await listDevices()
      case .listChartEvents: return try await listChartEvents()
      case .assignDevice: return try await assignDevice(request, context, signedIn)
      case .listAccounts: return try await listAccounts()
      case .addAccount: return try await addAccount(request, signedIn)
      case .changeAccount: return try await changeAccount(request, context, signedIn)
      case .assignPatient, .unassignPatient: return try await changeCare(endpoint, context, signedIn)
      case .assignGroup, .unassignGroup: return try await changeGroupCare(endpoint, context, signedIn)
      case .listGroups: return try await listGroups(signedIn)
      case .addGroup: return try await addGroup(request, signedIn)
      case .renameGroup: return try await renameGroup(request, context, signedIn)
      case .removeGroup: return try await removeGroup(context, signedIn)
      case .joinGroup, .leaveGroup: return try await changeMembership(endpoint, context, signedIn)
      case .listSignIns: return try await listSignIns(context)
      case .endSignIns: return try await endSignIns(context, signedIn)
      case .resetSecondFactor: return try await resetSecondFactor(context, signedIn)

      // Retention.
      case .showRetention: return try await showRetention(signedIn)
      case .planRetention: return try await planRetention(request, signedIn)
      case .previewRetention: return try await previewRetention(request, signedIn)
      case .changeRetention: return try await changeRetention(request, signedIn)
      case .placeRetentionHold: return try await placeRetentionHold(request, signedIn)
      case .releaseRetentionHold: return try await releaseRetentionHold(request, context, signedIn)

      // Tokens of programs.
      case .listTokens: return try await listTokens(signedIn)
      case .createToken: return try await createToken(request, signedIn)
      case .revokeToken: return try await revokeToken(context, signedIn)

      // FHIR.
      case .searchPatients, .readPatient, .searchFHIRDevices, .readFHIRDevice, .searchObservations, .readObservation,
        .searchAuditEvents, .readAuditEvent:
        return try await respondFHIR(endpoint, request, context, signedIn)

      // Keys.
      case .showKeyReport, .listDeviceKeys, .showDeviceKeys, .showKeyHistory, .listClaims, .revokeClaim, .rotateKey,
        .revokeDevice, .reinstateDevice,
        .suspendKey, .resumeKey, .deactivateKey, .proposeDestruction, .cancelDestruction, .showCertificate,
        .listDestructions, .holdKeys, .releaseKeys, .listHolds, .listProposals, .approveProposal, .withdrawProposal,
        .rotateTenantKey, .startRewrap, .showRewrap, .listPeople, .listAudit, .verifyAudit:
        return try await desk.relay(endpoint, request, context, signedIn)
      case .createClaim: return try await desk.createClaim(request, context, signedIn)
      case .reportCompromise, .showCompromise: return try await desk.showExposure(endpoint, request, context, signedIn)
      }
    } catch let error as AccountError {
      throw APIProblem(error)
    } catch let refusal as RetentionRefusal {
      throw APIProblem(refusal)
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

  struct Credentials: Decodable {
    let account: String
    let password: String
    let code: String?
    /// In place of a code.
    let passkey: PasskeyAnswer?
  }

  private func signIn(_ request: Request, _ context: DashboardRequestContext) async throws -> Response {
    let credentials = try await JSONReply.decode(Credentials.self, from: request, upTo: Self.passkeyBodyLimit)
    guard (1...64).contains(credentials.account.utf8.count), credentials.password.utf8.count <= 1024 else {
      throw APIProblem.wrongPassword
    }
    let signedIn = try await signIns.signIn(
      .init(
        account: credentials.account, password: SecretBytes(copying: credentials.password.utf8),
        code: credentials.code.flatMap { $0.isEmpty ? nil : $0 },
        passkey: credentials.passkey.map { ($0, Self.browser(of: request)) }, address: context.remoteAddress),
      agent: BrowserFamily.describe(request.headers[.userAgent]),
      replacing: request.cookies[SessionToken.cookieName]?.value)
    return try welcome(signedIn)
  }

  /// What somebody is told who was let in: the sign-in, and the cookie that carries it.
  func welcome(_ signedIn: SignedIn) throws -> Response {
    var response = try JSONReply.response(SessionView(signedIn))
    // The absolute limit: the server ends it earlier when nobody is there.
    response.headers[.setCookie] = signedIn.token.setCookie(maximumAge: signIns.cookieSeconds)
    return response
  }

  /// Who asked, as they are now: while a long answer is on its way, a sign-in ends and a scope shrinks. `nil` when neither sign-in nor
  /// token holds any more.
  func renewed(_ signedIn: SignedIn) async throws -> SignedIn? {
    guard let program = signedIn.program else {
      return try await signIns.authenticate(cookie: signedIn.token.cookieValue)
    }
    return try await programs.authenticate(authorization: program.authorization)
  }

  func signOut(_ signedIn: SignedIn) async throws -> Response {
    try await signIns.signOut(signedIn)
    return Response(
      status: .noContent,
      headers: [.setCookie: SessionToken.removalCookie, .clearSiteData: "\"cache\", \"cookies\", \"storage\""])
  }

  // MARK: Ward

  private func showWard(_ signedIn: SignedIn) async throws -> Response {
    await hub.look(as: signedIn.viewer, signedIn.scope)
    let ward = await hub.ward(for: signedIn.scope)
    await views.note(ward.patients.compactMap { Pseudonym($0.patient) }, .ward, shownTo: signedIn)
    return try JSONReply.response(
      WardView(nowMs: time.unixMicroseconds() / 1000, patients: ward.patients, groups: ward.groups))
  }
}

extension Request {
  /// The patient whom FHIR's searches name.
  fileprivate var patientInQuery: String? {
    guard uri.path.hasPrefix("/fhir/"), let text = uri.queryParameters["patient"] ?? uri.queryParameters["_id"] else {
      return nil
    }
    return String(FHIRSearch.patientName(text))
  }
}
