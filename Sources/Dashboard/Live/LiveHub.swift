internal import Decryptor
internal import Findings
internal import KeyVaultClient
internal import Logging
internal import Sealing
internal import Store
internal import Wire

/// The one reader of the store for all pages: follows every worn device's session and fans out what is new.
///
/// Its refreshes run one after another, so that no two of them interleave. It opens nothing of a patient whom nobody who is signed
/// in may see (``Audience``), and shows nobody more than their scope.
actor LiveHub {
  /// Time between two heartbeats of an event stream.
  static let heartbeat: Duration = .seconds(2)
  /// A page that takes nothing for so many heartbeats is cut off: it is gone, or worse, pretends to listen.
  static let heartbeatsBeforeCut = 10
  /// Most open event streams: each costs a connection and at most ``EventMailbox/byteLimit``.
  static let streamLimit = 2000
  /// Rows read in one go.
  static let pageSize = 500
  /// Findings of one session read in one go; more than ``SessionFollower/firstFindings`` behind, and the rest is skipped.
  static let findingPage = 200
  /// Who is signed in is read at least so often while anything changes.
  private static let audienceInterval: Duration = .seconds(1)
  /// Every patient is looked at so often, by itself; in between only those of whom something came. With 200 patients a look at all with
  /// every commit would be most of what this process does.
  private static let sweepInterval: Duration = .milliseconds(500)

  /// One open page.
  struct Stream {
    let viewer: Viewer
    /// What it may be shown; kept up to date.
    var scope: PatientScope
    /// What it asked for; `nil` for all that it may see.
    let wanted: Set<Pseudonym>?
    let mailbox: EventMailbox
    let cut: @Sendable () -> Void
    /// Whom its page was not told of yet since it began; `nil` when it knows the present.
    var untold: Untold?

    func includes(_ patient: Pseudonym?) -> Bool {
      guard scope.includes(patient) else { return false }
      guard let wanted, let patient else { return true }
      return wanted.contains(patient)
    }
  }

  let chunks: any ChunkStore
  let alertStore: any AlertStore
  let charts: any ChartStore
  let registry: any AccessStore
  let keys: any SessionKeySource
  /// Shared with whoever answers requests, so that what is forgotten is forgotten there too.
  let findings: FindingsReader
  let strips: StripReader
  let time: Timekeeper
  let logger: Logger

  var directory = PatientDirectory()
  private(set) var audience = Audience()
  private var audienceReadAt: Duration?
  private var reading: Task<Void, Never>?
  var telemetry: [DeviceID: DeviceTelemetry] = [:]
  var followers: [DeviceID: SessionFollower] = [:]
  var book = AlertBook()
  var sessionRevision: Revision = 0
  var analysisRevision: Revision = 0
  var alertRevision: Revision = 0
  /// The last mark that was told; unknown before the first look.
  var markNumber: Int64?
  var log: EventLog
  var streams: [Int: Stream] = [:]
  var nextStream = 0
  var lastStatus: [Pseudonym: PatientStatus] = [:]
  /// Devices of which something came since the last status was told.
  var changed: Set<DeviceID> = []
  private var sweptAt: Duration?
  var isClosed = false

  /// Whether the store was read successfully at least once, and the last time too.
  private(set) var isReady = false

  init(
    chunks: any ChunkStore, findings: any FindingStore & ChartStore, alerts: any AlertStore,
    registry: any AccessStore,
    keys: any SessionKeySource, time: Timekeeper, logger: Logger
  ) throws(SealingError) {
    self.chunks = chunks
    alertStore = alerts
    charts = findings
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
    let before = reading
    let mine = Task {
      await before?.value
      await read(areas)
    }
    reading = mine
    await mine.value
  }

  /// Somebody who may see `scope` begins to look: what was closed until now is opened for them.
  func look(as viewer: Viewer, _ scope: PatientScope) async {
    guard audience.scope(of: viewer) != scope else { return }
    audienceReadAt = nil
    await refresh([.findings, .alerts])
  }

  /// Who may see a patient has changed: open pages and what is opened for them follow at once.
  func scopesChanged(about patient: Pseudonym) async {
    audienceReadAt = nil
    await refresh([.findings, .alerts])
    publish("ward", about: .patients([patient]), LiveEvent.Empty())
  }

  private func read(_ areas: Set<StoreArea>) async {
    do {
      let isSweep = isSweepDue(areas)
      let hasReadAudience = try await refreshAudience(isDue: areas.contains(.registry))
      if areas.contains(.registry) || !directory.isComplete { try await refreshRegistry() }
      if isSweep || hasReadAudience { await concealUnseen() }
      if areas.contains(.chunks) { try await refreshChunks(withTelemetry: isSweep) }
      if areas.contains(.findings) {
        try await refreshFindings()
        try await refreshMarks()
      }
      if areas.contains(.chunks) || isSweep { await refreshStrips(ofAll: isSweep) }
      if areas.contains(.alerts) { try await refreshAlerts() }
      publishStatus(ofAll: isSweep)
      isReady = true
    } catch {
      if isReady { logger.error("the store cannot be read", metadata: ["error": "\(error)"]) }
      isReady = false
    }
  }

  /// Whether every patient is to be looked at: now and then, and when anything changed that can concern them all.
  private func isSweepDue(_ areas: Set<StoreArea>) -> Bool {
    let now = time.uptime()
    if isReady, !areas.contains(.registry), let sweptAt, now - sweptAt < Self.sweepInterval { return false }
    sweptAt = now
    return true
  }

  /// - Returns: Whether it was read.
  private func refreshAudience(isDue: Bool) async throws -> Bool {
    let now = time.uptime()
    if !isDue, let audienceReadAt, now - audienceReadAt < Self.audienceInterval { return false }
    audience = try await Audience(registry: registry, now: time.unixMicroseconds())
    audienceReadAt = now
    for (number, stream) in streams where stream.scope != audience.scope(of: stream.viewer) {
      streams[number]?.scope = audience.scope(of: stream.viewer)
      stream.mailbox.restart()
    }
    return true
  }

  private func refreshRegistry() async throws {
    let fresh = try await PatientDirectory(registry: registry, keys: keys)
    let old = directory
    let known = old.patients
    directory = fresh
    // Whose group is called something else is not told by the patient's own values.
    let renamed = Set(old.groups.keys).union(fresh.groups.keys).filter { old.groups[$0] != fresh.groups[$0] }
    let changed = Set(known.keys).union(fresh.patients.keys).filter {
      known[$0] != fresh.patients[$0] || fresh.patients[$0]?.groups.contains(where: renamed.contains) == true
    }
    if !changed.isEmpty { publish("ward", about: .patients(changed), LiveEvent.Empty()) }
  }

  /// Forgets content and keys of whom nobody may see any more.
  private func concealUnseen() async {
    for (device, follower) in followers where follower.isOpened && wearer(followedBy: device) == nil {
      followers[device]?.conceal()
      await findings.forget(device)
      await strips.forget(device)
    }
    await findings.forgetUnused()
    await strips.forgetUnused()
    book.conceal { device, time in audience.includes(directory.wearer(of: device, at: time)) }
  }

  /// The patient who wears a device and whom somebody may see; `nil` where the device is not to be followed.
  func wearer(followedBy device: DeviceID) -> Pseudonym? {
    guard let follower = followers[device],
      let patient = directory.wearer(of: device, at: follower.record.lastReceivedAt), audience.includes(patient)
    else { return nil }
    return patient
  }

  // MARK: What is known

  /// Every patient of a scope as they are now, and the groups that they are in.
  func ward(for scope: PatientScope) -> (patients: [PatientStatus], groups: [WardView.Group]) {
    let seen = directory.patients.values.filter { scope.includes($0.pseudonym) }
    let groups = Set(seen.flatMap(\.groups)).map {
      WardView.Group(group: $0.name, name: directory.groups[$0]?.name?.text)
    }
    return (
      seen.map(\.pseudonym).sorted().compactMap { status(of: $0, for: scope) },
      groups.sorted { ($0.name ?? $0.group, $0.group) < ($1.name ?? $1.group, $1.group) }
    )
  }

  /// One patient as they are now; `nil` as well for a patient outside the scope.
  func status(of pseudonym: Pseudonym, for scope: PatientScope) -> PatientStatus? {
    guard let (patient, follower) = current(pseudonym, for: scope) else { return nil }
    let latest = follower?.latest
    // What lies before a long silence or an electrode without contact is not the rhythm now; nor is anything where no rate can be
    // measured now, for want of beats (asystole) or of a signal that shows them.
    let oldest = (latest?.captureTime ?? 0) - min(latest?.captureTime ?? 0, RhythmStatement.longestSpan)
    let beats = latest?.heartRate == nil ? [] : follower?.beats ?? []
    let window = beats.suffix(RhythmStatement.window).drop { $0.time < oldest }
    let state = PatientState(Self.facts(of: patient, follower), now: time.unixMicroseconds())
    let link = patient.device.flatMap { telemetry[$0] }
    return PatientStatus(
      patient: pseudonym.name, name: patient.identity?.name, groups: patient.groups.map(\.name),
      device: patient.device?.name,
      session: follower?.record.reference.session.description, state: state, link: link?.status?.rawValue,
      linkSinceMs: link?.statusSince.map { $0 / 1000 }, battery: follower?.battery,
      deviceBeats: follower?.deviceBeats, heartRate: latest?.heartRate,
      quality: latest?.quality,
      isLeadOff: latest.map { !$0.leadOff.isEmpty } ?? false,
      abnormalProbability: window.last?.abnormalProbability,
      highestAbnormalProbability: window.map(\.abnormalProbability).max(), rPeaks: latest?.beatCount ?? 0,
      abnormalBeats: latest?.abnormalBeatCount ?? 0, rhythm: RhythmStatement(window),
      capturedMs: follower.map { Self.captureEnd($0) / 1000 },
      receivedMs: follower.map { $0.record.lastReceivedAt / 1000 },
      alerts: patient.device.map { book.alerts(of: $0, since: patient.deviceSince ?? 0) } ?? .init())
  }

  /// The patient, the session that is shown, and its latest beats; `nil` as well for a patient outside the scope. A session that
  /// ended before the patient was given the device is somebody else's.
  func current(
    _ pseudonym: Pseudonym, for scope: PatientScope
  ) -> (patient: PatientDirectory.Patient, follower: SessionFollower?)? {
    guard scope.includes(pseudonym), let patient = directory.patients[pseudonym] else { return nil }
    let follower = patient.device.flatMap { followers[$0] }
    return (patient, follower.flatMap { $0.record.lastReceivedAt >= patient.deviceSince ?? 0 ? $0 : nil })
  }

  /// Whose an alert is: of who wore its device when it opened, as far as that is known.
  func patient(of alert: AlertRecord) -> Pseudonym? {
    directory.wearer(of: alert.reference.device, at: alert.openedAt)
  }

  /// Whether there is such a patient in a scope.
  func knows(_ patient: Pseudonym, in scope: PatientScope) -> Bool {
    scope.includes(patient) && directory.patients[patient] != nil
  }

  /// The devices of the patients of a scope.
  func devices(in scope: PatientScope) -> [DeviceID] { directory.devices(in: scope) }

  private static func facts(
    of patient: PatientDirectory.Patient, _ follower: SessionFollower?
  ) -> PatientState.Facts {
    var facts = PatientState.Facts()
    facts.hasDevice = patient.device != nil
    guard let follower else { return facts }
    facts.isKeyRefused = follower.isKeyRefused
    facts.lastReceivedAt = follower.record.lastReceivedAt
    facts.lastCaptureEnd = captureEnd(follower)
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
}
