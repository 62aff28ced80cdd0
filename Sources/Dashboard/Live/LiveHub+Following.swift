internal import Decryptor
internal import Findings
internal import KeyVaultClient
internal import Logging
internal import Store
internal import Wire

/// What is read of the store: sessions of all devices, and the content of those whom somebody may see.
extension LiveHub {
  func refreshChunks(withTelemetry: Bool) async throws {
    if withTelemetry {
      for device in try await chunks.devices() { telemetry[device.device] = device }
    }
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
    changed.insert(device)
    if let follower = followers[device], follower.record.reference != record.reference {
      guard record.firstReceivedAt >= follower.record.firstReceivedAt else { return }
      followers[device] = SessionFollower(record: record)
    } else {
      followers[device, default: SessionFollower(record: record)].record = record
    }
  }

  func refreshFindings() async throws {
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
      guard advanced.contains(follower.record.reference) || follower.readThrough == nil,
        let patient = wearer(followedBy: device)
      else { continue }
      await readFindings(of: device, patient: patient)
    }
  }

  /// Tells of sessions to which clinicians added something; what it says, a page asks for.
  func refreshMarks() async throws {
    guard let last = markNumber else {
      markNumber = try await charts.lastMark()
      return
    }
    let page = try await charts.marks(after: last, limit: Self.pageSize)
    for reference in Set(page.map(\.reference)) {
      guard let patient = wearer(followedBy: reference.device) else { continue }
      publish(
        "marks", about: .patients([patient]),
        LiveEvent.Marks(patient: patient.name, session: reference.session.description))
    }
    markNumber = page.last?.number ?? last
  }

  private func analysesPage() async throws(StoreError) -> [AnalysisRecord] {
    try await findingStore.analyses(changedSince: analysisRevision, limit: Self.pageSize)
  }

  private nonisolated var findingStore: any FindingStore { findings.store }

  private func readFindings(of device: DeviceID, patient: Pseudonym) async {
    followers[device]?.isOpened = true
    changed.insert(device)
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
      let beats = found.flatMap(\.beats)
      if !beats.isEmpty {
        publish(
          "beats", about: .patients([patient]),
          LiveEvent.Beats(
            beats.suffix(SessionFollower.beatLimit), patient: patient, session: follower.record.reference.session))
      }
    } catch {
      note(error, of: device)
    }
  }

  /// Strips of those of whom something came; of all, so that whoever is looked at from now on, or no longer, is noticed.
  func refreshStrips(ofAll isSweep: Bool) async {
    for device in isSweep ? Set(followers.keys) : changed {
      guard let follower = followers[device] else { continue }
      guard let patient = wearer(followedBy: device), isWatched(patient) else {
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
    followers[device]?.isOpened = true
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
      let lead = follower.lead ?? segments.first { $0.kind.isECG }?.kind
      let shown = segments.filter { $0.kind == lead || !$0.kind.isECG }
      follower.note(shown)
      followers[device] = follower
      for segment in shown {
        publish(
          "strip", about: .patients([patient]),
          LiveEvent.Strip(segment, patient: patient, session: follower.record.reference.session))
      }
    } catch {
      note(error, of: device)
    }
  }

  private func note(_ error: StripError, of device: DeviceID) {
    changed.insert(device)
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

  func refreshAlerts() async throws {
    while true {
      let page = try await alertStore.alerts(changedSince: alertRevision, limit: Self.pageSize)
      for alert in page {
        // What was resolved before we looked is of no interest to anybody who looks now.
        let isOld = alert.state == .resolved && !isReady
        if isOld { book.note(alert, severity: nil, isRead: true) } else { try await tell(alert) }
        alertRevision = max(alertRevision, alert.revision)
      }
      if page.count < Self.pageSize { break }
    }
    let unread = book.unread { device, time in audience.includes(directory.wearer(of: device, at: time)) }
    for id in unread {
      if let alert = try await alertStore.alert(id) { try await tell(alert) }
    }
  }

  /// Takes note of an alert; opens and tells it where somebody may see it.
  private func tell(_ alert: AlertRecord) async throws {
    changed.insert(alert.reference.device)
    let patient = patient(of: alert)
    guard audience.includes(patient) else {
      book.note(alert, severity: nil, isRead: false)
      return
    }
    let body = try await findings.body(of: alert)
    book.note(alert, severity: body?.severity, isRead: true)
    publish(
      "alert", about: patient.map { .patients([$0]) } ?? .nobody,
      AlertView(alert, body: body, patient: patient, now: time.unixMicroseconds()))
  }
}
