internal import HTTPTypes

/// What an ``Endpoint`` takes and gives, for the document at `/api/openapi.json` and for all that is made of it.
///
/// A new endpoint gets one entry in the list of its area, `Operation+AREA.swift`:
///
/// ```swift
/// .showStrip: Operation("A stretch of ECG", query: [.session, .sample("from", "…")], answers: .json(StripView.self))
/// ```
///
/// Parameters of the path come from ``Parameter/inPath``; the refusals that every endpoint of this kind can give (not signed in,
/// wrong role, foreign request, no such thing …) follow from its method, path and rule, so that only its own are named.
struct Operation: Sendable {
  /// What comes back when all goes well.
  enum Answer: Sendable {
    /// 204.
    case nothing
    /// 200, JSON of this type.
    case json(Any.Type)
    /// 200, JSON of this form.
    case schema(Schema)
    /// 303, to another address.
    case redirect
    /// 200, server-sent events.
    case events
    /// 200, a FHIR resource of this type.
    case fhir(String)
    /// 200, a file of one of these media types.
    case file([String])
    /// 200, JSON of this type, or a file of one of these media types.
    case jsonOrFile(Any.Type, [String])
  }

  /// What is sent, as JSON.
  enum Body: Sendable {
    /// Of this type, with more said of some members.
    case json(Any.Type, [String: Schema])
    /// Of this form.
    case schema(Schema)

    /// Of this type.
    static func json(_ type: Any.Type) -> Body { .json(type, [:]) }
  }

  let summary: String
  let query: [Parameter]
  let body: Body?
  let answer: Answer
  let problems: [APIProblem]

  init(
    _ summary: String, query: [Parameter] = [], body: Body? = nil, answers answer: Answer = .nothing,
    problems: [APIProblem] = []
  ) {
    self.summary = summary
    self.query = query
    self.body = body
    self.answer = answer
    self.problems = problems
  }

  /// Every endpoint's; the tests fail for one that is missing.
  static let all: [Endpoint: Operation] = [
    session, account, signals, alerts, registry, groups, retention, tokens, fhir, keys,
  ]
  .reduce(
    into: [:]) {
      $0.merge($1) { first, _ in first }
    }

  /// What any endpoint of this method, path and rule can refuse, and this one in particular.
  func refusals(of endpoint: Endpoint) -> [APIProblem] {
    var found: [APIProblem] = []
    if endpoint.rule != .everybody { found += [.signInFirst, .badToken, .scopeMissing] }
    if case .only = endpoint.rule { found.append(.forbidden) }
    if !endpoint.isForThoseWithoutSecondFactor { found.append(.secondFactorNeeded) }
    if endpoint.changesState { found.append(.foreignRequest) }
    if endpoint.path.contains("{") { found.append(.notFound) }
    if body != nil || !query.isEmpty { found.append(.badRequest) }
    if body != nil { found.append(.tooLarge) }
    return found + problems + [.storeUnavailable, .internalFailure]
  }
}
