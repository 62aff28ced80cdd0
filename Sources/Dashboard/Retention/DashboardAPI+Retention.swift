internal import Decryptor
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import KeyVaultClient
internal import Logging
internal import Retention
internal import Store
internal import Wire

/// What is kept for how long, and what is held.
extension DashboardAPI {
  /// Most changes in one request: every kind, for everybody or for one patient.
  static let retentionWishes = 1...RetentionKind.allCases.count

  func showRetention(_ signedIn: SignedIn) async throws -> Response {
    let vault = await vaultHolds(signedIn)
    return try JSONReply.response(
      RetentionView(try await retention.overview(), vault: vault, now: time.unixMicroseconds()))
  }

  /// `days` to look ahead; 30 by default.
  func planRetention(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    var days = 30
    if let text = request.uri.queryParameters["days"] {
      guard let given = Int(text), RetentionForecast.daysAhead.contains(given) else { throw APIProblem.badRequest }
      days = given
    }
    let forecast = try await retention.forecast(
      days: days, vault: await vaultHolds(signedIn), at: time.unixMicroseconds())
    return try JSONReply.response(RetentionPlanView(forecast, days: days))
  }

  /// What somebody wants to be so; `from` is what they saw.
  struct RetentionWishes: Decodable {
    struct Wish: Decodable {
      let kind: RetentionKind
      let from: Int?
      let to: Int?
    }

    /// Whose, for an exception.
    let patient: String?
    let changes: [Wish]
  }

  private func wishes(_ request: Request) async throws -> [RetentionTimeline.Wish] {
    let body = try await JSONReply.decode(RetentionWishes.self, from: request)
    let patient = try body.patient.map { name in
      guard let pseudonym = Pseudonym(name) else { throw APIProblem.badRequest }
      return pseudonym
    }
    guard Self.retentionWishes.contains(body.changes.count),
      Set(body.changes.map(\.kind)).count == body.changes.count
    else { throw APIProblem.badRequest }
    return body.changes.map { RetentionTimeline.Wish(kind: $0.kind, patient: patient, from: $0.from, to: $0.to) }
  }

  /// What would go until a change counts, and then at once: nothing is changed.
  func previewRetention(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let wishes = try await wishes(request)
    let forecast = try await retention.forecast(
      days: RetentionPolicy.graceDays, with: wishes, vault: await vaultHolds(signedIn), at: time.unixMicroseconds())
    return try JSONReply.response(RetentionPlanView(forecast, days: RetentionPolicy.graceDays))
  }

  func changeRetention(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let changes = try await retention.change(
      try await wishes(request), by: signedIn.account, at: time.unixMicroseconds())
    for change in changes {
      logger.notice(
        "retention changed",
        metadata: [
          "kind": "\(change.kind.rawValue)", "patient": "\(change.patient?.name ?? "-")",
          "from": "\(change.from.map(String.init) ?? "-")", "to": "\(change.to.map(String.init) ?? "-")",
          "account": "\(signedIn.account)",
        ])
    }
    return Response(status: .noContent)
  }

  struct NewRetentionHold: Decodable {
    let patient: String?
    let device: String?
    let fromMs: UInt64?
    let untilMs: UInt64?
    let reason: String
  }

  func placeRetentionHold(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let body = try await JSONReply.decode(NewRetentionHold.self, from: request)
    let subject: RetentionHold.Subject
    switch (body.patient, body.device) {
    case (let name?, nil):
      guard let pseudonym = Pseudonym(name), body.fromMs == nil, body.untilMs == nil else {
        throw APIProblem.badRequest
      }
      subject = .patient(pseudonym)
    case (nil, let name?):
      guard let device = DeviceID(name), let from = Self.time(body.fromMs), let until = Self.time(body.untilMs) else {
        throw APIProblem.badRequest
      }
      subject = .device(device, from: from, until: until)
    default: throw APIProblem.badRequest
    }
    let hold = try await retention.place(
      subject, reason: body.reason, by: signedIn.account, at: time.unixMicroseconds())
    logger.notice(
      "retention hold placed", metadata: ["hold": "\(hold.number)", "account": "\(signedIn.account)"])
    return try JSONReply.response(["hold": hold.number])
  }

  struct HoldRelease: Decodable {
    let reason: String
  }

  func releaseRetentionHold(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    guard let number = context.parameters.get("hold").flatMap({ Int64($0) }) else { throw APIProblem.notFound }
    let body = try await JSONReply.decode(HoldRelease.self, from: request)
    try await retention.release(number, reason: body.reason, by: signedIn.account, at: time.unixMicroseconds())
    logger.notice(
      "retention hold released", metadata: ["hold": "\(number)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  /// Milliseconds of a request as microseconds; `nil` where they are beyond what a clock can say.
  private static func time(_ milliseconds: UInt64?) -> UnixMicroseconds?? {
    guard let milliseconds else { return .some(nil) }
    return milliseconds <= UInt64(Int64.max) / 1000 ? .some(milliseconds * 1000) : nil
  }

  /// Which devices the vault holds, asked in the person's name; an answer that is none holds everything.
  private func vaultHolds(_ signedIn: SignedIn) async -> RetentionDesk.VaultHolds {
    struct Held: Decodable {
      let device: DeviceID
    }
    guard let held = try? await desk.ask([Held].self, "/v1/holds", for: signedIn) else { return .unreadable }
    return .known(Set(held.map(\.device)))
  }
}

extension APIProblem {
  init(_ refusal: RetentionRefusal) {
    let status: HTTPResponse.Status =
      switch refusal {
      case .changedMeanwhile, .needsSecondPerson: .conflict
      case .unknownPatient, .unknownHold: .notFound
      case .daysOutOfRange, .findingsShorter, .exceptionNotLonger, .nothingToChange, .reasonMissing, .badRange:
        .unprocessableContent
      }
    self.init(status: status, code: refusal.rawValue, reason: refusal.sentence)
  }
}
