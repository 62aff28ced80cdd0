public import Sealing
internal import Synchronization
public import Wire

/// A stand-in for the vault that holds device keys in memory: for tests and benchmarks of the services that ask for keys.
///
/// It derives exactly what the vault derives, and can be told to refuse or to be out of reach.
public final class FixedKeySource: SessionKeySource {
  private struct State {
    var deviceKeys: [DeviceID: [KeyVersion: SecretBytes]]
    var refusals: [DeviceID: SessionKeyRefusal] = [:]
    var failure: KeyVaultError?
    var requestCount = 0
  }

  private let recordSecret: SecretBytes
  private let state: Mutex<State>

  /// Holds device keys, by device and version, and one record key.
  /// - Parameters:
  ///   - deviceKeys: 32 bytes each.
  ///   - recordKey: 32 bytes; random if left out.
  public init(
    deviceKeys: [DeviceID: [KeyVersion: SecretBytes]] = [:], recordKey: SecretBytes? = nil
  ) throws(SealingError) {
    recordSecret = if let recordKey { recordKey } else { try SecretBytes(randomCount: AEAD.keySize) }
    state = Mutex(State(deviceKeys: deviceKeys))
  }

  /// Adds or replaces a key of a device.
  public func setKey(_ key: SecretBytes, for device: DeviceID, version: KeyVersion = KeyVersion(rawValue: 1)) {
    state.withLock { $0.deviceKeys[device, default: [:]][version] = key }
  }

  /// Refuses every request for a device from now on; `nil` grants them again.
  public func refuse(_ device: DeviceID, _ refusal: SessionKeyRefusal?) {
    state.withLock { $0.refusals[device] = refusal }
  }

  /// Fails every call from now on, as an unreachable vault would; `nil` answers them again.
  public func fail(_ failure: KeyVaultError?) {
    state.withLock { $0.failure = failure }
  }

  /// How many session-key requests were answered so far.
  public var requestCount: Int { state.withLock { $0.requestCount } }

  /// Derives or refuses, one answer for each request, in order.
  public func sessionKeys(_ requests: [SessionKeyRequest]) async throws(KeyVaultError) -> [SessionKeyAnswer] {
    guard requests.count <= SessionKeyRequest.batchLimit else { throw .forbidden("batch over the limit") }
    let failure = state.withLock { state in
      state.requestCount += requests.count
      return state.failure
    }
    if let failure { throw failure }
    var answers: [SessionKeyAnswer] = []
    for request in requests { answers.append(try answer(request)) }
    return answers
  }

  /// The one record key.
  public func recordKey(_ purpose: RecordKeyPurpose) async throws(KeyVaultError) -> SecretBytes {
    if let failure = state.withLock({ $0.failure }) { throw failure }
    return recordSecret
  }

  private func answer(_ request: SessionKeyRequest) throws(KeyVaultError) -> SessionKeyAnswer {
    let device = request.reference.device
    let (refusal, key) = state.withLock { ($0.refusals[device], $0.deviceKeys[device]?[request.keyVersion]) }
    if let refusal { return .refused(refusal) }
    guard let key else { return .refused(.unknownKey) }
    do {
      var keys: [SessionKeyPurpose: SessionKey] = [:]
      for purpose in request.purposes {
        keys[purpose] = try SessionKey(
          deviceKey: key, device: device, session: request.reference.session, iv: request.iv, purpose: purpose)
      }
      return .released(keys)
    } catch {
      throw .badAnswer("key derivation failed")
    }
  }
}
