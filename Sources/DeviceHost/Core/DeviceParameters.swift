import FirmwareCore
public import Wire

/// What a device is built to do; the board's `Kconfig`.
public struct DeviceParameters: Sendable {
  /// Its name.
  public var device: DeviceID
  /// What its channels measure, in order; at most four.
  public var kinds: [ChunkKind]
  /// Chunks that it can hold without a receipt. 65,536 are 27 hours of one lead.
  public var outboxCapacity: UInt32 = 65_536
  /// Sessions that can have chunks without a receipt at once.
  public var sessionCapacity: UInt32 = 64
  /// Chunks of one session in flight at once.
  public var window: UInt32 = 64
  /// Seconds between two status chunks; 0 for none but the first and last of a session.
  public var statusIntervalSeconds: UInt32 = 60
  /// What a sample is worth, in nanovolts at the electrode.
  public var nanovoltsPerLSB: UInt32 = 1_000

  /// Version 1.0.0 of the firmware.
  static let firmware: UInt32 = 1 << 16
  /// 125 Hz.
  static let sampleRateMillihertz: UInt32 = 125_000

  /// The channels of a device with a finger clip: one lead, then red and infrared light.
  public static let kindsWithPulse: [ChunkKind] = [.ecgLeadII, .ppgRed, .ppgInfrared]

  /// The standard device with one channel for each kind.
  public init(device: DeviceID, kinds: [ChunkKind] = [.ecgLeadII]) {
    self.device = device
    self.kinds = kinds
  }
}
