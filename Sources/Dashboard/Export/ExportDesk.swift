internal import AlertDelivery
internal import Cardio
internal import Decryptor
internal import Exports
internal import Findings
internal import Foundation
internal import Store
internal import Synchronization
internal import Wire

/// Puts together what leaves the system: everything but the samples beforehand, the samples window by window.
struct ExportDesk: Sendable {
  /// Exports that run at once: each reads and opens as fast as its receiver takes it.
  static let slotLimit = 4
  /// Alerts that are looked through for the episodes of a report.
  private static let alertLimit = 2000

  let strips: StripReader
  let findings: FindingsReader
  let alerts: any AlertStore
  let chart: ChartDesk
  let slots = ExportSlots()

  /// Everything but the samples.
  /// - Throws: ``APIProblem/nothingToExport`` where nothing arrived of the stretch, ``APIProblem/scaleChanges``.
  func recording(
    of record: SessionRecord, patient: PatientDirectory.Patient, range: Range<Int>
  ) async throws -> (ExportedRecording, kinds: [ChunkKind]) {
    let survey = try await strips.survey(of: record, range: range)
    guard let start = survey.start, !survey.kinds.isEmpty else { throw APIProblem.nothingToExport }
    guard !survey.isScaleChanging else { throw APIProblem.scaleChanges }
    let history = try await findings.history(of: record)
    let marks = try await chart.marks(of: record)
    let labels = ChartDesk.labels(marks)
    let beats = history.beats(in: range).map { beat in
      ExportedRecording.Beat(
        sample: max(0, Int(beat.position.rounded()) - range.lowerBound),
        label: beat.beatClass ?? (beat.isAbnormal ? .unknown : .normal),
        clinicianLabel: labels[ChartDesk.key(beat.position)].flatMap(BeatClass.init(rawValue:)))
    }
    let notes = marks.filter { $0.body.kind == .note && range.contains(Int(clamping: $0.body.sample)) }.map { mark in
      ExportedRecording.Note(
        sample: Int(clamping: mark.body.sample) - range.lowerBound,
        count: mark.body.untilSample.map { Int(clamping: $0 - mark.body.sample) } ?? 0, text: mark.body.text,
        author: mark.record.author)
    }
    let recording = ExportedRecording(
      pseudonym: patient.pseudonym.name, name: patient.identity?.name, birthDate: patient.identity?.birthDate,
      device: record.reference.device.name, session: record.reference.session.description, start: start.time,
      isClockSynchronised: start.isSynchronised, first: range.lowerBound, count: range.count,
      channels: survey.kinds.map { ExportedRecording.Channel($0.kind, nanovoltsPerLSB: $0.nanovoltsPerLSB) },
      beats: beats, notes: notes.sorted { $0.sample < $1.sample },
      present: survey.present.map { $0.lowerBound - range.lowerBound..<$0.upperBound - range.lowerBound })
    return (recording, survey.kinds.map(\.kind))
  }

  /// A window of samples.
  static func window(
    _ range: Range<Int>, of raw: inout RawSignal, kinds: [ChunkKind], origin: Int
  ) async throws(StripError) -> ExportedWindow {
    var window = ExportedWindow(
      first: range.lowerBound - origin, channels: kinds.map { _ in ExportedWindow.Samples(count: range.count) })
    for part in try await raw.parts(in: range) {
      guard let channel = kinds.firstIndex(of: part.kind) else { continue }
      let shared = (part.first..<part.first + part.samples.count).clamped(to: range)
      for sample in shared {
        let place = sample - range.lowerBound
        window.channels[channel].values[place] = part.samples[sample - part.first]
        window.channels[channel].states[place] = part.isLeadOff ? .leadOff : .measured
      }
    }
    return window
  }

