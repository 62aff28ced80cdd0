import Cardio
import Dashboard
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Store
import Testing
import Wire

/// Every route for every role, against a table that is written down here a second time, so that a slip in the product's shows.
@Suite struct AccessTests {
  private static let clinical: Set<Endpoint> = [
    .showWard, .showPatient, .showStrip, .showSpectrum, .showEnvelope, .listSessions,
    .searchPatients, .readPatient, .searchFHIRDevices, .readFHIRDevice, .searchObservations, .readObservation,
    .listBeats, .showTrends, .showVariability, .showMorphology, .listMarks, .addNote, .addLabel, .exportSession,
    .listAlerts,
    .acknowledgeAlert, .streamEvents,
    .showAlert, .assignAlert, .snoozeAlert, .resolveAlert, .showPlan, .putPlan, .previewPlan,
  ]
  /// Everybody's own.
  private static let own: Set<Endpoint> = [
    .showDocument, .showCapabilities, .listTokens, .createToken, .revokeToken, .signIn, .challengePasskey,
    .signInWithPasskey, .showSession, .signOut,
    .showAccount, .changePassword, .beginSecondFactor,
    .confirmSecondFactor,
    .replaceRecoveryCodes, .removeSecondFactor, .beginPasskey, .addPasskey, .removePasskey, .listOwnSignIns,
    .endOwnSignIn, .endOtherSignIns,
    .showSignInOptions, .beginProviderSignIn, .finishProviderSignIn,
  ]
  private static let registryReading: Set<Endpoint> = [
    .listGroups,
    .listChartEvents, .listEmergencyAccess, .listAccountEvents, .showReport, .listPatients, .listDevices, .listAccounts,
    .showRetention, .planRetention,
  ]
  private static let keyReading: Set<Endpoint> = [
    .showKeyReport, .listDeviceKeys, .showDeviceKeys, .showKeyHistory, .listClaims, .showCompromise, .showCertificate,
    .listDestructions, .listHolds, .listProposals, .showRewrap, .listPeople, .listAudit, .verifyAudit,
    .searchAuditEvents, .readAuditEvent,
  ]
  private static let keyChanges: Set<Endpoint> = [
    .revokeDevice, .reinstateDevice, .createClaim, .revokeClaim, .rotateKey, .suspendKey, .resumeKey, .deactivateKey,
    .reportCompromise,
    .proposeDestruction, .cancelDestruction, .holdKeys, .releaseKeys, .approveProposal, .withdrawProposal,
    .rotateTenantKey, .startRewrap,
  ]
  /// What needs no sign-in: the token in a mail's link is the right.
  private static let withoutSignIn: Set<Endpoint> = [.showAcknowledgementLink, .followAcknowledgementLink]
  private static let allowed: [Role: Set<Endpoint>] = [
    .clinician: clinical.union(own).union([.openEmergencyAccess, .listOwnEmergencyAccess, .endEmergencyAccess]),
    .administrator: registryReading.union(own).union(keyReading).union(keyChanges).union([
      .addGroup, .renameGroup, .removeGroup, .joinGroup, .leaveGroup, .assignGroup, .unassignGroup,
      .addPatient, .assignDevice, .addAccount, .changeAccount, .assignPatient, .unassignPatient,
      .listSignIns, .endSignIns, .resetSecondFactor, .endEmergencyAccess,
      .previewRetention, .changeRetention, .placeRetentionHold, .releaseRetentionHold,
    ]),
    .auditor: registryReading.union(own).union(keyReading),
  ]

  /// Nothing that only reads is a change, and every route is somebody's.
  @Test func theTableIsComplete() {
    #expect(Self.keyReading.allSatisfy { !$0.changesState } && Self.keyChanges.allSatisfy(\.changesState))
    #expect(Set(Self.allowed.values.joined()).union(Self.withoutSignIn) == Set(Endpoint.allCases))
  }

  @Test(arguments: Role.allCases) func everyRouteForEveryRole(role: Role) async throws {
    let ward = try Ward(vault: FakeVault())
    try await ward.addAccounts()
    let device = try #require(DeviceID("sb-001"))
    let patient = try await ward.addPatient(device: device)
    let wearer = try await Wearer(device: device, keys: ward.keys, preset: .normal)
    try await wearer.send(to: ward.store, at: ward.clock.now)
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { client in
      for endpoint in Endpoint.allCases where endpoint != .streamEvents || role != .clinician {
        // A fresh sign-in for each: signing out is one of them. One address may sign in once in 2 s.
        ward.clock.advance(2)
        let browser = try await Browser.signIn(client, as: role.rawValue)
        let path = endpoint.path.replacing("{pseudonym}", with: patient.name).replacing("{device}", with: "sb-001")
          .replacing("{alert}", with: String(repeating: "0", count: 32)).replacing("{account}", with: "nobody")
          .replacing("{id}", with: "1").replacing("{group}", with: "G-AAAA").replacing("{event}", with: "account-1")
          .replacing("{report}", with: "access").replacing("{passkey}", with: String(repeating: "0", count: 24))
        let response = try await browser.send(
          client, endpoint.method, path, body: endpoint.method == .get ? nil : "{}")
        if Self.allowed[role]?.contains(endpoint) == true || Self.withoutSignIn.contains(endpoint) {
          #expect(response.code != "forbidden" && response.code != "sign-in-first", "\(role) \(endpoint)")
          #expect(response.status.code < 500, "\(role) \(endpoint) \(response.status)")
        } else {
          #expect(response.status == .forbidden && response.code == "forbidden", "\(role) \(endpoint)")
        }
      }
    }
  }

  @Test func nobodyGetsAnything() async throws {
    let ward = try Ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      for endpoint in Endpoint.allCases where endpoint.rule != .everybody {
        let response = try await Browser(cookie: "__Host-sealedbeat=AAAA", requestToken: "x").send(
          client, endpoint.method, endpoint.path.replacing("{pseudonym}", with: "P-AAAA"))
        #expect(response.status == .unauthorized && response.code == "sign-in-first", "\(endpoint)")
      }
    }
  }

  @Test func auditorsSeeNoNames() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    _ = try await ward.addPatient(name: "Anna Muster", device: try #require(DeviceID("sb-001")))
    try await ward.service.makeTestApplication().test(.router) { client in
      let auditor = try await Browser.signIn(client, as: "auditor").send(client, .get, "/api/patients")
      #expect(auditor.status == .ok && !String(buffer: auditor.body).contains("Muster"))
      let administrator = try await Browser.signIn(client, as: "administrator").send(client, .get, "/api/patients")
      #expect(String(buffer: administrator.body).contains("Anna Muster"))
      // The names of accounts, never their hashes.
      let accounts = try await Browser.signIn(client, as: "administrator").send(client, .get, "/api/accounts")
      #expect(String(buffer: accounts.body).contains("clinician") && !String(buffer: accounts.body).contains("scrypt"))
    }
  }
}
