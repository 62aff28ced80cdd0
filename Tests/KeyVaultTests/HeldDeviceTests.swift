import KeyVault
import KeyVaultClient
import Testing
import Wire

@Suite("Which devices are held, for the retention service")
struct HeldDeviceTests {
  @Test("It learns the names of held devices, and may do nothing else; nobody else may ask")
  func heldDevices() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let retention = try vault.client(.retention)
      #expect(try await retention.heldDevices().isEmpty)
      try vault.authority.hold(device.id, reason: "court order 7", actor: "person:alice")
      #expect(try await retention.heldDevices() == [device.id])
      let entries = try vault.authority.auditEntries(from: 0, limit: 1_000)
      #expect(entries.contains { $0.actor == "svc.retention" && $0.object == "/v1/held-devices" })
      try vault.authority.releaseHold(device.id, reason: "over", actor: "person:bert")
      #expect(try await retention.heldDevices().isEmpty)
      await #expect(throws: KeyVaultError.self) { try await retention.recordKey(.patients) }
      await retention.close()
      let administrator = try VaultOperator(
        VaultClientConfiguration(
          url: vault.serviceURL, credentials: "\(vault.directory)/credentials/\(ServiceID.retention)"))
      await #expect(throws: KeyVaultError.self) { try await administrator.read(.holds) }
      await #expect(throws: KeyVaultError.self) { try await administrator.read(.report) }
      await administrator.close()
      for service in [ServiceID.broker, .gatekeeper, .decryptor, .notifier, .dashboard, .operatorConsole] {
        let stranger = try vault.client(service)
        await #expect(throws: KeyVaultError.self, "\(service)") { try await stranger.heldDevices() }
        await stranger.close()
      }
    }
  }
}
