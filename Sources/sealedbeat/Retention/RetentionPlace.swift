import Foundation
import KeyVaultClient
import Retention
import Store
import Wire

/// Where retention is administered from the console: the store of a data directory, and the vault if it can be asked.
struct RetentionPlace {
  let settings: Settings
  let store: SQLiteStore

  /// Opens the store.
  init(_ settings: Settings, writing areas: Set<StoreArea>) async throws {
    self.settings = settings
    store = try await SQLiteStore.open(
      directory: DataDirectory(settings[Keys.dataDirectory]).store, writing: areas,
      options: SQLiteStoreOptions(overwritesDeleted: true))
  }

  var desk: RetentionDesk { RetentionDesk(store: store, setting: settings[Keys.retentionDays]) }

  /// The vault, with the identity of the retention service: a running `sealedbeat up` has it, else the credentials directory.
  func withVault<Value>(_ body: (any HeldDeviceSource) async throws -> Value) async throws -> Value {
    if RunningSystem.isRunning(dataDirectory: settings[Keys.dataDirectory]) {
      return try await RunningSystem(dataDirectory: settings[Keys.dataDirectory]).withVault(as: "svc.retention", body)
    }
    return try await ServiceProcess.vault(settings).whileOpen(body)
  }

  /// Which devices the vault holds; a vault that cannot be asked is no error here, because it changes what is shown.
  func vaultHolds() async -> RetentionDesk.VaultHolds {
    (try? await withVault { .known(try await $0.heldDevices()) }) ?? .unreadable
  }

  static func now() -> UnixMicroseconds { Date.now.unixMicroseconds }

  /// ISO 8601 in UTC.
  static func text(_ time: UnixMicroseconds) -> String {
    Date(timeIntervalSince1970: Double(time) / 1e6).formatted(.iso8601)
  }
}

extension RetentionRefusal {
  /// As what a command ends with.
  var fault: ConfigurationFault { ConfigurationFault(sentence) }
}
