import FirmwareCore
import Glibc
public import Wire

/// The firmware's portable core with a host's storage: one ESP32, as far as its bytes are concerned.
///
/// It decides everything (what to seal, send, keep and forget) and does nothing by itself: its caller brings samples,
/// messages and the time. Calls for one device come one at a time; different devices may be used from different threads.
public final class VirtualDevice {
  /// What it is built to do.
  public let parameters: DeviceParameters
  private let seams: CoreSeams
  private let memory: UnsafeMutableRawPointer
  private let core: OpaquePointer

  /// Starts a device on what its outbox and its key-value store hold.
  public init(
    parameters: DeviceParameters, outbox: any ChunkOutbox, values: any KeyValueStore
  ) throws(DeviceError) {
    self.parameters = parameters
    let seams = CoreSeams(outbox: outbox, values: values)
    self.seams = seams
    var config = sb_device_config_t()
    config.firmware = DeviceParameters.firmware
    config.sample_rate_millihertz = DeviceParameters.sampleRateMillihertz
    config.channel_count = UInt32(parameters.kinds.count)
    config.outbox_capacity = parameters.outboxCapacity
    config.session_capacity = parameters.sessionCapacity
    config.window = parameters.window
    config.status_interval_s = parameters.statusIntervalSeconds
    config.storage = seams.storage
    config.nvs = seams.nvs
    withUnsafeMutableBytes(of: &config.channels) { raw in
      let channels = raw.bindMemory(to: sb_channel_t.self)
      for (index, kind) in parameters.kinds.prefix(channels.count).enumerated() {
        channels[index] = sb_channel_t(
          kind: sb_kind_t(UInt32(kind.rawValue)), nanovolts_per_lsb: kind.isECG ? parameters.nanovoltsPerLSB : 0)
      }
    }
    let size = sb_device_size(&config)
    // malloc's alignment is what the core asks for.
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    var core: OpaquePointer?
    let error = parameters.device.name.withCString { name in
      config.device = name
      return CoreLock.withLock { sb_device_create(memory, size, &config, &core) }
    }
    guard error == SB_OK, let core else {
      memory.deallocate()
      throw seams.lastFailure ?? DeviceError(core: error, "starting \(parameters.device)")
    }
    self.memory = memory
    self.core = core
  }

  deinit {
    sb_device_destroy(core)
    memory.deallocate()
  }

  /// What it has done so far.
  public var statistics: DeviceStatistics {
    var stats = sb_device_stats_t()
    sb_device_stats(core, &stats)
    return DeviceStatistics(stats)
  }

  /// Why the storage last refused, if it did.
  public var lastStorageFailure: DeviceError? { seams.lastFailure }

  /// The session that is open now.
  public var session: SessionID? {
    var id = sb_session_id_t()
    return sb_device_session(core, &id) ? SessionID(id) : nil
  }

  // MARK: Enrolment and rotation

  /// Whether it has keys that the vault knows, and a certificate.
  public var isEnrolled: Bool { sb_device_is_enrolled(core) }

  /// The body of `POST /v1/enrol`.
  /// - Parameters:
  ///   - vaultKey: the vault's HPKE public key, an uncompressed P-256 point of 65 octets.
  ///   - claimToken: 32 octets.
  public func enrolmentRequest(vaultKey: [UInt8], claimToken: [UInt8]) throws(DeviceError) -> [UInt8] {
    guard vaultKey.count == Int(SB_P256_POINT_SIZE), claimToken.count == Int(SB_CLAIM_TOKEN_SIZE) else {
      throw DeviceError(.invalidInput, "the vault's key or the claim token has a wrong length")
    }
    return try message("enrolment request") { out, capacity, length in
      sb_device_enrol_request(core, vaultKey, claimToken, out, capacity, length)
    }
  }

  /// Takes the vault's answer to an enrolment.
  public func takeEnrolmentAnswer(_ answer: [UInt8]) throws(DeviceError) {
    let error = CoreLock.withLock { sb_device_on_enrol_answer(core, answer, answer.count) }
    try check(error, "enrolment answer")
  }

  /// The certificate and its issuer's, in DER.
  public func certificates() throws(DeviceError) -> (certificate: [UInt8], issuer: [UInt8]) {
    let certificate = try message("certificate") { sb_device_certificate(core, $0, $1, $2) }
    let issuer = try message("issuer") { sb_device_issuer(core, $0, $1, $2) }
    return (certificate, issuer)
  }

  /// Calls `body` with the identity key in PKCS#8 DER, and wipes it after.
  public func withPrivateKey<Result>(_ body: ([UInt8]) throws -> Result) throws -> Result {
    var der = [UInt8](repeating: 0, count: Int(SB_IDENTITY_DER_SIZE))
    defer { der.withUnsafeMutableBytes { sb_wipe($0.baseAddress, $0.count) } }
    let error = CoreLock.withLock { sb_device_private_key(core, &der) }
    try check(error, "identity key")
    return try body(der)
  }

  /// The key version that a command asked for and the vault has not confirmed.
  public var wantedKeyVersion: UInt32? {
    let version = sb_device_rotation_wanted(core)
    return version == 0 ? nil : version
  }

  /// The body of `POST /v1/rotate`.
  public func rotationRequest(vaultKey: [UInt8]) throws(DeviceError) -> [UInt8] {
    guard vaultKey.count == Int(SB_P256_POINT_SIZE) else {
      throw DeviceError(.invalidInput, "the vault's key has a wrong length")
    }
    return try message("rotation request") { sb_device_rotate_request(core, vaultKey, $0, $1, $2) }
  }

