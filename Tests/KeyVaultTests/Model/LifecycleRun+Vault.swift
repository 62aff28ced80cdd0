import Foundation
import KeyVault
import Sealing
import Testing
import Wire

extension LifecycleRun {
  // MARK: destruction

  func proposeDestruction() {
    let (device, actor, days) = (pickDevice(), person(), Int.random(in: 6...31, using: &chance))
    let isInRange = (7...30).contains(days)
    let expected: VaultError.Code? =
      !isInRange
      ? .badRequest
      : actor == Self.console ? .needsSecondPerson : model.devices[device].hasKeyLeft ? nil : .unknownDevice
    let proposal = attempt(expected, "propose destruction \(id(device))") {
      try vault.authority.proposeDestruction(of: id(device), days: days, reason: "why", actor: actor)
    }
    guard isInRange else { return }
    guard let proposal else { return model.record(actor, .propose, .refused, model.name(device)) }
    model.record(actor, .propose, .done, "proposal/\(proposal.id)")
    model.proposals.append(
      .init(id: proposal.id, device: device, proposer: actor, days: days, expires: time + 7 * 86_400_000_000))
  }

  private func isSamePerson(_ first: String, _ second: String) -> Bool {
    func name(_ actor: String) -> Substring { actor.split(separator: ":").last ?? "" }
    return name(first) == name(second)
  }

  func approve() {
    guard !model.proposals.isEmpty else { return }
    let index = Int.random(in: 0..<model.proposals.count, using: &chance)
    let (proposal, actor) = (model.proposals[index], person())
    let device = model.devices[proposal.device]
    let expected: VaultError.Code? =
      !proposal.isOpen || proposal.expires <= time
      ? .stateForbids
      : actor == Self.console || isSamePerson(proposal.proposer, actor)
        ? .needsSecondPerson : device.destruction != nil || !device.hasKeyLeft ? .stateForbids : nil
    _ = attempt(expected, "approve \(proposal.id) by \(actor)") {
      try vault.authority.approve(proposal.id, actor: actor)
    }
    model.record(actor, .approve, expected == nil ? .done : .refused, "proposal/\(proposal.id)")
    guard expected == nil else { return }
    model.record(actor, .scheduleDestruction, .done, model.name(proposal.device))
    model.proposals[index].isOpen = false
    model.devices[proposal.device].destruction = (
      time + UInt64(proposal.days) * 86_400_000_000, model.observed + Int64(proposal.days) * 86_400,
      device.keys.count
    )
  }

  func withdraw() {
    guard !model.proposals.isEmpty else { return }
    let index = Int.random(in: 0..<model.proposals.count, using: &chance)
    let (proposal, actor) = (model.proposals[index], person())
    let isOpen = proposal.isOpen && proposal.expires > time
    _ = attempt(isOpen ? nil : .stateForbids, "withdraw \(proposal.id)") {
      try vault.authority.withdraw(proposal.id, reason: "why", actor: actor)
    }
    model.record(actor, .withdraw, isOpen ? .done : .refused, "proposal/\(proposal.id)")
    if isOpen { model.proposals[index].isOpen = false }
  }

  func cancel() {
    let (device, actor) = (pickDevice(), person())
    let isScheduled = model.devices[device].destruction != nil
    _ = attempt(isScheduled ? nil : .unknown, "cancel \(id(device))") {
      try vault.authority.cancelDestruction(of: id(device), reason: "why", actor: actor)
    }
    model.record(actor, .cancelDestruction, isScheduled ? .done : .refused, model.name(device))
    model.devices[device].destruction = nil
  }

  func hold() {
    let (device, actor) = (pickDevice(), person())
    let isKnown = !model.devices[device].keys.isEmpty
    _ = attempt(isKnown ? nil : .unknownDevice, "hold \(id(device))") {
      try vault.authority.hold(id(device), reason: "court", actor: actor)
    }
    model.record(actor, .legalHold, isKnown ? .done : .refused, model.name(device))
    if isKnown, model.devices[device].hold == nil { model.devices[device].hold = actor }
  }

  func releaseHold() {
    let (device, actor) = (pickDevice(), person())
    let setter = model.devices[device].hold
    let expected: VaultError.Code? =
      setter.map { actor == Self.console || isSamePerson($0, actor) ? .needsSecondPerson : nil } ?? .unknown
    _ = attempt(expected, "release hold \(id(device))") {
      try vault.authority.releaseHold(id(device), reason: "why", actor: actor)
    }
    model.record(actor, .releaseHold, expected == nil ? .done : .refused, model.name(device))
    if expected == nil { model.devices[device].hold = nil }
  }

  // MARK: time

  func moveClock() {
    let days = pick([-40.0, -1, -0.01, 0.01, 1, 8, 31, 95])
    trace.append("the clock moves by \(days) days")
    vault.clock.advance(by: days * 86_400)
  }

