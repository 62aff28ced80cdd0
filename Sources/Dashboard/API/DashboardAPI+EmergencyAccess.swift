internal import HTTPTypes
internal import Hummingbird
internal import Store

/// Patients outside the assignment.
extension DashboardAPI {
  struct Opening: Decodable {
    let reason: String?
  }

  /// Opens a patient for the account, at once for its open pages too.
  func openEmergencyAccess(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    guard let pseudonym = context.parameters.get("pseudonym").flatMap({ Pseudonym($0) }) else {
      throw APIProblem.notFound
    }
    let body = try await JSONReply.decode(Opening.self, from: request)
    let access = try await emergencies.open(pseudonym, because: body.reason, for: signedIn)
    await hub.scopesChanged(about: pseudonym)
    return try JSONReply.response(OpenAccessView(access))
  }

  func listOwnEmergencyAccess(_ signedIn: SignedIn) async throws -> Response {
    try JSONReply.response(ListView(items: try await emergencies.open(by: signedIn.account).map(OpenAccessView.init)))
  }

  func endEmergencyAccess(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    guard let id = context.parameters.get("access").flatMap({ AccessID(hex: $0) }) else { throw APIProblem.notFound }
    let access = try await emergencies.end(id, for: signedIn)
    await hub.scopesChanged(about: access.pseudonym)
    return Response(status: .noContent)
  }

  func listEmergencyAccess() async throws -> Response {
    try JSONReply.response(ListView(items: try await emergencies.record()))
  }
}
