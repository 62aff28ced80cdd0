/// Patients, devices and accounts.
extension Operation {
  static let registry: [Endpoint: Operation] = [
    .listPatients: Operation(
      "Who is registered; names for administrators alone", answers: .json(ListView<RegisteredPatientView>.self)),
    .addPatient: Operation(
      "Adds a patient; gives the pseudonym",
      body: .json(DashboardAPI.NewPatient.self, ["name": .text(1...200), "birthDate": birthDate.optional]),
      answers: .schema(.object(["patient": Parameter.pseudonym.schema])),
      problems: [
        APIProblem(AccountError(.badIdentity, "The name or the date of birth cannot be one.")), .vaultUnavailable,
      ]),
    .listDevices: Operation("Devices, and how well their data arrive", answers: .json(ListView<DeviceView>.self)),
    .assignDevice: Operation(
      "Hands a device to a patient, or to nobody", body: .json(DashboardAPI.NewAssignment.self), problems: [unknown]),
    .listAccounts: Operation("Accounts", answers: .json(ListView<AccountView>.self)),
    .addAccount: Operation(
      "Adds an account",
      body: .json(DashboardAPI.NewAccount.self, ["name": Parameter.account.schema, "password": .text(15...128)]),
      problems: [
        unknown, APIProblem(AccountError(.exists, "There is an account of that name.")),
        APIProblem(AccountError(.badName, "The name cannot be one.")),
        APIProblem(AccountError(.badRole, "Only clinicians see patients.")),
        APIProblem(AccountError(.weakPassword, "The password is too short, too long, or known.")), .overloaded,
      ]),
    .changeAccount: Operation(
      "Disables or enables an account, says whether a clinician sees everybody; never one's own",
      body: .json(DashboardAPI.AccountChange.self),
      problems: [APIProblem(AccountError(.badRole, "Only clinicians see patients."))]),
    .assignPatient: Operation(
      "Lets a clinician see a patient", problems: [APIProblem(AccountError(.badRole, "Only clinicians see patients."))]),
    .unassignPatient: Operation("Ends that a clinician sees a patient"),
  ]

  private static let unknown = APIProblem(AccountError(.unknown, "There is no such patient or account."))
  private static let birthDate = Schema.text(matching: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
}
