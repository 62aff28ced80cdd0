internal import Exports
internal import HTTPTypes

/// FHIR R4.
extension Operation {
  static let fhir: [Endpoint: Operation] = [
    .showCapabilities: Operation("What the FHIR server can do", answers: .fhir("CapabilityStatement")),
    .searchPatients: searching(
      "Patients that may be seen", [Parameter("_id", "A pseudonym.", Parameter.pseudonym.schema)]),
    .readPatient: Operation("A patient", answers: .fhir("Patient"), problems: [.vaultUnavailable]),
    .searchFHIRDevices: searching("Devices of patients that may be seen", [patient]),
    .readFHIRDevice: Operation("A device", answers: .fhir("Device")),
    .searchObservations: searching(
      "Heart rates and ECG strips of a patient's session, oldest first",
      [
        Parameter("patient", "The pseudonym, also as Patient/P-….", reference, isRequired: true),
        .choice("code", FHIR.Observed.allCases.flatMap(\.searchTerms), "Heart rate or ECG; heart rate if left out."),
        .session,
      ], [.notFound, .keyRefused, .vaultUnavailable]),
    .readObservation: Operation(
      "A heart rate or an ECG strip", answers: .fhir("Observation"), problems: [.keyRefused, .vaultUnavailable]),
    .searchAuditEvents: Operation(
      "What was done to keys, accounts, charts and alerts, and outside assignments, oldest first",
      query: [
        Parameter("date", "When; may stand twice, for a period.", .text(matching: FHIRDate.pattern)),
        Parameter("agent", "Who did it: an account, also as urn:sealedbeat:account|NAME, or a service.", name),
        Parameter("agent-name", "The same.", name),
        Parameter("patient", "About whom, also as Patient/P-….", reference),
        Parameter(
          "entity", "About what: Patient/P-…, Device/… or Group/G-….",
          .text(matching: "^(Patient/P-|Device/|Group/G-)[A-Za-z0-9-]{1,32}$")),
        Parameter("entity-name", "About which account.", name),
        Parameter("type", "A code, also as SYSTEM|CODE.", .text(1...200)),
        Parameter("subtype", "A code, also as SYSTEM|CODE.", .text(1...200)),
        .choice("outcome", ["0", "4", "8", "12"], "How it ended: 0 is success."),
        .integer("_count", 1...FHIR.pageLimit, "Resources in an answer; 50 if left out."),
        Parameter(
          "_page", "Where the page begins: as the link `next` of the page before says.",
          .text(matching: AuditCursor.pattern)),
      ], answers: .fhir("Bundle"), problems: [.vaultUnavailable] + vault),
    .readAuditEvent: Operation(
      "One thing that was done", answers: .fhir("AuditEvent"), problems: [.vaultUnavailable] + vault),
  ]

  private static let vault = [
    APIProblem(status: .forbidden, code: "forbidden", reason: "The vault does not allow that to this person."),
    APIProblem(status: .tooManyRequests, code: "too-many", reason: "The vault asks to come back later."),
  ]
  private static let name = Schema.text(1...FHIRSearch.nameLimit)
  private static let reference = Schema.text(matching: "^(Patient/)?P-[A-Z2-9]{4,12}$")
  private static let patient = Parameter("patient", "The pseudonym of who wears it, also as Patient/P-….", reference)

  private static func searching(
    _ summary: String, _ query: [Parameter], _ problems: [APIProblem] = [.vaultUnavailable]
  ) -> Operation {
    Operation(
      summary,
      query: query + [
        .integer("_count", 1...FHIR.pageLimit, "Resources in an answer; 50 if left out."),
        .sample("_from", "Where the page begins: as the link `next` of the page before says."),
      ], answers: .fhir("Bundle"), problems: problems)
  }
}
