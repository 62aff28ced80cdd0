import ArgumentParser
import KeyVaultClient
import Wire

/// Shuts a device out.
struct VaultRevokeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Shut a device out: no connection, no message, no key of a new session.",
    discussion: """
      Its data key protects nothing new, its certificate and its open claims are void, and its MQTT connection is cut. What
      it sent before stays readable: it is the patient's history. Waits up to 2 s until mosquitto has cut the device.

      Exit code 0: cut. Exit code 75: its keys are refused already, but the gatekeeper has not confirmed the cut yet. It
      will cut the device as soon as it is back; the same command again tells whether it has.
      """)

  @Argument(help: "The device's id.") var device: DeviceID
  @OptionGroup var access: VaultAccess
  @Option(help: "Why, for the audit log.") var reason: String

  func run() async throws {
    try await access.withVault { vault in
      let start = ContinuousClock.now
      let revocation = try await vault.revoke(device, reason: reason)
      let (seconds, attoseconds) = (ContinuousClock.now - start).components
      let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
      print("\(device) is revoked: no key of a session that is not known yet is released any more")
      guard revocation.isCut else {
        throw VaultFault.tell(
          "the gatekeeper did not confirm within 2 s: \(device) may still be connected to mosquitto until the gatekeeper is "
            + "back; see that it runs", ExitStatus.incomplete)
      }
      print("its connection to mosquitto was cut within \(milliseconds) ms of the command")
    }
  }
}

/// Lets a revoked device enrol again.
struct VaultReinstateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reinstate", abstract: "Let a revoked device enrol again, with a new claim.",
    discussion: """
      The device stays revoked until it has enrolled with a claim that is made from now on (`sealedbeat vault claim`). Its
      earlier keys open no new session for ever. If its certificate may be in foreign hands, give the device a new id
      instead: mosquitto tells devices apart by name alone.
      """)

  @Argument(help: "The device's id.") var device: DeviceID
  @OptionGroup var access: VaultAccess
  @Option(help: "Why, for the audit log.") var reason: String

  func run() async throws {
    try await access.withVault { vault in
      try await vault.reinstate(device, reason: reason)
      print("\(device) may enrol again: make a claim for it")
    }
  }
}
