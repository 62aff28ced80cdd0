/// The ward, patients and signals.
extension Operation {
  static let signals: [Endpoint: Operation] = [
    .showWard: Operation("All patients that may be seen, as they are now", answers: .json(WardView.self)),
    .showPatient: Operation("One patient, with sessions and telemetry", answers: .json(PatientView.self)),
    .showStrip: Operation(
      "A stretch of ECG with its beats",
      query: [
        .session, .sample("from", "The first sample; the latest stretch if left out."),
        .integer("count", 1...75_000, "Samples; 1,250 if left out."),
      ],
      answers: .json(StripView.self), problems: [.keyRefused, .vaultUnavailable]),
    .showSpectrum: Operation(
      "Amplitudes of the last 8 s, up to 50 Hz", answers: .json(SpectrumView.self),
      problems: [.keyRefused, .vaultUnavailable]),
    .streamEvents: Operation(
      "The live event stream",
      query: [
        Parameter("patients", "Pseudonyms, separated by commas; all that may be seen if left out.", .text(0...4000)),
        Parameter("after", "The last event's id that is known; as the header Last-Event-ID.", .text(0...100)),
      ],
      answers: .events, problems: [.overloaded]),
  ]
}
