import Foundation
import KeyVault
import Sealing
import Testing
import Wire
import X509

@Suite("Rotation, suspension, grants")
struct LifecycleTests {
  private func released(
    _ authority: KeyAuthority, _ request: ReleaseRequest, for service: ServiceID = .decryptor
  ) async throws -> String {
    let answer = try await authority.sessionKeys([request], for: service)
    return switch answer[0] {
    case .released(let keys): keys[0].secret.withUnsafeBytes { $0.hex }
    case .refused(let refusal): refusal.rawValue
    }
  }

  private func hex(_ key: SessionKey) -> String { key.secret.withUnsafeBytes { $0.hex } }

  @Test("After a rotation old sessions stay readable and new ones use the new key")
  func rotates() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      _ = try authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      let device = try TestDevice("pump-1")
      try device.enrol(in: authority)
      let session = try TestSession(device.id)
      let first = try hex(session.key(from: device.dataKey))
      #expect(try await released(authority, session.request()) == first)

      let next = try SecureRandom.bytes(32)
      #expect(throws: VaultError(.rotationNotRequested, "")) {
        try device.rotate(in: authority, version: 2, key: next)
      }
      #expect(try authority.requestRotation(of: device.id, actor: "svc.operator").rawValue == 2)
      #expect(try authority.requestRotation(of: device.id, actor: "svc.operator").rawValue == 2)
      for version in [0, 1, 3, UInt64(UInt32.max)] {
        #expect(throws: VaultError(.unexpectedVersion, "")) {
          try device.rotate(in: authority, version: version, key: next)
        }
      }
      #expect(throws: VaultError(.keyReused, "")) {
        try device.rotate(in: authority, version: 2, key: device.dataKey)
      }
      #expect(try device.rotate(in: authority, version: 2, key: next).rawValue == 2)
      // The answer was lost: the same request again answers the same, another key does not.
      #expect(try device.rotate(in: authority, version: 2, key: next).rawValue == 2)
      #expect(throws: VaultError(.unexpectedVersion, "")) {
        try device.rotate(in: authority, version: 2, key: SecureRandom.bytes(32))
      }
      let report = try authority.device(device.id)
      #expect(report.keys.map(\.state) == [.deactivated, .active])
      #expect(report.pendingVersion == nil)
      #expect(try await released(authority, session.request()) == first)
      // The same session under another key would be the same IV for another purpose: only a new session gets the new key.
      #expect(try await released(authority, session.request(version: 2)) == "iv-repeated")
      let second = try TestSession(device.id)
      #expect(try await released(authority, second.request(version: 2)) == hex(second.key(from: next)))
    }
  }

  @Test("A certificate that a later enrolment replaced may not rotate")
  func replacedCertificate() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      let device = try TestDevice("pump-1")
      try device.enrol(in: authority)
      let old = device.certificate
      device.dataKey = try SecureRandom.bytes(32)
      #expect(try device.enrol(in: authority).version.rawValue == 2)
      _ = try authority.requestRotation(of: device.id, actor: "svc.operator")
      device.certificate = old
      #expect(throws: VaultError(.forbidden, "")) {
        try device.rotate(in: authority, version: 3, key: SecureRandom.bytes(32))
      }
    }
  }

  @Test("A suspended key releases nothing until it is resumed, and does not rotate")
  func suspends() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      _ = try authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      let device = try TestDevice("pump-1")
      try device.enrol(in: authority)
      let session = try TestSession(device.id)
      let key = try hex(session.key(from: device.dataKey))
      #expect(try await released(authority, session.request()) == key)
      _ = try authority.requestRotation(of: device.id, actor: "svc.operator")
      _ = try authority.suspend(device.id, reason: "lost", actor: "svc.operator")
      #expect(try await released(authority, session.request()) == "state-forbids")
      #expect(throws: VaultError(.stateForbids, "")) {
        try device.rotate(in: authority, version: 2, key: SecureRandom.bytes(32))
      }
      #expect(throws: VaultError(.stateForbids, "")) {
        try authority.suspend(device.id, reason: "again", actor: "svc.operator")
      }
      _ = try authority.resume(device.id, reason: "found", actor: "svc.operator")
      #expect(try await released(authority, session.request()) == key)
    }
  }

  @Test("A grant can name one device, end, and be taken away")
  func grants() async throws {
    try await TemporaryDirectory.with { directory in
      let clock = TestClock()
      let authority = try RunningVault.newVault(in: directory, clock: clock)
      let devices = try [TestDevice("pump-1"), TestDevice("pump-2")]
      for device in devices { try device.enrol(in: authority) }
      let sessions = try devices.map { try TestSession($0.id) }
      #expect(try await released(authority, sessions[0].request()) == "no-grant")
      let grant = try authority.addGrant(.decryptor, device: devices[0].id, purpose: .session, actor: "svc.operator")
      #expect(try await released(authority, sessions[0].request()).count == 64)
      #expect(try await released(authority, sessions[1].request()) == "no-grant")
      #expect(try await released(authority, sessions[0].request(SessionKeyPurpose.allCases)) == "no-grant")
      try authority.removeGrant(grant.id, actor: "svc.operator")
      #expect(try await released(authority, sessions[0].request()) == "no-grant")
      let end = UInt64(clock.now.timeIntervalSince1970 * 1e6) + 10_000_000
      _ = try authority.addGrant(
        .decryptor, device: devices[1].id, purpose: .session, expires: end, actor: "svc.operator")
      #expect(try await released(authority, sessions[1].request()).count == 64)
      clock.advance(by: 11)
      #expect(try await released(authority, sessions[1].request()) == "no-grant")
      #expect(throws: VaultError(.badRequest, "")) {
        try authority.addGrant(.dashboard, device: devices[0].id, purpose: .patients, actor: "svc.operator")
      }
    }
  }

  @Test("What a provisioning grants first is least privilege, and stays taken away")
  func firstGrants() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      try authority.provision(directory: directory + "/credentials", allowsDisk: true)
      let grants = try authority.grants()
      #expect(
        Set(grants.map { "\($0.service) \($0.purpose.rawValue)" }) == [
          "svc.decryptor session", "svc.decryptor findings", "svc.notifier findings", "svc.dashboard session",
          "svc.dashboard findings", "svc.dashboard patients", "svc.dashboard people", "svc.dashboard plans",
          "svc.notifier plans",
        ])
      try authority.removeGrant(grants[0].id, actor: "svc.operator")
      try authority.provision(directory: directory + "/credentials", allowsDisk: true)
      #expect(try authority.grants().count == grants.count - 1)
    }
  }
}

extension ReleaseRequest {
  fileprivate init(_ session: TestSession, _ purposes: [SessionKeyPurpose]) {
    self.init(
      device: session.device, session: session.session, iv: session.iv, version: KeyVersion(rawValue: 1),
      purposes: purposes)
  }
}

extension TestSession {
  fileprivate func request(_ purposes: [SessionKeyPurpose]) -> ReleaseRequest { ReleaseRequest(self, purposes) }
}