  /// Many rounds of upkeep at once.
  func letTimeGoBy() throws {
    let seconds = pick([3_600, 86_400 * 8, 86_400 * 31] as [Int64])
    trace.append("\(seconds) s go by")
    model.observed += seconds
    try vault.observe(seconds: seconds)
    vault.clock.advance(by: Double(seconds))
    try upkeep(elapsed: 0, wall: 0)
  }

  func upkeep(elapsed: Double? = nil, wall: Double? = nil) throws {
    let elapsed = elapsed ?? pick([0, 1, 30, 119, 500])
    let wall = wall ?? elapsed + pick([0, 0, 3, -3, 1e7, -1e7])
    let round = Int64(max(0, min(elapsed, max(0, wall))).rounded())
    if abs(wall - elapsed) > 5 { model.record("vault", .clock, .done, "vault") }
    model.observed += min(120, round)
    let rotating = model.devices.indices.filter { index in
      let device = model.devices[index]
      return device.pending == nil && !device.isRevoked
        && device.keys.contains { $0.state == .active && $0.due <= time }
    }
    for device in rotating { model.devices[device].pending = model.devices[device].next }
    let due = model.devices.indices.filter { index in
      model.devices[index].destruction.map { $0.due <= time && $0.observedDue <= model.observed } ?? false
        && model.devices[index].hold == nil
    }
    trace.append("upkeep \(elapsed) \(wall): rotates \(rotating), destroys \(due)")
    model.sweep(at: time)
    let upkeep = try vault.authority.upkeep(elapsed: elapsed, wall: wall)
    #expect(Set(upkeep.rotations) == Set(rotating.map { id($0) }), "\(story)")
    #expect(Set(upkeep.destructions) == Set(due.map { id($0) }), "\(story)")
    for device in due {
      // Their order is that of the approvals, which the log tells; the model only knows that they are there.
      var before = model.log
      model.shred(device)
      before = Array(model.log[before.count...])
      if due.count > 1 { model.log.removeLast(before.count) }
      keptBackup?.isVoid = true
    }
  }

  // MARK: the vault's own keys, its file, its grants

  func rotateTenantKey() {
    model.tenantKey += 1
    let version = attempt(nil, "rotate tenant key") {
      try vault.authority.rotateTenantKey(reason: "why", actor: "svc.operator")
    }
    #expect(version == model.tenantKey, "\(story)")
    model.record("svc.operator", .rotateTenant, .done, "tenant-kek/\(model.tenantKey)")
  }

  func rewrap() throws {
    trace.append("rewrap")
    var position: KeyAuthority.RewrapPosition? = .start
    while let next = position { position = try vault.authority.rewrap(after: next, actor: "vault") }
    let progress = try vault.authority.rewrapProgress()
    #expect(progress.version == model.tenantKey && progress.remaining == 0, "\(story)")
  }

  func closeAndOpen() throws {
    trace.append("close and open")
    try vault.reopen()
    model.record("local", .close, .done, "vault")
    model.record("local", .open, .done, "vault")
  }

  func backUp() throws {
    let (path, recovery) = try vault.backup()
    model.record("svc.operator", .backup, .done, "backup/\(recovery.keyVersion)")
    trace.append("backup \(recovery.keyVersion)")
    if chance.chance(50) {
      trace.append("goes on from the backup")
      try vault.move(to: vault.restore(path, recovery))
      model.record("local", .restore, .done, "vault")
    } else {
      keptBackup = (path, recovery, false)
    }
  }

  /// Opens what was kept: as long as nothing was destroyed since, with the present recovery file.
  func openKeptBackup() throws {
    guard let kept = keptBackup else { return }
    let present = try vault.authority.recoveryFile()
    _ = attempt(kept.isVoid ? .unopenable : nil, "restore of an earlier backup") {
      try vault.restore(kept.path, present)
    }
  }

  func changeGrants() throws {
    if !model.grants.isEmpty, chance.chance(30) {
      let grant = model.grants.remove(at: Int.random(in: 0..<model.grants.count, using: &chance))
      _ = attempt(nil, "remove grant \(grant.id)") { try vault.authority.removeGrant(grant.id, actor: "svc.operator") }
      return model.record("svc.operator", .removeGrant, .done, "grant/\(grant.id)")
    }
    let device = chance.chance(40) ? pickDevice() : nil
    let (service, purpose) = (
      pick([ServiceID.decryptor, .notifier, .broker]), pick([GrantPurpose.session, .findings])
    )
    let expires = chance.chance(20) ? time + 86_400_000_000 : nil
    let grant = attempt(service == .broker ? .forbidden : nil, "grant \(service) \(purpose)") {
      try vault.authority.addGrant(
        service, device: device.map { id($0) }, purpose: purpose, expires: expires, actor: "svc.operator")
    }
    guard let grant else { return model.record("svc.operator", .addGrant, .refused, "grant/\(service)") }
    model.record("svc.operator", .addGrant, .done, "grant/\(grant.id)")
    model.grants.removeAll { $0.service == service && $0.device == device && $0.purpose == purpose }
    model.grants.append((grant.id, service, device, purpose, expires))
  }
}
