internal import AlertDelivery
internal import Decryptor
internal import Findings
internal import Hummingbird
internal import KeyVaultClient
internal import Store

/// The link in a mail: whoever holds it may take note of one alert, without signing in, and sees no more of it than whose it
/// is and how severe it was. Reading it changes nothing, so that no scanner of mails takes note of an alert.
extension DashboardAPI {
  /// What stands before the receiver's fingerprint as the actor in an alert's log.
  static let linkActor = "link:"

  /// What a link is about.
  struct LinkView: Encodable {
    let patient: String?
    let severity: String
    let openedMs: UInt64
    let acknowledgedMs: UInt64?
    let isClosed: Bool
    let expiresMs: UInt64
  }

  func showAcknowledgementLink(_ context: DashboardRequestContext) async throws -> Response {
    let (link, record) = try await linked(context)
    return try JSONReply.response(await linkView(link, record))
  }

  func followAcknowledgementLink(_ context: DashboardRequestContext) async throws -> Response {
    let (link, record) = try await linked(context)
    let changed = try await carryOut(
      .acknowledge, on: record, by: Self.linkActor + link.receiver, reason: nil, severity: link.severity)
    return try JSONReply.response(await linkView(link, changed))
  }

  private func linkView(_ link: AcknowledgementLink, _ record: AlertRecord) async -> LinkView {
    LinkView(
      patient: await hub.patient(of: record)?.name, severity: link.severity.rawValue, openedMs: record.openedAt / 1000,
      acknowledgedMs: record.acknowledgedAt.map { $0 / 1000 }, isClosed: record.closedAt != nil,
      expiresMs: link.expires * 1000)
  }

  private func linked(
    _ context: DashboardRequestContext
  ) async throws -> (AcknowledgementLink, AlertRecord) {
    guard linkLimiter.admits(context.remoteAddress, now: time.uptime()) else {
      throw APIProblem.tooManyAttempts(retryAfterSeconds: LinkLimiter.retryAfterSeconds)
    }
    let signer = try AcknowledgementSigner(planKey: await keys.recordKey(.plans))
    let link: AcknowledgementLink
    do throws(AcknowledgementLink.Refusal) {
      link = try signer.link(context.parameters.get("link") ?? "", now: time.unixMicroseconds() / 1_000_000)
    } catch {
      switch error {
      case .invalid: throw APIProblem.notFound
      case .expired: throw APIProblem.linkExpired
      }
    }
    guard let record = try await alerts.alert(link.alert) else { throw APIProblem.notFound }
    return (link, record)
  }
}