  /// Takes the vault's answer to a rotation: the session ends, and the next one uses the new key.
  public func takeRotationAnswer(_ answer: [UInt8], at time: DeviceTime) throws(DeviceError) {
    let error = CoreLock.withLock { sb_device_on_rotate_answer(core, answer, answer.count, time.core) }
    try check(error, "rotation answer")
  }

  // MARK: Samples

  /// Takes samples, the first of them taken at `time`.
  /// - Returns: false when some could not be kept and are counted as lost; ``lastStorageFailure`` may say why.
  @discardableResult
  public func push(
    _ samples: Span<Int16>, channel: Int = 0, leadOff: LeadOff = [], at time: DeviceTime
  ) throws(DeviceError) -> Bool {
    let error = samples.withUnsafeBufferPointer { samples in
      CoreLock.withLock {
        sb_device_push_samples(
          core, UInt32(channel), samples.baseAddress, samples.count, UInt8(leadOff.rawValue), time.core)
      }
    }
    if error == SB_ERR_FULL || error == SB_ERR_STORAGE { return false }
    try check(error, "samples")
    return true
  }

  /// Declares samples that the front end never got.
  public func pushLost(_ count: UInt64, channel: Int = 0, at time: DeviceTime) throws(DeviceError) {
    let error = CoreLock.withLock { sb_device_push_lost(core, UInt32(channel), count, time.core) }
    if error == SB_ERR_FULL || error == SB_ERR_STORAGE { return }
    try check(error, "lost samples")
  }

  /// Seals what is begun and ends the session with a status chunk that says so.
  public func endSession(at time: DeviceTime) {
    // What did not fit is counted as lost.
    _ = CoreLock.withLock { sb_device_end_session(core, time.core) }
  }

  // MARK: Uplink

  /// The uplink can take chunks.
  public func connected(at time: DeviceTime) { sb_device_on_connected(core, time.core) }

  /// The uplink is gone or could not be made.
  /// - Returns: the wait before the next attempt.
  public func disconnected(at time: DeviceTime) -> Duration {
    var wait: UInt32 = 0
    // Without a random number the wait has no jitter, and is still a wait.
    _ = CoreLock.withLock { sb_device_on_disconnected(core, time.core, &wait) }
    return .milliseconds(Int(wait))
  }

  /// A message on the receipt topic; a wrong one is counted.
  public func takeReceipt(_ message: [UInt8], at time: DeviceTime) {
    _ = CoreLock.withLock { sb_device_on_receipt(core, message, message.count, time.core) }
  }

  /// A message on the command topic; a wrong one is counted.
  public func takeCommand(_ message: [UInt8]) {
    _ = CoreLock.withLock { sb_device_on_command(core, message, message.count) }
  }

  /// The next chunk to publish, or `nil` while everything is in flight or nothing is connected.
  public func nextToSend(at time: DeviceTime) throws(DeviceError) -> [UInt8]? {
    var length = 0
    var error = SB_OK
    let capacity = Int(SB_CHUNK_MESSAGE_MAX)
    let message = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      error = CoreLock.withLock { sb_device_next_to_send(core, time.core, buffer.baseAddress, capacity, &length) }
      count = error == SB_OK ? length : 0
    }
    if error == SB_ERR_EMPTY { return nil }
    try check(error, "outbox")
    return message
  }

  /// Does what is due.
  /// - Returns: the monotonic time, in microseconds, of what is due next.
  @discardableResult
  public func tick(at time: DeviceTime) -> UInt64 {
    var next: UInt64 = .max
    _ = CoreLock.withLock { sb_device_tick(core, time.core, &next) }
    return next
  }

  private func check(_ error: sb_err_t, _ place: String) throws(DeviceError) {
    guard error != SB_OK else { return }
    if error == SB_ERR_STORAGE, let failure = seams.lastFailure { throw failure }
    throw DeviceError(core: error, place)
  }

  private func message(
    _ place: String, _ body: (UnsafeMutablePointer<UInt8>?, Int, UnsafeMutablePointer<Int>) -> sb_err_t
  ) throws(DeviceError) -> [UInt8] {
    var length = 0
    var error = SB_OK
    let capacity = Int(SB_ENROL_MESSAGE_MAX)
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      error = CoreLock.withLock { body(buffer.baseAddress, capacity, &length) }
      count = error == SB_OK ? length : 0
    }
    try check(error, place)
    return bytes
  }
}

/// The caller's clocks at one moment.
public struct DeviceTime: Sendable, Hashable {
  /// Never goes back; any origin.
  public var monotonicMicroseconds: UInt64
  /// Unix time.
  public var wallMicroseconds: UInt64
  /// Whether a time server has set the wall clock.
  public var isSynchronised: Bool

  /// A moment.
  public init(monotonicMicroseconds: UInt64, wallMicroseconds: UInt64, isSynchronised: Bool = true) {
    self.monotonicMicroseconds = monotonicMicroseconds
    self.wallMicroseconds = wallMicroseconds
    self.isSynchronised = isSynchronised
  }

  var core: sb_time_t {
    sb_time_t(
      monotonic_us: monotonicMicroseconds, wall_us: wallMicroseconds, wall_is_synchronised: isSynchronised)
  }
}
