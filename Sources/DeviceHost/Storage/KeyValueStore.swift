/// Small named blobs of a device that survive a restart, its keys among them: encrypted NVS on the board.
public protocol KeyValueStore: AnyObject {
  /// A blob, or `nil`.
  func get(_ name: String) -> [UInt8]?
  /// Sets a blob, durably and all or nothing.
  func set(_ name: String, _ bytes: [UInt8]) throws(DeviceError)
  /// Removes a blob, if it is there.
  func erase(_ name: String) throws(DeviceError)
}
