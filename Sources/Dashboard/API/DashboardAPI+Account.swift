internal import Decryptor
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Sealing
internal import Store

/// What people do with their own account, and administrators with others'.
extension DashboardAPI {
  /// Longest accepted password in bytes, before any rule is asked.
  private static let passwordBytes = 1024

  struct PasswordBody: Decodable {
    let password: String
    let code: String?
    let passkey: PasskeyAnswer?
  }

  // MARK: One's own account

  func showAccount(_ signedIn: SignedIn) async throws -> Response {
    let account = try await registry.account(signedIn.account)
    let factor = try await factors.confirmed(signedIn.account)
    let left = try await registry.recoveryCodeCount(of: signedIn.account)
    return try JSONReply.response(
      OwnAccountView(
        account: signedIn.account, role: signedIn.role.rawValue, method: signedIn.method.rawValue,
        hasPassword: account.flatMap { PasswordHash(parsing: $0.passwordHash) } != nil,
        secondFactor: factor.map { .init(sinceMs: $0.createdAt / 1000, recoveryCodesLeft: left) },
        recoveryCodesLeft: left, passkeys: try await passkeys.list(signedIn.account),
        offersPasskeys: passkeys.party != nil,
        isSecondFactorRequired: signIns.requires(signedIn.role),
        shortestPassword: PasswordRules.lengthLimits.lowerBound,
        longestPassword: PasswordRules.lengthLimits.upperBound))
  }

  struct PasswordChange: Decodable {
    let password: String
    let newPassword: String
    let code: String?
    let passkey: PasskeyAnswer?
  }

