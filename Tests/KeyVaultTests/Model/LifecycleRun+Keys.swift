import Foundation
import KeyVault
import Sealing
import Testing
import Wire

extension LifecycleRun {
  func enrol() throws {
    let device = pickDevice()
    let test = model.devices[device].device
    test.dataKey = try SecureRandom.bytes(32)
    model.record(
      "svc.operator", .createClaim, .done, "claim/\(test.id)/\(model.log.count { $0.action == .createClaim } + 1)")
    let isRevoked = model.devices[device].isRevoked
    let enrolment = attempt(isRevoked ? .deviceRevoked : nil, "enrol \(test.id)") {
      try test.enrol(in: vault.authority)
    }
    guard !isRevoked else { return model.record("enrolment", .enrol, .refused, model.name(device)) }
    #expect(enrolment?.version.rawValue == model.devices[device].next, "\(story)")
    model.install(test.dataKey, of: device, at: time, period: vault.authority.policy.deviceKeyPeriod)
    model.record("enrolment", .enrol, .done, model.name(device, version: UInt32(model.devices[device].keys.count)))
  }

  func requestRotation() {
    let (device, actor) = (pickDevice(), person())
    let isAllowed = model.devices[device].mayRotate
    let version = attempt(isAllowed ? nil : .unknownDevice, "request rotation \(id(device))") {
      try vault.authority.requestRotation(of: id(device), actor: actor)
    }
    guard isAllowed else { return model.record(actor, .requestRotation, .refused, model.name(device)) }
    model.record(
      actor, .requestRotation, .done, model.name(device, version: UInt32(model.devices[device].keys.count)))
    model.devices[device].pending = model.devices[device].next
    #expect(version?.rawValue == model.devices[device].next, "\(story)")
  }

  func rotate() throws {
    let device = pickDevice()
    let (known, next) = (model.devices[device], model.devices[device].next)
    guard !known.keys.isEmpty else { return }
    let key = try SecureRandom.bytes(32)
    let hasLiveKey = [.active, .compromised].contains(known.keys.last?.state)
    let expected: VaultError.Code? =
      known.isRevoked
      ? .deviceRevoked : known.pending != next ? .rotationNotRequested : hasLiveKey ? nil : .stateForbids
    _ = attempt(expected, "rotate \(id(device))") {
      try known.device.rotate(in: vault.authority, version: UInt64(next), key: key)
    }
    model.record(
      "device:\(id(device))", .rotate, expected == nil ? .done : .refused, model.name(device, version: next))
    guard expected == nil else { return }
    model.install(key, of: device, at: time, period: vault.authority.policy.deviceKeyPeriod)
  }

  func change(_ action: AuditEntry.Action) {
    let (device, actor) = (pickDevice(), person())
    let states: Set<LifecycleModel.State> =
      switch action {
      case .suspend: [.active]
      case .resume: [.suspended]
      default: [.active, .suspended]
      }
    let index = model.devices[device].keys.lastIndex { states.contains($0.state) }
    _ = attempt(index == nil ? .stateForbids : nil, "\(action.rawValue) \(id(device))") {
      switch action {
      case .suspend: try vault.authority.suspend(id(device), reason: "why", actor: actor)
      case .resume: try vault.authority.resume(id(device), reason: "why", actor: actor)
      default: try vault.authority.deactivate(id(device), reason: "why", actor: actor)
      }
    }
    guard let index else { return model.record(actor, action, .refused, model.name(device)) }
    model.record(actor, action, .done, model.name(device, version: UInt32(index) + 1))
    model.devices[device].keys[index].state =
      switch action {
      case .suspend: .suspended
      case .resume: .active
      default: .deactivated
      }
  }

  func compromise() {
    let (device, actor) = (pickDevice(), person())
    let count = UInt32(model.devices[device].keys.count)
    let version: UInt32? = chance.chance(50) ? nil : UInt32.random(in: 1...count + 1, using: &chance)
    let named = (1...count + 1).filter { $0 <= count && (version == nil || version == $0) }
    let marked = named.filter {
      ![.compromised, .destroyedCompromised].contains(model.devices[device].keys[Int($0) - 1].state)
    }
    let expected: VaultError.Code? = named.isEmpty ? .unknown : marked.isEmpty ? .stateForbids : nil
    let report = attempt(expected, "compromise \(id(device)) \(version.map { "\($0)" } ?? "all")") {
      try vault.authority.reportCompromise(
        of: id(device), version: version.map { KeyVersion(rawValue: $0) }, reason: "why", actor: actor)
    }
    guard expected == nil else { return model.record(actor, .reportCompromise, .refused, model.name(device)) }
    for version in marked {
      let state = model.devices[device].keys[Int(version) - 1].state
      model.devices[device].keys[Int(version) - 1].state = state == .destroyed ? .destroyedCompromised : .compromised
      model.record(actor, .reportCompromise, .done, model.name(device, version: version))
    }
    if model.devices[device].mayRotate { model.devices[device].pending = model.devices[device].next }
    #expect(report?.versions == marked, "\(story)")
    #expect(report?.nextVersion == (model.devices[device].mayRotate ? model.devices[device].next : nil), "\(story)")
    let exposed = model.devices[device].known.filter { marked.contains($0.version) }.map {
      $0.session.session.description
    }
    #expect(report.map { Set($0.sessions.map(\.session)) } == Set(exposed), "\(story)")
  }

  func release() async throws {
    let device = pickDevice()
    let known = model.devices[device].known
    var session = try TestSession(id(device))
    if !known.isEmpty, chance.chance(60) {
      let earlier = pick(known).session
      // Now and then the same session with another IV, or another session with the same IV.
      session =
        chance.chance(80)
        ? earlier
        : TestSession(
          id(device), session: chance.chance(50) ? earlier.session : session.session,
          iv: chance.chance(50) ? earlier.iv : session.iv)
    }
    let known1 = known.first { $0.session.session == session.session }?.version
    let newest = UInt32(max(1, model.devices[device].keys.count))
    let version = known1 != nil && chance.chance(80) ? known1! : UInt32.random(in: 1...newest + 1, using: &chance)
    let purposes = pick([[SessionKeyPurpose.session], [.findings], [.session, .findings]])
    let service = pick([ServiceID.decryptor, .decryptor, .decryptor, .notifier, .broker])
    let expected = try model.release(session, of: device, version: version, purposes, for: service, at: time)
    trace.append("release \(id(device)) \(version) to \(service): \(expected.prefix(14))")
    let answer = try await vault.release(session.request(version: version, purposes), for: service)
    #expect(answer == expected, "\(story)")
  }
}
