internal import AlertDelivery
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Why a request was not carried out, as the page is told: `{"error": {"code": "…", "reason": "…"}}`.
struct APIProblem: Error, Sendable, HTTPResponseError {
  let status: HTTPResponse.Status
  /// Stable; the page chooses its words by it.
  let code: String
  /// A sentence in English, for logs of the browser.
  let reason: String
  /// Headers to add.
  var headers: HTTPFields = [:]

  static let signInFirst = APIProblem(status: .unauthorized, code: "sign-in-first", reason: "Sign in first.")
  static let wrongPassword = APIProblem(
    status: .unauthorized, code: "wrong-password", reason: "Name or password is wrong.")
  static let forbidden = APIProblem(
    status: .forbidden, code: "forbidden", reason: "This account's role does not allow that.")
  static let badToken = APIProblem(
    status: .unauthorized, code: "bad-token", reason: "The token is unknown, revoked or over.",
    headers: [.wwwAuthenticate: #"Bearer error="invalid_token""#])
  static let scopeMissing = APIProblem(
    status: .forbidden, code: "scope-missing", reason: "The token's scopes do not allow that.",
    headers: [.wwwAuthenticate: #"Bearer error="insufficient_scope""#])
  static let foreignRequest = APIProblem(
    status: .forbidden, code: "foreign-request", reason: "The request did not come from one of our pages.")
  static let notFound = APIProblem(status: .notFound, code: "not-found", reason: "There is no such thing here.")
  static let badRequest = APIProblem(status: .badRequest, code: "bad-request", reason: "The request makes no sense.")
  static let reasonMissing = APIProblem(
    status: .unprocessableContent, code: "reason-missing", reason: "Say why, in 1 to 200 characters on one line.")
  static let badNote = APIProblem(
    status: .unprocessableContent, code: "bad-note", reason: "A note has 1 to 2000 characters, 6000 bytes at most.")
  static let tooManyMarks = APIProblem(
    status: .conflict, code: "too-many-marks", reason: "This session holds as many notes and labels as it may.")
  static let nothingToExport = APIProblem(
    status: .unprocessableContent, code: "nothing-to-export", reason: "Nothing arrived of this stretch.")
  static let scaleChanges = APIProblem(
    status: .unprocessableContent, code: "scale-changes",
    reason: "The size of the converter's steps changes in this stretch; export it in parts.")
  static let noSuchClinician = APIProblem(
    status: .unprocessableContent, code: "no-such-clinician", reason: "No clinician of that name sees this patient.")
  static let planChanged = APIProblem(
    status: .conflict, code: "plan-changed", reason: "Somebody else has put a plan meanwhile; look at it first.")
  static let linkExpired = APIProblem(
    status: .gone, code: "link-expired", reason: "The link is no longer good; sign in to look at the alert.")
  static let tooLarge = APIProblem(status: .contentTooLarge, code: "too-large", reason: "The request is too large.")
  static let overloaded = APIProblem(
    status: .serviceUnavailable, code: "overloaded", reason: "Too much is going on; try again.",
    headers: [.retryAfter: "5"])
  static let storeUnavailable = APIProblem(
    status: .serviceUnavailable, code: "store-unavailable", reason: "The store cannot be read now.",
    headers: [.retryAfter: "5"])
  static let vaultUnavailable = APIProblem(
    status: .serviceUnavailable, code: "vault-unavailable", reason: "The key vault does not answer now.",
    headers: [.retryAfter: "5"])
  static let keyRefused = APIProblem(
    status: .forbidden, code: "key-refused", reason: "The key vault refuses the key of this session.")
  static let internalFailure = APIProblem(
    status: .internalServerError, code: "internal", reason: "The server failed; its log says more.")

  static func tooManyAttempts(retryAfterSeconds: Int) -> APIProblem {
    APIProblem(
      status: .tooManyRequests, code: "too-many-attempts", reason: "Too many attempts; wait.",
      headers: [.retryAfter: "\(retryAfterSeconds)"])
  }

  static func badPlan(_ place: String) -> APIProblem {
    APIProblem(status: .unprocessableContent, code: "bad-plan", reason: place)
  }

  init(_ refusal: AlertWorkflow.Refusal) {
    let reason =
      switch refusal {
      case .isResolved: "The alert is resolved."
      case .snoozeInThePast: "That time is over."
      case .snoozeTooLong: "An alert of this severity cannot be put off for so long."
      }
    self.init(status: .conflict, code: refusal.rawValue, reason: reason)
  }

  init(_ error: AccountError) {
    let status: HTTPResponse.Status =
      switch error.code {
      case .exists, .limitReached: .conflict
      case .unknown: .notFound
      case .badName, .badRole, .weakPassword, .badIdentity, .wrongCode, .badToken, .badGroupName:
        .unprocessableContent
      }
    self.init(status: status, code: error.code.rawValue, reason: error.reason)
  }

  init(status: HTTPResponse.Status, code: String, reason: String, headers: HTTPFields = [:]) {
    self.status = status
    self.code = code
    self.reason = reason
    self.headers = headers
  }

  struct Body: Encodable {
    struct Detail: Encodable {
      let code: String
      let reason: String
    }
    let error: Detail
  }

  func response(from request: Request, context: some RequestContext) throws -> Response {
    var response =
      request.uri.path.hasPrefix("/fhir/")
      ? try JSONReply.response(outcome, contentType: FHIR.contentType)
      : try JSONReply.response(Body(error: .init(code: code, reason: reason)))
    response.status = status
    for field in headers { response.headers[field.name] = field.value }
    return response
  }
}
