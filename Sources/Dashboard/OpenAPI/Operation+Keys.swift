internal import HTTPTypes
internal import Store

/// Keys: what the vault takes and gives. Its types are not ours to see, so that their form is written down here; the tests hold it
/// against what a real vault answers.
extension Operation {
  static let keys: [Endpoint: Operation] = [
    .showKeyReport: asking("The overview of all keys", .schema(VaultSchemas.report)),
    .listDeviceKeys: asking(
      "Devices and their keys, at most 1,000",
      query: [Parameter("after", "The device after which the list begins.", .text(0...32))],
      .schema(.list(VaultSchemas.device))),
    .showDeviceKeys: asking("One device and its keys", .schema(VaultSchemas.device)),
    .showKeyHistory: asking("Every move in the life of a device's keys", .schema(.list(VaultSchemas.transition))),
    .listClaims: asking("Claims that could be used now", .schema(.list(VaultSchemas.claim))),
    .createClaim: asking(
      "Lets a device enrol: a claim, told this one time",
      body: .schema(
        .object(["device": Parameter.device.schema, "minutes": .integer(KeyRequest.claimMinutes).optional])),
      .json(ClaimView.self)),
    .revokeClaim: asking("Takes a claim back", body: .schema(.object([:])), done),
    .rotateKey: asking("Asks a device for a new key", body: .schema(.object([:])), version),
    .revokeDevice: asking(
      "Shuts a device out", body: reason,
      .schema(
        .object([
          "device": Parameter.device.schema, "revoked": .microseconds, "isCut": .boolean, "milliseconds": .integer,
        ]))),
    .reinstateDevice: asking("Lets a revoked device enrol again", body: reason, done),
    .suspendKey: asking("Suspends a device's key", body: reason, version),
    .resumeKey: asking("Ends a suspension", body: reason, version),
    .deactivateKey: asking("Ends the time of a device's key", body: reason, version),
    .reportCompromise: asking(
      "Reports keys of a device as compromised; tells what they expose",
      body: .schema(.object(["reason": reasonText, "version": .integer(1...Int(Int32.max)).optional])),
      .json(ExposureView.self)),
    .showCompromise: asking("What compromised keys of a device expose", .json(ExposureView.self)),
    .proposeDestruction: asking(
      "Proposes to destroy all keys of a device; a second person has to agree",
      body: .schema(
        .object([
          "reason": reasonText, "days": .integer(KeyRequest.destructionDays), "confirmation": Parameter.device.schema,
        ])), .schema(VaultSchemas.proposal)),
    .cancelDestruction: asking("Takes a scheduled destruction back", body: reason, done),
    .showCertificate: asking(
      "The signed certificate of a destruction",
      .schema(.object(["statement": .string, "signature": .string, "publicKey": .string]))),
    .listDestructions: asking("Destructions", .schema(.list(VaultSchemas.destruction))),
    .holdKeys: asking("Sets a legal hold on a device's keys", body: reason, done),
    .releaseKeys: asking("Releases a legal hold", body: reason, done),
    .listHolds: asking("Legal holds", .schema(.list(VaultSchemas.hold))),
    .listProposals: asking("What waits for a second person, and what did", .schema(.list(VaultSchemas.proposal))),
    .approveProposal: asking(
      "Agrees to a proposal of somebody else", body: .schema(.object([:])), .schema(VaultSchemas.proposal)),
    .withdrawProposal: asking("Takes a proposal back", body: reason, .schema(VaultSchemas.proposal)),
    .rotateTenantKey: asking(
      "Makes a new tenant key-encryption key", body: reason,
      .schema(.object(["version": .integer]))),
    .startRewrap: asking(
      "Moves every key under the present tenant key", body: .schema(.object([:])), .schema(VaultSchemas.rewrap)),
    .showRewrap: asking("How far the rewrap is", .schema(VaultSchemas.rewrap)),
    .listPeople: asking("Persons with a certificate of their own at the vault", .schema(.list(VaultSchemas.person))),
    .listAudit: asking(
      "Up to 1,000 entries of the vault's audit log",
      query: [.sample("from", "The number of the first entry; 1 if left out.")], .schema(.list(VaultSchemas.auditEntry))
    ),
    .verifyAudit: asking("Has the vault verify its whole audit log", .schema(VaultSchemas.verification)),
  ]

  /// The vault may be away, and refuses by rules of its own.
  private static func asking(
    _ summary: String, query: [Parameter] = [], body: Body? = nil, _ answer: Answer
  ) -> Operation {
    Operation(
      summary, query: query, body: body, answers: answer,
      problems: (body == nil ? [] : [.reasonMissing]) + refusalsOfTheVault)
  }

  private static let refusalsOfTheVault: [APIProblem] = [
    .vaultUnavailable,
    APIProblem(status: .badRequest, code: "bad-request", reason: "The vault cannot make sense of it."),
    APIProblem(status: .forbidden, code: "forbidden", reason: "The vault does not allow that to this person."),
    APIProblem(status: .notFound, code: "unknown", reason: "The vault knows no such device, key, claim or proposal."),
    APIProblem(
      status: .conflict, code: "state-forbids",
      reason:
        "The key's state, a legal hold (`legal-hold`) or a missing second person (`needs-second-person`) forbids it."),
    APIProblem(status: .tooManyRequests, code: "too-many", reason: "The vault asks to come back later."),
  ]
  private static let reasonText = Schema.text(PersonsLine.reasonLength)
  private static let reason = Body.schema(.object(["reason": reasonText]))
  private static let done = Answer.schema(.object(["done": .boolean]))
  private static let version = Answer.schema(.object(["device": Parameter.device.schema, "version": .integer]))
}
