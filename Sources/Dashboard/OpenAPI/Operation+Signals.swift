internal import Exports

/// The ward, patients and signals.
extension Operation {
  static let signals: [Endpoint: Operation] = [
    .showWard: Operation("All patients that may be seen, as they are now", answers: .json(WardView.self)),
    .showPatient: Operation("One patient, with sessions and telemetry", answers: .json(PatientView.self)),
    .showStrip: Operation(
      "A stretch of ECG with its beats",
      query: [
        .session, channel, .sample("from", "The first sample; the latest stretch if left out."),
        .integer("count", 1...65_536, "Samples; 1,250 if left out."),
      ],
      answers: .json(StripView.self), problems: [.keyRefused, .vaultUnavailable]),
    .showSpectrum: Operation(
      "Amplitudes of the last 8 s, up to 50 Hz", answers: .json(SpectrumView.self),
      problems: [.keyRefused, .vaultUnavailable]),
    .showEnvelope: Operation(
      "The least and the greatest value in each bucket of up to 24 h, and where there is none, why",
      query: [
        .session, channel, .sample("from", "The first sample; the latest stretch if left out."), length(1250),
        .integer("points", 2...4096, "Most buckets; 1,024 if left out."),
      ],
      answers: .json(EnvelopeView.self), problems: opening),
    .listSessions: Operation(
      "Sessions that received anything between two times, newest first",
      query: [
        .sample("from", "Unix milliseconds; all if left out."), .sample("until", "Unix milliseconds; all if left out."),
        .integer("limit", 1...200, "Most sessions; 50 if left out."),
      ],
      answers: .json(ListView<SessionListItem>.self), problems: [.vaultUnavailable]),
    .listBeats: Operation(
      "Beats with their classes, page by page",
      query: [
        .session, first, length(nil), .flag("abnormal", "Abnormal ones alone."),
        .integer("limit", 1...2000, "Most beats; 500 if left out."),
      ],
      answers: .json(BeatListView.self), problems: opening),
    .showTrends: Operation(
      "Heart rate, beats, quality and what is missing in equal buckets, and RR intervals",
      query: [
        .session, first, length(nil), .integer("points", 2...4096, "Most buckets and intervals; 500 if left out."),
      ],
      answers: .json(TrendsView.self), problems: opening),
    .showVariability: Operation(
      "Variability of normal-to-normal intervals, and their Poincaré plot", query: [.session, first, length(nil)],
      answers: .json(VariabilityView.self), problems: opening),
    .showMorphology: Operation(
      "Beats laid over each other, their median and its intervals",
      query: [
        .session, .sample("at", "Beats before this sample; the latest if left out."),
        .integer("beats", 1...200, "How many; 30 if left out."),
      ],
      answers: .json(MorphologyView.self), problems: opening),
    .listMarks: Operation(
      "Notes and labels of clinicians", query: [.session], answers: .json(ListView<MarkView>.self), problems: opening),
    .addNote: Operation(
      "Adds a note to a session",
      body: .json(
        DashboardAPI.NewNote.self,
        [
          "session": Parameter.session.schema, "sample": sample, "untilSample": sample.optional,
          "text": .text(1...2000),
        ]),
      answers: .json(MarkView.self), problems: opening + [.badNote, .tooManyMarks]),
    .addLabel: Operation(
      "Gives a beat another label, beside the machine's",
      body: .json(
        DashboardAPI.NewLabel.self,
        [
          "session": Parameter.session.schema, "label": .choice(["N", "S", "V", "F", "Q"]), "reason": .text(1...200),
        ]),
      answers: .json(MarkView.self), problems: opening + [.reasonMissing, .tooManyMarks]),
    .exportSession: Operation(
      "A session, or a stretch of it, as a file",
      query: [
        .session, .choice("format", ExportFormat.allCases.map(\.rawValue), "The format; csv if left out."),
        .choice("language", ReportLanguage.allCases.map(\.rawValue), "What a PDF is written in; en if left out."),
        first,
        length(nil),
      ],
      answers: .file([
        "text/csv", "application/x-tar", "application/octet-stream", "application/fhir+json", "application/pdf",
      ]), problems: opening + [.overloaded, .nothingToExport, .scaleChanges]),
    .listChartEvents: Operation(
      "Who took what out of sessions, and who added to them: the latest 500",
      answers: .json(ListView<ChartEventView>.self)),
    .streamEvents: Operation(
      "The live event stream",
      query: [
        Parameter("patients", "Pseudonyms, separated by commas; all that may be seen if left out.", .text(0...4000)),
        Parameter("after", "The last event's id that is known; as the header Last-Event-ID.", .text(0...100)),
      ],
      answers: .events, problems: [.overloaded]),
  ]

  private static let opening: [APIProblem] = [.keyRefused, .vaultUnavailable]
  private static let channel = Parameter.choice(
    "channel", ["ecg", "ppg-red", "ppg-infrared"], "The signal; the ECG if left out.")
  private static let first = Parameter.sample("from", "The first sample; see count.")
  private static let sample = Schema.integer(0...21_600_000)

  private static func length(_ standard: Int?) -> Parameter {
    .integer(
      "count", 1...10_800_000, "Samples; \(standard.map(String.init) ?? "the whole session") if left out.")
  }
}
