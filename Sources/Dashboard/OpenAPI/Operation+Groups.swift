/// Groups of patients.
extension Operation {
  static let groups: [Endpoint: Operation] = [
    .listGroups: Operation(
      "Groups and who is in them; names for administrators alone", answers: .json(ListView<GroupView>.self)),
    .addGroup: Operation(
      "Makes a group; gives its public name", body: .json(DashboardAPI.NewGroup.self, ["name": groupName]),
      answers: .schema(.object(["group": Parameter.group.schema])),
      problems: [badGroupName, taken, tooMany, .vaultUnavailable]),
    .renameGroup: Operation(
      "Calls a group something else", body: .json(DashboardAPI.NewGroup.self, ["name": groupName]),
      problems: [unknownGroup, badGroupName, taken, .vaultUnavailable]),
    .removeGroup: Operation(
      "Removes a group; its patients stay, and whoever saw them with it alone sees them no more",
      problems: [unknownGroup]),
    .joinGroup: Operation("Puts a patient into a group", problems: [unknownGroup, tooMany]),
    .leaveGroup: Operation("Takes a patient out of a group"),
    .assignGroup: Operation(
      "Lets a clinician see everybody in a group, those to come included",
      problems: [unknownGroup, APIProblem(AccountError(.badRole, "Only clinicians see patients."))]),
    .unassignGroup: Operation("Ends that a clinician sees a group", problems: [unknownGroup]),
  ]

  private static let groupName = Schema.text(1...GroupName.limit)
  private static let unknownGroup = APIProblem(AccountError(.unknown, "There is no such group, patient or account."))
  private static let badGroupName = APIProblem(AccountError(.badGroupName, "The name cannot be one."))
  private static let taken = APIProblem(AccountError(.exists, "There is a group of that name."))
  private static let tooMany = APIProblem(AccountError(.limitReached, "There are as many as there may be."))
}
