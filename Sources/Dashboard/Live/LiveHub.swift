internal import Decryptor
internal import Findings
internal import KeyVaultClient
internal import Logging
internal import Sealing
internal import Store
internal import Wire

/// The one reader of the store for all pages: follows every worn device's session and fans out what is new.
///
/// Its refreshes run one after another (``LiveHub/run(changes:)`` calls them in turn), so that no two of them interleave.
actor LiveHub {
  /// Time between two heartbeats of an event stream.
  static let heartbeat: Duration = .seconds(2)
  /// A page that takes nothing for so many heartbeats is cut off: it is gone, or worse, pretends to listen.
  static let heartbeatsBeforeCut = 10
  /// Most open event streams: each costs a connection and at most ``EventMailbox/byteLimit``.
  static let streamLimit = 2000
  /// Rows read in one go.
  private static let pageSize = 500
  /// Findings of one session read in one go; more than ``SessionFollower/firstFindings`` behind, and the rest is skipped.
  private static let findingPage = 200
  /// Registry and links are read at least so often, whatever is announced.
  private static let slowInterval: Duration = .seconds(5)

  private struct Stream {
    let patients: Set<String>?
    let mailbox: EventMailbox
    let cut: @Sendable () -> Void
  }

  private let chunks: any ChunkStore
  private let alertStore: any AlertStore
  private let registry: any RegistryStore
  private let keys: any SessionKeySource
  private let findings: FindingsReader
  private let strips: StripReader
  private let time: Timekeeper
  private let logger: Logger

  private var directory = PatientDirectory()
  private var telemetry: [DeviceID: DeviceTelemetry] = [:]
  private var followers: [DeviceID: SessionFollower] = [:]
  private var book = AlertBook()
  private var sessionRevision: Revision = 0
  private var analysisRevision: Revision = 0
  private var alertRevision: Revision = 0
  private var log: EventLog
  private var streams: [Int: Stream] = [:]
  private var nextStream = 0
  private var lastStatus: [Pseudonym: PatientStatus] = [:]
  private var isClosed = false

  /// Whether the store was read successfully at least once, and the last time too.
  private(set) var isReady = false

  init(
    chunks: any ChunkStore, findings: any FindingStore, alerts: any AlertStore, registry: any RegistryStore,
    keys: any SessionKeySource, time: Timekeeper, logger: Logger
  ) throws(SealingError) {
    self.chunks = chunks
    alertStore = alerts
    self.registry = registry
    self.keys = keys
    self.findings = FindingsReader(store: findings, chunks: chunks, keys: keys, time: time)
    strips = StripReader(chunks: chunks, keys: keys, time: time)
    self.time = time
    self.logger = logger
    log = EventLog(epoch: try SecureRandom.bytes(4).hex)
  }

  // MARK: Reading the store

  /// Reads what is new in some areas and tells the streams.
  func refresh(_ areas: Set<StoreArea>) async {
    do {
      if areas.contains(.registry) || !directory.isComplete { try await refreshRegistry() }
      if areas.contains(.chunks) { try await refreshChunks() }
      if areas.contains(.findings) { try await refreshFindings() }
      if areas.contains(.chunks) { await refreshStrips() }
      if areas.contains(.alerts) { try await refreshAlerts() }
      publishStatus()
      isReady = true
    } catch {
      if isReady { logger.error("the store cannot be read", metadata: ["error": "\(error)"]) }
      isReady = false
    }
  }

  private func refreshRegistry() async throws {
    let fresh = try await PatientDirectory(registry: registry, keys: keys)
    let hasChanged = fresh.patients != directory.patients
    directory = fresh
    if hasChanged { publish("ward", patient: nil, LiveEvent.Empty()) }
  }

  private func refreshChunks() async throws {
    for device in try await chunks.devices() { telemetry[device.device] = device }
    while true {
      let page = try await chunks.sessions(changedSince: sessionRevision, limit: Self.pageSize)
      for record in page {
        sessionRevision = max(sessionRevision, record.revision)
        note(record)
      }
      if page.count < Self.pageSize { return }
    }
  }

  /// The session that began last on the server's clock is the one that is shown: a device's own clock may be wrong.
  private func note(_ record: SessionRecord) {
    let device = record.reference.device
    if let follower = followers[device], follower.record.reference != record.reference {
      guard record.firstReceivedAt >= follower.record.firstReceivedAt else { return }
      followers[device] = SessionFollower(record: record)
    } else {
      followers[device, default: SessionFollower(record: record)].record = record
    }
  }

  private func refreshFindings() async throws {
    var advanced: Set<SessionReference> = []
    while true {
      let page = try await analysesPage()
      for analysis in page {
        analysisRevision = max(analysisRevision, analysis.revision)
        advanced.insert(analysis.reference)
      }
      if page.count < Self.pageSize { break }
    }
    for (device, follower) in followers {
      guard advanced.contains(follower.record.reference) || follower.readThrough == nil else { continue }
      await readFindings(of: device)
    }
  }

  private func analysesPage() async throws(StoreError) -> [AnalysisRecord] {
    try await findingStore.analyses(changedSince: analysisRevision, limit: Self.pageSize)
  }

  private nonisolated var findingStore: any FindingStore { findings.store }

  private func readFindings(of device: DeviceID) async {
    guard var follower = followers[device] else { return }
    do {
      let found: [Finding]
      if let through = follower.readThrough {
        let page = try await findings.findings(of: follower.record, from: through + 1, limit: Self.findingPage)
        found =
          page.count < Self.findingPage
          ? page : try await findings.latestFindings(of: follower.record, count: SessionFollower.firstFindings)
      } else {
        found = try await findings.latestFindings(of: follower.record, count: SessionFollower.firstFindings)
      }
      follower.isKeyRefused = false
      let isFirst = follower.readThrough == nil
      follower.note(found, at: isFirst ? (follower.record.lastReceivedAt) : time.unixMicroseconds())
      followers[device] = follower
      guard let patient = directory.wearers[device] else { return }
      let beats = found.flatMap(\.beats)
      if !beats.isEmpty {
        publish(
          "beats", patient: patient,
          LiveEvent.Beats(
            beats.suffix(SessionFollower.beatLimit), patient: patient, session: follower.record.reference.session))
      }
    } catch {
      note(error, of: device)
    }
  }

  private func refreshStrips() async {
    for (device, follower) in followers {
      guard let patient = directory.wearers[device], isWatched(patient) else {
        if follower.strip != nil {
          followers[device]?.strip = nil
          followers[device]?.pieces = []
        }
        continue
      }
      await readStrip(of: device, patient: patient)
    }
  }

  private func readStrip(of device: DeviceID, patient: Pseudonym) async {
    guard var follower = followers[device], let contiguous = follower.record.contiguous else { return }
    var strip =
      follower.strip
      ?? LiveStrip(
        reader: strips, of: follower.record.reference,
        from: contiguous + 1 - min(contiguous + 1, UInt64(SessionFollower.stripLimit)))
    do {
      let segments = try await strip.advance(to: follower.record)
      follower.strip = strip
      follower.isKeyRefused = false
      let lead = follower.lead ?? segments.first?.kind
      let shown = segments.filter { $0.kind == lead }
      follower.note(shown)
      followers[device] = follower
      for segment in shown {
        publish(
          "strip", patient: patient,
          LiveEvent.Strip(segment, patient: patient, session: follower.record.reference.session))
      }
    } catch {
      note(error, of: device)
    }
  }

  private func note(_ error: StripError, of device: DeviceID) {
    switch error {
    case .keyRefused(let refusal):
      if followers[device]?.isKeyRefused == false {
        logger.notice("key refused", metadata: ["device": "\(device)", "refusal": "\(refusal.rawValue)"])
      }
      followers[device]?.isKeyRefused = true
    case .vault(let cause): logger.warning("the vault cannot be asked", metadata: ["error": "\(cause)"])
    case .store(let cause): logger.warning("the store cannot be read", metadata: ["error": "\(cause)"])
    }
  }

  private func refreshAlerts() async throws {
    while true {
      let page = try await alertStore.alerts(changedSince: alertRevision, limit: Self.pageSize)
      for alert in page {
        // What was resolved before we looked is of no interest to anybody who looks now.
        let isOld = alert.state == .resolved && !isReady
        let body = isOld ? nil : try await findings.body(of: alert)
        book.note(alert, severity: body?.severity)
        alertRevision = max(alertRevision, alert.revision)
        guard !isOld else { continue }
        let patient = directory.wearers[alert.reference.device]
        publish("alert", patient: patient, AlertView(alert, body: body, patient: patient))
      }
      if page.count < Self.pageSize { return }
    }
  }

  // MARK: What is known

  /// Every patient as they are now.
  func ward() -> [PatientStatus] {
    directory.patients.keys.sorted().compactMap(status)
  }

  /// One patient as they are now.
  func status(of pseudonym: Pseudonym) -> PatientStatus? {
    guard let patient = directory.patients[pseudonym] else { return nil }
    let follower = patient.device.flatMap { followers[$0] }
    let latest = follower?.latest
    let window = (follower?.beats ?? []).suffix(RhythmStatement.window)
    let state = PatientState(facts(of: patient), now: time.unixMicroseconds())
    let link = patient.device.flatMap { telemetry[$0] }
    return PatientStatus(
      patient: pseudonym.name, name: patient.identity?.name, device: patient.device?.name,
      session: follower?.record.reference.session.description, state: state, link: link?.status?.rawValue,
      linkSinceMs: link?.statusSince.map { $0 / 1000 }, heartRate: latest?.heartRate, quality: latest?.quality,
      isLeadOff: latest.map { !$0.leadOff.isEmpty } ?? false,
      abnormalProbability: window.last?.abnormalProbability,
      highestAbnormalProbability: window.map(\.abnormalProbability).max(), rPeaks: latest?.beatCount ?? 0,
      abnormalBeats: latest?.abnormalBeatCount ?? 0, rhythm: RhythmStatement(window),
      capturedMs: follower.map { Self.captureEnd($0) / 1000 },
      receivedMs: follower.map { $0.record.lastReceivedAt / 1000 },
      alerts: patient.device.map { book.alerts(of: $0) } ?? .init())
  }

  /// The patient, the session that is shown, and its latest beats.
  func current(_ pseudonym: Pseudonym) -> (patient: PatientDirectory.Patient, follower: SessionFollower?)? {
    guard let patient = directory.patients[pseudonym] else { return nil }
    return (patient, patient.device.flatMap { followers[$0] })
  }

  /// Who wears a device.
  func wearer(of device: DeviceID) -> Pseudonym? { directory.wearers[device] }

  private func facts(of patient: PatientDirectory.Patient) -> PatientState.Facts {
    var facts = PatientState.Facts()
    facts.hasDevice = patient.device != nil
    guard let device = patient.device, let follower = followers[device] else { return facts }
    facts.isKeyRefused = follower.isKeyRefused
    facts.lastReceivedAt = follower.record.lastReceivedAt
    facts.lastCaptureEnd = Self.captureEnd(follower)
    facts.isClockSynchronised = follower.latest?.isClockSynchronised ?? false
    facts.lastFindingReceivedAt = follower.findingsReceivedAt
    facts.isLeadOff = follower.latest.map { !$0.leadOff.isEmpty } ?? false
    facts.quality = follower.latest?.quality
    return facts
  }

  /// A chunk's capture time is its first sample's; it ends 1.496 s later.
  private static func captureEnd(_ follower: SessionFollower) -> UInt64 {
    follower.record.lastCaptureTime + UInt64(ChunkHeader.maximumSampleCount) * 8000
  }

  // MARK: Telling

  /// Publishes every status that changed, by itself or because time passed.
  private func publishStatus() {
    for pseudonym in directory.patients.keys {
      guard let status = status(of: pseudonym), lastStatus[pseudonym] != status else { continue }
      let isNewLink = lastStatus[pseudonym]?.link != status.link
      lastStatus[pseudonym] = status
      publish("vitals", patient: pseudonym, status)
      if isNewLink { publish("link", patient: pseudonym, status) }
    }
  }

  private func publish(_ name: String, patient: Pseudonym?, _ data: some Encodable) {
    guard let bytes = try? JSONReply.encode(data) else { return }
    let entry = log.append(name, patient: patient?.name, data: bytes)
    for stream in streams.values where Self.wants(stream.patients, entry.patient) { stream.mailbox.put([entry.bytes]) }
  }

  private static func wants(_ patients: Set<String>?, _ patient: String?) -> Bool {
    guard let patients, let patient else { return true }
    return patients.contains(patient)
  }

  private func isWatched(_ patient: Pseudonym) -> Bool {
    streams.values.contains { Self.wants($0.patients, patient.name) }
  }

  // MARK: Streams

  /// Opens a stream; `nil` when there are too many.
  /// - Parameters:
  ///   - patients: Pseudonyms to tell of; `nil` for all.
  ///   - lastID: The last event that the page saw, if it saw any.
  ///   - cut: Ends the connection of a page that has stopped reading.
  func open(
    patients: Set<String>?, after lastID: String?, cut: @escaping @Sendable () -> Void
  ) -> (number: Int, mailbox: EventMailbox)? {
    guard streams.count < Self.streamLimit, !isClosed else { return nil }
    let mailbox = EventMailbox()
    if let lastID, case .events(let missed) = log.resume(after: lastID) {
      mailbox.put(missed.filter { Self.wants(patients, $0.patient) }.map(\.bytes))
    } else {
      mailbox.put(snapshot(patients: patients, isRestart: lastID != nil))
    }
    nextStream += 1
    streams[nextStream] = Stream(patients: patients, mailbox: mailbox, cut: cut)
    return (nextStream, mailbox)
  }

  /// Closes a stream.
  func close(stream number: Int) {
    streams[number]?.mailbox.close()
    streams[number] = nil
  }

  /// Closes all streams and opens no more: the server is going down.
  func closeAll() {
    isClosed = true
    for number in Array(streams.keys) { close(stream: number) }
  }

  /// Open streams.
  var streamCount: Int { streams.count }

  /// The present: what a page needs to begin.
  func snapshot(patients: Set<String>?, isRestart: Bool) -> [[UInt8]] {
    var events: [[UInt8]] = []
    func add(_ name: String, _ data: some Encodable) {
      guard let bytes = try? JSONReply.encode(data) else { return }
      events.append(ServerSentEvent.encode(name, id: nil, data: bytes))
    }
    if isRestart { add("resync", LiveEvent.Empty()) }
    for pseudonym in directory.patients.keys.sorted() where Self.wants(patients, pseudonym.name) {
      guard let status = status(of: pseudonym) else { continue }
      add("vitals", status)
      guard let follower = directory.patients[pseudonym]?.device.flatMap({ followers[$0] }) else { continue }
      let session = follower.record.reference.session
      for piece in follower.pieces { add("strip", LiveEvent.Strip(piece, patient: pseudonym, session: session)) }
      if !follower.beats.isEmpty {
        add(
          "beats", LiveEvent.Beats(follower.beats.suffix(RhythmStatement.window), patient: pseudonym, session: session))
      }
    }
    // The id of the present, so that a page that goes away now comes back here.
    if let bytes = try? JSONReply.encode(clock) {
      events.append(ServerSentEvent.encode("clock", id: log.latestID, data: bytes))
    }
    return events
  }

  private var clock: LiveEvent.Clock { LiveEvent.Clock(nowMs: time.unixMicroseconds() / 1000) }

  /// One heartbeat to every stream; cuts those that take nothing.
  func beat() {
    guard let data = try? JSONReply.encode(clock) else { return }
    let bytes = ServerSentEvent.encode("clock", id: nil, data: data)
    for (number, stream) in streams where stream.mailbox.beat(bytes) > Self.heartbeatsBeforeCut {
      stream.cut()
      close(stream: number)
    }
  }
}
