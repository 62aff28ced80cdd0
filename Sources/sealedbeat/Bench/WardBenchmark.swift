import Dashboard
import Foundation
import Glibc
import KeyVaultClient
import Logging
import Sealing
import Store
import Wire

/// Runs a whole system with a number of patients behind simulated devices, opens pages, and measures the dashboard.
struct WardBenchmark: Sendable {
  private static let account = "bench"
  /// Share of the chunks that must be committed and analysed in time.
  private static let share = 0.95
  /// Longest wait until every page knows the present, in seconds.
  private static let presentLimit = 120.0

  let patients: Int
  let pages: Int
  let window: Duration
  let warmUp: Duration
  let readyFile: String?
  let directory: String
  let logger: Logger

  /// Starts everything, measures, ends everything and removes it.
  func run() async throws -> WardReport {
    let path = "\(directory)/sealedbeat-bench-ward-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await BenchSystem.run(in: path, logger: logger) { try await measure($0) }
  }

  private func measure(_ system: LocalSystem) async throws -> WardReport {
    var report = WardReport(patients: patients, pages: pages)
    report.loadAverageBefore = PipelineMachine.loadAverage
    let password = try SecureRandom.bytes(12).hex
    let fleet = BenchFleet(system: system, count: patients)
    say("claims of \(patients) devices")
    try await fleet.claim()
    try await addPeople(of: fleet, in: system, password)
    let idle = await PipelineReading(system, fleet: [])
    say("devices")
    let children = try await fleet.start()
    do {
      let isSteady = try await fleet.waitUntilSteady(children, warmUp: warmUp)
      if !isSteady { report.reason = "chunks did not come steadily" }
      say(isSteady ? "chunks come steadily" : "chunks do not come steadily")
      try await listen(system, fleet, children, password, &report)
      report.dashboard.residentBytesBefore = idle.process("dashboard")?.residentBytes ?? 0
    } catch {
      _ = await Task { await fleet.end(children) }.value
      throw error
    }
    _ = await fleet.end(children)
    return report
  }

  /// An account that sees all, and a patient for each device.
  private func addPeople(of fleet: BenchFleet, in system: LocalSystem, _ password: String) async throws {
    let running = RunningSystem(system)
    let store = try await running.store()
    try await AccountAdministration(registry: store).create(
      name: Self.account, role: .clinician, patients: .all, password: SecretBytes(copying: Array(password.utf8)))
    try await running.withVault(as: "svc.dashboard") { vault in
      let administration = PatientAdministration(registry: store, keys: vault)
      for (index, device) in fleet.devices.enumerated() {
        _ = try await administration.create(PatientIdentity(name: "Patient \(index + 1)"), wearing: device)
      }
    }
  }

  private func listen(
    _ system: LocalSystem, _ fleet: BenchFleet, _ children: [ChildProcess], _ password: String,
    _ report: inout WardReport
  ) async throws {
    let listeners = try (0..<pages).map { _ in
      try WardListener(url: system.addresses.dashboardURL, authority: system.addresses.dashboardCA)
    }
    let listening = Task {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for listener in listeners {
          group.addTask { try await listener.listen(as: Self.account, password: password) }
        }
        // The first one that ends ends all.
        try await group.next()
        group.cancelAll()
      }
    }
    let result: Result<Void, any Error>
    do {
      try await waitForPresent(listeners, listening)
      try tellReady(system, password)
      try await measure(system, fleet, children, listeners, &report)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    listening.cancel()
    _ = await listening.result
    for listener in listeners { await listener.close() }
    try result.get()
  }