  /// Changes the password; every other sign-in of the account ends.
  func changePassword(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let body = try await JSONReply.decode(PasswordChange.self, from: request, upTo: Self.passkeyBodyLimit)
    guard body.newPassword.utf8.count <= Self.passwordBytes else { throw APIProblem.badRequest }
    // The rules first: a mistyped new password must not use the code up.
    let wanted = SecretBytes(copying: body.newPassword.utf8)
    try AccountAdministration.requireStrength(of: wanted, account: signedIn.account)
    guard body.newPassword != body.password else {
      throw AccountError(.weakPassword, "The new password is the old one.")
    }
    try await prove(
      .init(password: body.password, code: body.code, passkey: body.passkey), request, context, signedIn)
    try await accounts.changePassword(of: signedIn.account, to: wanted, keeping: signedIn.token.storedHash)
    logger.info("password changed", metadata: ["account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  // MARK: Second factor

  func beginSecondFactor(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    try await prove(request, context, signedIn)
    let enrolment = try await factors.begin(signedIn.account)
    return try JSONReply.response(
      EnrolmentView(secret: enrolment.secret, uri: enrolment.uri, qr: QRCode(enrolment.uri)))
  }

  struct CodeBody: Decodable {
    let code: String
  }

  /// Confirms it; sign-ins elsewhere, which were proved by the password alone, end.
  func confirmSecondFactor(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let body = try await JSONReply.decode(CodeBody.self, from: request)
    let codes = try await factors.confirm(signedIn.account, code: body.code)
    _ = try await registry.deleteSignIns(of: signedIn.account, except: signedIn.token.storedHash)
    try await registry.setSignInMethod(.passwordAndCode, of: signedIn.account)
    logger.info("second factor added", metadata: ["account": "\(signedIn.account)"])
    return try JSONReply.response(RecoveryCodesView(recoveryCodes: codes))
  }

  /// Password and second factor once more.
  func prove(_ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn) async throws {
    let body = try await JSONReply.decode(PasswordBody.self, from: request, upTo: Self.passkeyBodyLimit)
    try await prove(body, request, context, signedIn)
  }

  func replaceRecoveryCodes(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let hasCodes = try await factors.confirmed(signedIn.account) != nil
    if !hasCodes { guard try await passkeys.hasAny(signedIn.account) else { throw APIProblem.notFound } }
    try await prove(request, context, signedIn)
    let codes = try await factors.replaceRecoveryCodes(of: signedIn.account)
    return try JSONReply.response(RecoveryCodesView(recoveryCodes: codes))
  }

  func removeSecondFactor(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    guard try await factors.confirmed(signedIn.account) != nil else { throw APIProblem.notFound }
    try await prove(request, context, signedIn)
    try await factors.remove(signedIn.account)
    try await noteFactorLost(signedIn.account)
    logger.info("second factor removed", metadata: ["account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  /// Password and code once more, counted with the attempts to sign in.
  private func prove(
    _ body: PasswordBody, _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws {
    let password = body.password
    guard password.utf8.count <= Self.passwordBytes else { throw APIProblem.wrongPassword.forbidding }
    do {
      _ = try await signIns.verify(
        .init(
          account: signedIn.account, password: SecretBytes(copying: password.utf8), code: body.code,
          passkey: body.passkey.map { ($0, Self.browser(of: request)) }, address: context.remoteAddress))
    } catch let problem as APIProblem where problem.code == APIProblem.wrongPassword.code {
      // The sign-in itself stands: 401 would send the page to sign in.
      throw problem.forbidding
    }
  }

  // MARK: Sign-ins

  func listOwnSignIns(_ signedIn: SignedIn) async throws -> Response {
    let records = try await registry.signIns(of: signedIn.account, at: time.unixMicroseconds())
    return try JSONReply.response(ListView(items: records.map { SignInView($0, own: signedIn.token) }))
  }

  func endOwnSignIn(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    let records = try await registry.signIns(of: signedIn.account, at: time.unixMicroseconds())
    guard let id = context.parameters.get("signIn"), let record = records.first(where: { SignInView.id(of: $0) == id })
    else { throw APIProblem.notFound }
    if record.tokenHash == signedIn.token.storedHash { return try await signOut(signedIn) }
    try await registry.deleteSignIn(tokenHash: record.tokenHash)
    try await noteEnded(of: signedIn.account, by: signedIn)
    return Response(status: .noContent)
  }

  func endOtherSignIns(_ signedIn: SignedIn) async throws -> Response {
    let ended = try await registry.deleteSignIns(of: signedIn.account, except: signedIn.token.storedHash)
    if ended > 0 { try await noteEnded(of: signedIn.account, by: signedIn) }
    return try JSONReply.response(EndedView(ended: ended))
  }

  func listSignIns(_ context: DashboardRequestContext) async throws -> Response {
    let name = try await accountName(context)
    let records = try await registry.signIns(of: name, at: time.unixMicroseconds())
    return try JSONReply.response(ListView(items: records.map { SignInView($0, own: nil) }))
  }

  func endSignIns(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    let name = try await accountName(context)
    let ended = try await registry.deleteSignIns(of: name, except: nil)
    try await noteEnded(of: name, by: signedIn)
    return try JSONReply.response(EndedView(ended: ended))
  }

  func resetSecondFactor(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    let name = try await accountName(context)
    // Nobody takes their own away without the code.
    guard name != signedIn.account else { throw APIProblem.forbidden }
    try await accounts.resetSecondFactor(of: name, by: signedIn.account)
    logger.notice("second factor reset", metadata: ["name": "\(name)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  func listAccountEvents() async throws -> Response {
    let events = try await registry.accountEvents(of: nil, limit: EmergencyDesk.listLimit)
    return try JSONReply.response(ListView(items: events.map { AccountEventView($0) }))
  }

  private func accountName(_ context: DashboardRequestContext) async throws -> String {
    guard let name = context.parameters.get("account"), try await registry.account(name) != nil else {
      throw APIProblem.notFound
    }
    return name
  }

  private func noteEnded(of account: String, by signedIn: SignedIn) async throws {
    try await registry.append(
      AccountEvent(account: account, actor: signedIn.account, kind: .signInsEnded, at: time.unixMicroseconds()))
    logger.info("sign-ins ended", metadata: ["name": "\(account)", "account": "\(signedIn.account)"])
  }
}

extension APIProblem {
  /// The same problem as 403.
  var forbidding: APIProblem { APIProblem(status: .forbidden, code: code, reason: reason) }

  static let secondFactorNeeded = APIProblem(
    status: .forbidden, code: "second-factor-needed", reason: "This role needs a second factor: add one first.")
}