  /// The report's own part: trends, and the episodes that alerts tell of, with their strips.
  func report(
    of record: SessionRecord, range: Range<Int>, language: MessageLanguage, by account: String, at now: UInt64
  ) async throws -> ReportContent {
    let history = try await findings.history(of: record)
    let labels = ChartDesk.labels(try await chart.marks(of: record))
    let records = try await alerts.alerts(
      of: record.reference.device, unresolvedOnly: false, limit: Self.alertLimit
    ).filter { $0.reference == record.reference }
    var found: [AlertBody] = []
    for alert in records {
      if let body = try await findings.body(of: alert), range.contains(Int(clamping: body.onsetSample)) {
        found.append(body)
      }
    }
    found.sort { $0.onsetSample < $1.onsetSample }
    var episodes: [ReportContent.Episode] = []
    for body in found.prefix(PDFReport.episodeLimit) {
      episodes.append(try await episode(body, of: record, history: history, labels: labels, language: language))
    }
    return ReportContent(
      trends: Trends(history, range: range, points: 400),
      intervals: NormalIntervals(history.beats(in: range), pairLimit: 0), episodes: episodes,
      omitted: found.count - episodes.count, account: account, madeAt: now)
  }

  private func episode(
    _ body: AlertBody, of record: SessionRecord, history: SessionHistory, labels: [Int: String],
    language: MessageLanguage
  ) async throws -> ReportContent.Episode {
    let rate = SampleRate.analysis.hertz
    let length = Int(PDFReport.stripSeconds * rate)
    // Two seconds before its beginning.
    let start = max(0, Int(clamping: body.onsetSample) - 250)
    let segments = try await strips.signal(of: record, channel: .ecg, from: UInt64(start), count: length)
    let runs = SignalRun.runs(of: segments).map { run in
      (second: (Double(run.first - start) - StripSegment.delaySamples) / rate, microvolts: run.samples)
    }
    let beats = history.beats(in: start..<start + length).map { beat in
      (
        second: (beat.position - Double(start)) / rate,
        label: beat.beatClass?.rawValue ?? (beat.isAbnormal ? "!" : "N"),
        clinicianLabel: labels[ChartDesk.key(beat.position)]
      )
    }
    return ReportContent.Episode(
      title: language.title(of: body.rule), severity: language.name(of: body.severity),
      onset: body.onset, seconds: body.end.map { Double($0 - min($0, body.onset)) / 1e6 },
      explanation: language.sentence(of: body), runs: runs, beats: beats,
      stripStart: history.time(at: Double(start)) ?? body.onset)
  }
}

/// How many exports run.
final class ExportSlots: Sendable {
  /// A place among those that run; it is given back when nobody holds it any more.
  final class Slot: Sendable {
    private let slots: ExportSlots

    fileprivate init(_ slots: ExportSlots) { self.slots = slots }

    deinit { slots.taken.withLock { $0 -= 1 } }
  }

  private let taken = Mutex(0)

  /// Takes a place; `nil` when none is free.
  func take() -> Slot? {
    let isFree = taken.withLock { count in
      guard count < ExportDesk.slotLimit else { return false }
      count += 1
      return true
    }
    return isFree ? Slot(self) : nil
  }
}

extension ExportedRecording.Channel {
  init(_ kind: ChunkKind, nanovoltsPerLSB: UInt32) {
    let voltage = nanovoltsPerLSB == 0 ? nil : nanovoltsPerLSB
    switch kind {
    case .ecgLeadI: self.init(name: "ECG I", nanovoltsPerStep: voltage, code: ("131329", "MDC_ECG_ELEC_POTL_I"))
    case .ecgLeadII: self.init(name: "ECG II", nanovoltsPerStep: voltage, code: ("131330", "MDC_ECG_ELEC_POTL_II"))
    case .ecgLeadIII: self.init(name: "ECG III", nanovoltsPerStep: voltage, code: ("131389", "MDC_ECG_ELEC_POTL_III"))
    case .ppgRed: self.init(name: "PPG red", nanovoltsPerStep: voltage, code: ("150452", "MDC_PULS_OXIM_PLETH"))
    case .ppgInfrared, .status:
      self.init(name: "PPG infrared", nanovoltsPerStep: voltage, code: ("150452", "MDC_PULS_OXIM_PLETH"))
    }
  }
}
