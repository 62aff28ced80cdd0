internal import Hummingbird
internal import Logging
internal import Store

/// Groups of patients, who is in them, and who cares for whole groups.
extension DashboardAPI {
  func listGroups(_ signedIn: SignedIn) async throws -> Response {
    let directory = try await PatientDirectory(registry: registry, keys: keys)
    let mayReadNames = signedIn.role == .administrator
    let items = directory.groups.sorted { $0.key < $1.key }.map { id, group in
      GroupView(
        group: id.name, name: mayReadNames ? group.name?.text : nil,
        patients: directory.patients.values.filter { $0.groups.contains(id) }.map(\.pseudonym.name).sorted(),
        createdMs: group.createdAt / 1000)
    }
    return try JSONReply.response(ListView(items: items))
  }

  struct NewGroup: Decodable {
    let name: String
  }

  func addGroup(_ request: Request, _ signedIn: SignedIn) async throws -> Response {
    let body = try await JSONReply.decode(NewGroup.self, from: request)
    let group = try await groups.create(GroupName(body.name))
    logger.info("group added", metadata: ["group": "\(group)", "account": "\(signedIn.account)"])
    return try JSONReply.response(["group": group.name])
  }

  func renameGroup(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let group = try group(context)
    let body = try await JSONReply.decode(NewGroup.self, from: request)
    try await groups.rename(group, to: GroupName(body.name))
    logger.info("group renamed", metadata: ["group": "\(group)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  func removeGroup(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    let group = try group(context)
    try await members.remove(group, by: signedIn.account)
    logger.info("group removed", metadata: ["group": "\(group)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  /// Puts a patient into a group or takes them out.
  func changeMembership(
    _ endpoint: Endpoint, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let group = try group(context)
    let pseudonym = try pseudonym(context)
    if endpoint == .joinGroup {
      try await members.add(pseudonym, to: group, by: signedIn.account)
    } else {
      try await members.remove(pseudonym, from: group, by: signedIn.account)
    }
    logger.info(
      endpoint == .joinGroup ? "patient joined" : "patient left",
      metadata: ["group": "\(group)", "patient": "\(pseudonym)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  /// Begins or ends that a clinician sees a whole group.
  func changeGroupCare(
    _ endpoint: Endpoint, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    guard let name = context.parameters.get("account") else { throw APIProblem.notFound }
    let group = try group(context)
    if endpoint == .assignGroup {
      try await accounts.assign(group, to: name, by: signedIn.account)
    } else {
      try await accounts.unassign(group, from: name, by: signedIn.account)
    }
    logger.info(
      endpoint == .assignGroup ? "group assigned" : "group unassigned",
      metadata: ["name": "\(name)", "group": "\(group)", "account": "\(signedIn.account)"])
    return Response(status: .noContent)
  }

  private func group(_ context: DashboardRequestContext) throws -> GroupID {
    guard let group = context.parameters.get("group").flatMap({ GroupID($0) }) else { throw APIProblem.notFound }
    return group
  }
}
