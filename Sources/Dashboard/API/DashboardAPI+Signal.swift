internal import Cardio
internal import Decryptor
internal import Findings
internal import Hummingbird
internal import Store
internal import Wire

extension DashboardAPI {
  /// Most sessions in a patient's list.
  private static let sessionLimit = 50
  /// Samples of the spectrum: six chunks, 9 s.
  private static let spectrumSamples = 6 * ChunkHeader.maximumSampleCount

  func showPatient(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    let pseudonym = try pseudonym(context)
    await hub.look(as: signedIn.viewer, signedIn.scope)
    guard let status = await hub.status(of: pseudonym, for: signedIn.scope),
      let current = await hub.current(pseudonym, for: signedIn.scope)
    else { throw APIProblem.notFound }
    var sessions: [PatientView.Session] = []
    var telemetry: DeviceView?
    if let device = current.patient.device {
      let shown = current.follower?.record.reference
      let since = current.patient.deviceSince ?? 0
      sessions = try await chunks.sessions(of: device, limit: Self.sessionLimit)
        .filter { $0.lastReceivedAt >= since }.map { PatientView.Session($0, isCurrent: $0.reference == shown) }
      telemetry = try await chunks.devices().first { $0.device == device }.map { DeviceView($0, patient: pseudonym) }
    }
    return try JSONReply.response(
      PatientView(
        status: status, birthDate: current.patient.identity?.birthDate,
        deviceSinceMs: current.patient.deviceSince.map { $0 / 1000 }, sessions: sessions, telemetry: telemetry,
        stripDelaySamples: StripSegment.delaySamples))
  }

  /// `session` (the current one), `channel` (`ecg`), `from` (a sample; default: the latest), `count` (samples; default: 10 s).
  func showStrip(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try pseudonym(context)
    let query = request.uri.queryParameters
    let record = try await session(of: pseudonym, named: query["session"], for: signedIn)
    let channel = try channel(query["channel"])
    let count = UInt64(try self.count(query["count"], limit: StripReader.sampleLimit, standard: 1250))
    let first = try await first(query["from"], count: count, channel: channel, in: record)
    let shown = try await strips.signal(of: record, channel: channel, from: first, count: Int(count))
    let last = first + count
    let session = record.reference.session
    var beats: [LiveEvent.Beat] = []
    if let opening = shown.first, let closing = shown.last {
      // A beat is complete a moment after its chunk: read a little further.
      let length = Int(closing.sequence - opening.sequence) + 12
      beats = try await findings.findings(of: record, from: opening.sequence, limit: length).flatMap(\.beats)
        .filter { $0.position >= Double(first) && $0.position < Double(last) }.map(LiveEvent.Beat.init)
    }
    return try JSONReply.response(
      StripView(
        patient: pseudonym.name, session: session.description, sampleRateHz: SampleRate.analysis.hertz,
        pieces: shown.map { LiveEvent.Strip($0, patient: pseudonym, session: session) }, beats: beats))
  }

  func showSpectrum(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    let pseudonym = try pseudonym(context)
    guard let current = await hub.current(pseudonym, for: signedIn.scope) else { throw APIProblem.notFound }
    guard let record = current.follower?.record, let latest = try await strips.latestPlace(of: .ecg, in: record) else {
      return try JSONReply.response(
        SpectrumView(
          patient: pseudonym.name, session: nil, seconds: 0, binWidthHz: nil, microvolts: [], peakHz: nil))
    }
    let end = latest.firstSample + UInt64(latest.count)
    let first = end - min(end, UInt64(Self.spectrumSamples))
    // Only what is without a gap up to the present: a spectrum across a gap would show what was never measured.
    var stretch: [Float] = []
    for segment in try await strips.signal(of: record, channel: .ecg, from: first, count: Self.spectrumSamples) {
      if segment.missingSamples > 0 || segment.samples.isEmpty { stretch = [] }
      stretch += segment.samples.map(Float.init)
    }
    let spectrum = Spectrum(stretch)
    return try JSONReply.response(
      SpectrumView(
        patient: pseudonym.name, session: record.reference.session.description,
        seconds: spectrum == nil ? 0 : Double(stretch.count) * SampleRate.analysis.interval,
        binWidthHz: spectrum?.binWidth, microvolts: spectrum?.amplitudes.map { ($0 * 10).rounded() / 10 } ?? [],
        peakHz: spectrum?.peakFrequency(above: 0.5)))
  }

  func pseudonym(_ context: DashboardRequestContext) throws -> Pseudonym {
    guard let pseudonym = context.parameters.get("pseudonym").flatMap({ Pseudonym($0) }) else {
      throw APIProblem.notFound
    }
    return pseudonym
  }

  /// A session of the device that the patient wears, since they wear it: no other can be asked for under this name.
  func session(
    of pseudonym: Pseudonym, named name: Substring?, for signedIn: SignedIn
  ) async throws -> SessionRecord {
    // The hub must know that somebody looks: it forgets what nobody may see any more.
    await hub.look(as: signedIn.viewer, signedIn.scope)
    guard let current = await hub.current(pseudonym, for: signedIn.scope), let device = current.patient.device else {
      throw APIProblem.notFound
    }
    guard let name else {
      guard let record = current.follower?.record else { throw APIProblem.notFound }
      return record
    }
    guard let session = SessionID(hex: name),
      let record = try await chunks.session(SessionReference(device: device, session: session)),
      record.lastReceivedAt >= current.patient.deviceSince ?? 0
    else { throw APIProblem.notFound }
    return record
  }

  func number(_ text: Substring) throws -> UInt64 {
    guard text.utf8.count <= 15, let number = UInt64(text) else { throw APIProblem.badRequest }
    return number
  }
}
