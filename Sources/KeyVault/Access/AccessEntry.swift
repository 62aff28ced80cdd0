package import Wire

/// Whether mosquitto should serve a device.
package enum AccessState: String, Sendable, Codable, CaseIterable {
  /// Enrolled, and not revoked since.
  case admitted
  /// No connection, no message, no new session.
  case revoked
}

/// What the gatekeeper has to know of one device.
package struct AccessEntry: Hashable, Sendable, Encodable {
  /// Which device.
  package let device: DeviceID
  /// Whether it may be served.
  package let state: AccessState
  /// The version of the data key that it is asked to make; `nil` when nothing is asked.
  package let rotateTo: KeyVersion?
  /// Revision of the access list at which this became so.
  package let revision: UInt64
}

/// A part of the access list, in the order of revisions.
package struct AccessPage: Hashable, Sendable, Encodable {
  /// Most devices in one page: an answer under 128 KiB.
  package static let limit = 1000

  /// The list up to and including this revision was told. Below the revision that was asked for, the vault is an older
  /// copy of itself: ask again from 0.
  package let revision: UInt64
  /// Whether nothing follows at the moment.
  package let complete: Bool
  /// What changed after the revision that was asked for.
  package let devices: [AccessEntry]
}
