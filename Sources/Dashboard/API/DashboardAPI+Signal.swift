internal import Cardio
internal import Decryptor
internal import Findings
internal import Hummingbird
internal import Store
internal import Wire

extension DashboardAPI {
  /// Most sessions in a patient's list.
  private static let sessionLimit = 50
  /// Most samples of one strip: ten minutes.
  private static let sampleLimit = 75_000
  /// Chunks that make up the spectrum's 8 s.
  private static let spectrumChunks = 6

  func showPatient(_ context: DashboardRequestContext, _ signedIn: SignedIn) async throws -> Response {
    let pseudonym = try pseudonym(context)
    await hub.look(as: signedIn.account, signedIn.scope)
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

  /// `session` (the current one), `from` (a sample; default: the latest), `count` (samples; default: 10 s).
  func showStrip(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try pseudonym(context)
    let query = request.uri.queryParameters
    let record = try await session(of: pseudonym, named: query["session"], for: signedIn.scope)
    let count = try query["count"].map { try number($0) } ?? 1250
    guard (1...UInt64(Self.sampleLimit)).contains(count) else { throw APIProblem.badRequest }
    let perChunk = UInt64(ChunkHeader.maximumSampleCount)
    let segments: [StripSegment]
    var first: UInt64 = 0
    if let from = try query["from"].map({ try number($0) }) {
      first = from
      let sequence = try await sequence(holding: from, in: record)
      segments = try await strips.strip(of: record, from: sequence, count: Int(count / perChunk) + 3)
    } else {
      segments = try await strips.latestStrip(of: record, count: Int(count / perChunk) + 2)
      first = segments.last.map { $0.firstSample + UInt64($0.sampleCount) - min(count, $0.firstSample) } ?? 0
    }
    let last = first + count
    let shown = segments.filter { $0.firstSample + UInt64($0.sampleCount) > first && $0.firstSample < last }
    let session = record.reference.session
    var beats: [LiveEvent.Beat] = []
    if let opening = shown.first, let closing = shown.last {
      // A beat is complete a moment after its chunk: read a little further.
      let length = Int(closing.sequence - opening.sequence) + 4
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
    guard let record = current.follower?.record else {
      return try JSONReply.response(
        SpectrumView(
          patient: pseudonym.name, session: nil, seconds: 0, binWidthHz: nil, microvolts: [], peakHz: nil))
    }
    // Only what is without a gap up to the present: a spectrum across a gap would show what was never measured.
    var stretch: [Float] = []
    for segment in try await strips.latestStrip(of: record, count: Self.spectrumChunks) {
      if segment.missingSamples > 0 || segment.microvolts.isEmpty { stretch = [] }
      stretch += segment.microvolts.map(Float.init)
    }
    let spectrum = Spectrum(stretch)
    return try JSONReply.response(
      SpectrumView(
        patient: pseudonym.name, session: record.reference.session.description,
        seconds: spectrum == nil ? 0 : Double(stretch.count) * SampleRate.analysis.interval,
        binWidthHz: spectrum?.binWidth, microvolts: spectrum?.amplitudes.map { ($0 * 10).rounded() / 10 } ?? [],
        peakHz: spectrum?.peakFrequency(above: 0.5)))
  }

  private func pseudonym(_ context: DashboardRequestContext) throws -> Pseudonym {
    guard let pseudonym = context.parameters.get("pseudonym").flatMap({ Pseudonym($0) }) else {
      throw APIProblem.notFound
    }
    return pseudonym
  }

  /// A session of the device that the patient wears, since they wear it: no other can be asked for under this name.
  private func session(
    of pseudonym: Pseudonym, named name: Substring?, for scope: PatientScope
  ) async throws -> SessionRecord {
    guard let current = await hub.current(pseudonym, for: scope), let device = current.patient.device else {
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

  /// The sequence number at or shortly before a sample, by bisection over the headers, which are in the clear.
  private func sequence(holding sample: UInt64, in record: SessionRecord) async throws -> UInt64 {
    var low: UInt64 = 0
    var high = record.contiguous ?? 0
    while low < high {
      let middle = low + (high - low + 1) / 2
      let header = try await chunks.chunks(of: record.reference, from: middle, limit: 4).lazy
        .compactMap { try? SealedChunk(decoding: $0.message).header }.first { $0.kind.isECG }
      if let header, header.firstSample <= sample { low = middle } else { high = middle - 1 }
    }
    return low
  }

  private func number(_ text: Substring) throws -> UInt64 {
    guard text.utf8.count <= 15, let number = UInt64(text) else { throw APIProblem.badRequest }
    return number
  }
}
