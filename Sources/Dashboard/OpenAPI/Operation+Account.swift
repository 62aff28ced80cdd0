internal import HTTPTypes

/// One's own account, others' sign-ins and second factors, accesses beyond the assignment, and the identity provider.
extension Operation {
  static let account: [Endpoint: Operation] = [
    .showSignInOptions: Operation("How one can sign in", answers: .json(SignInOptionsView.self)),
    .beginProviderSignIn: Operation(
      "Sends the browser to the identity provider", answers: .redirect, problems: [.notFound]),
    .finishProviderSignIn: Operation(
      "Where the identity provider sends the browser back to: signs in, or says on the sign-in page why not",
      query: [
        Parameter("code", "What the provider gave.", .text(0...2048)),
        Parameter("state", "Ties it to the attempt of this browser.", .text(0...256)),
        Parameter("iss", "The provider's name (RFC 9207).", .text(0...512)),
      ], answers: .redirect, problems: [.notFound]),
    .showAccount: Operation("One's own account", answers: .json(OwnAccountView.self)),
    .changePassword: Operation(
      "Changes one's password; every other sign-in ends", body: .json(DashboardAPI.PasswordChange.self),
      problems: [weak, wrong] + attempts),
    .beginSecondFactor: Operation(
      "Begins a second factor: the secret for the phone", body: .json(DashboardAPI.PasswordBody.self),
      answers: .json(EnrolmentView.self),
      problems: [APIProblem(AccountError(.exists, "The account has a second factor.")), wrong, .vaultUnavailable]
        + attempts),
    .confirmSecondFactor: Operation(
      "Confirms it by a code; gives the recovery codes", body: .json(DashboardAPI.CodeBody.self),
      answers: .json(RecoveryCodesView.self), problems: [APIProblem(AccountError.wrongCode), .vaultUnavailable]),
    .replaceRecoveryCodes: Operation(
      "Replaces the recovery codes", body: .json(DashboardAPI.PasswordBody.self),
      answers: .json(RecoveryCodesView.self), problems: [.notFound, wrong, .vaultUnavailable] + attempts),
    .removeSecondFactor: Operation(
      "Removes the second factor", body: .json(DashboardAPI.PasswordBody.self),
      problems: [.notFound, wrong, .vaultUnavailable] + attempts),
    .beginPasskey: Operation(
      "What the browser needs to make a passkey", body: .json(DashboardAPI.PasswordBody.self),
      answers: .json(NewPasskeyView.self),
      problems: [.noPasskeys, .tooManyPasskeys, wrong, .vaultUnavailable] + attempts),
    .addPasskey: Operation(
      "Registers a passkey that was made; the first factor of an account brings recovery codes",
      body: .json(MadePasskey.self), answers: .json(AddedPasskeyView.self),
      problems: [.noPasskeys, .tooManyPasskeys, .passkeyRefused, .vaultUnavailable]),
    .removePasskey: Operation(
      "Removes a passkey", body: .json(DashboardAPI.PasswordBody.self),
      problems: [wrong, .vaultUnavailable] + attempts),
    .listOwnSignIns: Operation("Where one is signed in", answers: .json(ListView<SignInView>.self)),
    .endOwnSignIn: Operation("Ends a sign-in of one's own"),
    .endOtherSignIns: Operation("Ends all sign-ins of one's own but this", answers: .json(EndedView.self)),
    .listSignIns: Operation("Where somebody is signed in", answers: .json(ListView<SignInView>.self)),
    .endSignIns: Operation("Ends all sign-ins of somebody", answers: .json(EndedView.self)),
    .resetSecondFactor: Operation("Takes a lost second factor away; never one's own"),
    .openEmergencyAccess: Operation(
      "Opens a patient outside the assignment for a while, on record", body: .json(DashboardAPI.Opening.self),
      answers: .json(OpenAccessView.self),
      problems: [.alreadyVisible, .reasonMissing, .vaultUnavailable, .tooManyAttempts(retryAfterSeconds: 3600)]),
    .listOwnEmergencyAccess: Operation(
      "What one has open beyond the assignment", answers: .json(ListView<OpenAccessView>.self)),
    .endEmergencyAccess: Operation("Ends an access: one's own, or anybody's for an administrator"),
    .listEmergencyAccess: Operation(
      "Accesses beyond the assignment, newest first", answers: .json(ListView<EmergencyAccessView>.self)),
    .listAccountEvents: Operation(
      "What happened to accounts, newest first", answers: .json(ListView<AccountEventView>.self)),
    .showReport: Operation(
      "Draws up a report on a period; its hash is put on record in the vault's audit log",
      query: [
        .integer("from", 0...ReportDesk.latestMs, "Unix milliseconds; the last 30 days if left out."),
        .integer("until", 0...ReportDesk.latestMs, "Unix milliseconds; now if left out."),
        Parameter("account", "Only what this account did.", Parameter.account.schema),
        Parameter("patient", "Only what is about this patient.", Parameter.pseudonym.schema),
        .choice("format", ReportDesk.Format.allCases.map(\.rawValue), "json if left out."),
      ], answers: .jsonOrFile(ReportView.self, ["text/csv", "application/pdf"]),
      problems: [.tooLongPeriod, .vaultUnavailable] + [
        APIProblem(status: .tooManyRequests, code: "too-many", reason: "The vault asks to come back later.")
      ]),
  ]

  private static let weak = APIProblem(AccountError(.weakPassword, "The password is too short, too long, or expected."))
  private static let wrong = APIProblem.wrongPassword.forbidding
  private static let attempts: [APIProblem] = [.tooManyAttempts(retryAfterSeconds: 15), .overloaded]
}