  private func waitForPresent(_ listeners: [WardListener], _ listening: Task<Void, any Error>) async throws {
    let deadline = ContinuousClock.now + .seconds(Self.presentLimit)
    while !listeners.allSatisfy({ $0.heard.present != nil }) {
      guard ContinuousClock.now < deadline else {
        listening.cancel()
        try await listening.value
        throw SupervisionFault("The pages are not told the present.")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Says how to sign in, to the owner of the file alone.
  private func tellReady(_ system: LocalSystem, _ password: String) throws {
    say("measuring for \(window / .seconds(1)) s")
    guard let readyFile else { return }
    let data = try JSONEncoder().encode([
      "url": system.addresses.dashboardURL, "authority": system.addresses.dashboardCA, "account": Self.account,
      "password": password, "patients": "\(patients)",
    ])
    let temporary = "\(readyFile).\(getpid())"
    guard FileManager.default.createFile(atPath: temporary, contents: data, attributes: [.posixPermissions: 0o600])
    else { throw SupervisionFault("\(readyFile) cannot be written.") }
    guard rename(temporary, readyFile) == 0 else { throw SupervisionFault("\(readyFile) cannot be written.") }
  }

  private func measure(
    _ system: LocalSystem, _ fleet: BenchFleet, _ children: [ChildProcess], _ listeners: [WardListener],
    _ report: inout WardReport
  ) async throws {
    for listener in listeners { listener.forgetStrips() }
    let begin = Date.now.unixMicroseconds
    let first = await PipelineReading(system, fleet: children)
    let before = listeners.map(\.heard)
    try await Task.sleep(for: window)
    let last = await PipelineReading(system, fleet: children)
    let after = listeners.map(\.heard)
    try fleet.requireRunning(children)

    var size = PipelineSize(patients: patients)
    size.fill(from: first, to: last, idle: first)
    report.windowSeconds = size.windowSeconds
    report.committedChunks = size.committedChunks
    report.analysedChunks = size.analysedChunks
    report.serverLoadFraction = size.loadFraction
    report.fleetLoadFraction = size.fleetLoadFraction
    let due = Self.share * fleet.expectedPerSecond * size.windowSeconds
    report.keptUp =
      report.reason == nil && Double(size.committedChunks) >= due && Double(size.analysedChunks) >= due
    if !report.keptUp, report.reason == nil {
      report.reason = "\(size.committedChunks) committed and \(size.analysedChunks) analysed where \(Int(due)) were due"
    }
    if let process = size.processes.first(where: { $0.name == "dashboard" }) {
      report.dashboard.cpuMicrosecondsPerChunk = process.cpuMicrosecondsPerChunk
      report.dashboard.coreShare =
        (process.cpuMicrosecondsPerChunk * Double(size.committedChunks) / 1e6 / size.windowSeconds * 1000).rounded()
        / 1000
      report.dashboard.residentBytes = process.residentBytes
    }
    if let present = after.first?.present {
      report.present = .init(bytes: present.bytes, events: present.events, milliseconds: present.milliseconds.rounded())
    }
    let pages = Double(listeners.count)
    func perSecond(_ count: (WardListener.Reading) -> Int) -> Double {
      let grown = zip(before, after).reduce(0) { $0 + count($1.1) - count($1.0) }
      return (Double(grown) / pages / size.windowSeconds).rounded()
    }
    report.stream.bytesPerSecond = perSecond(\.bytes)
    report.stream.eventsPerSecond = perSecond(\.events)
    report.stream.resyncs = after.reduce(0) { $0 + $1.resyncs }
    report.arrivalToEvent = WardReport.Latency(
      try await times(of: after.flatMap(\.strips), since: begin, in: system))
  }

  /// Milliseconds from a chunk's arrival at the broker until a page had read its strip. What had arrived before `begin` was told as
  /// the past of a page that opened.
  private func times(
    of strips: [WardListener.Heard], since begin: UInt64, in system: LocalSystem
  ) async throws -> [Double] {
    let store = try await RunningSystem(system).store()
    var arrivals: [String: [UInt64: UInt64]] = [:]
    for session in try await store.sessions(changedSince: 0, limit: .max) {
      let chunks = try await store.chunks(of: session.reference, from: 0, limit: .max)
      arrivals[session.reference.session.description] = Dictionary(
        chunks.map { ($0.sequence, $0.receivedAt) }, uniquingKeysWith: { first, _ in first })
    }
    return strips.compactMap { strip in
      guard let arrival = arrivals[strip.session]?[strip.sequence], arrival >= begin else { return nil }
      return (Double(strip.at) - Double(arrival)) / 1000
    }
  }

  private func say(_ what: String) { FileHandle.standardError.write(Data("bench ward: \(what)\n".utf8)) }
}
