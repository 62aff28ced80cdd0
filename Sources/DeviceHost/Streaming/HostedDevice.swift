import Wire

/// A device's state on a host: a folder with its outbox and its encrypted values.
public struct HostedDevice: Sendable {
  /// The folder.
  public let directory: String
  /// The file with the key of the encrypted values: what the eFuse key is on the board.
  public let keyFile: String

  /// Names the places; without `keyFile` it is `storage.key` in the folder, which keeps nothing from somebody who has
  /// the whole folder: put it elsewhere in earnest.
  public init(directory: String, keyFile: String? = nil) {
    self.directory = directory
    self.keyFile = keyFile ?? directory + "/storage.key"
  }

  /// Opens the device, with its outbox in a file or, for a fleet, in memory.
  public func open(_ parameters: DeviceParameters, outboxInMemory: Bool = false) throws(DeviceError) -> VirtualDevice {
    try FileSystem.makeDirectory(directory)
    let values = try EncryptedKeyValueFile(path: directory + "/nvs.sealed", keyFile: keyFile)
    let outbox: any ChunkOutbox = outboxInMemory ? MemoryOutbox() : try OutboxFile(path: directory + "/outbox.log")
    return try VirtualDevice(parameters: parameters, outbox: outbox, values: values)
  }

  /// The device's bundle: the one at `path` where there is one, otherwise what was kept at the enrolment.
  public func bundle(given path: String?) throws(DeviceError) -> ProvisioningBundle {
    let kept = directory + "/provisioning.json"
    for candidate in [path, kept].compactMap({ $0 }) where try FileSystem.read(candidate, limit: 1) != nil {
      return try ProvisioningBundle(file: candidate)
    }
    throw DeviceError(
      .invalidInput,
      path.map { "there is no provisioning bundle at \($0)" }
        ?? "\(directory) is new: a first run needs a provisioning bundle")
  }

  /// Enrols the device unless it is enrolled, and keeps the bundle without its token.
  /// - Returns: whether it was new.
  @discardableResult
  public func enrolIfNew(
    _ device: VirtualDevice, with bundle: ProvisioningBundle
  ) async throws(DeviceError) -> Bool {
    guard !device.isEnrolled else { return false }
    let request = try device.enrolmentRequest(vaultKey: bundle.vaultKey(), claimToken: bundle.claimTokenBytes())
    let answer = try await VaultClient(bundle).enrol(request)
    try bundle.withoutToken.write(to: directory + "/provisioning.json")
    try device.takeEnrolmentAnswer(answer)
    return true
  }
}
