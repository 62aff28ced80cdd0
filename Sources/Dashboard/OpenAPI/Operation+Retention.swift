internal import Retention
internal import Store

/// What is kept for how long, and what is held.
extension Operation {
  static let retention: [Endpoint: Operation] = [
    .showRetention: Operation(
      "The policy with its history, holds, and rounds of deletion", answers: .json(RetentionView.self)),
    .planRetention: Operation(
      "A dry run: what would be deleted now and within some days",
      query: [.integer("days", RetentionForecast.daysAhead, "How far to look ahead; 30 if left out.")],
      answers: .json(RetentionPlanView.self)),
    .previewRetention: Operation(
      "What a change of the policy would delete until it counts and then; changes nothing", body: wishes,
      answers: .json(RetentionPlanView.self),
      problems: [.daysOutOfRange, .findingsShorter, .exceptionNotLonger, .nothingToChange, .changedMeanwhile].map(
        problem)),
    .changeRetention: Operation(
      "Changes how long data are kept: more at once, less after the grace", body: wishes,
      problems: [
        .daysOutOfRange, .findingsShorter, .exceptionNotLonger, .nothingToChange, .changedMeanwhile, .unknownPatient,
      ].map(problem)),
    .placeRetentionHold: Operation(
      "Places a legal hold on a patient, or on what a device recorded in a range of time",
      body: .json(
        DashboardAPI.NewRetentionHold.self,
        [
          "patient": Parameter.pseudonym.schema.optional, "device": Parameter.device.schema.optional,
          "reason": .text(1...RetentionHold.reasonLimit),
        ]),
      answers: .schema(.object(["hold": .integer])),
      problems: [.unknownPatient, .reasonMissing, .badRange].map(problem)),
    .releaseRetentionHold: Operation(
      "Ends a legal hold; not by the person who placed it",
      body: .json(DashboardAPI.HoldRelease.self, ["reason": .text(1...RetentionHold.reasonLimit)]),
      problems: [.unknownHold, .reasonMissing, .needsSecondPerson].map(problem)),
  ]

  private static let wishes = Body.json(
    DashboardAPI.RetentionWishes.self, ["patient": Parameter.pseudonym.schema.optional])

  private static func problem(_ refusal: RetentionRefusal) -> APIProblem { APIProblem(refusal) }
}
