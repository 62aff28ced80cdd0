package import Wire

/// Names for tests.
package enum Names {
  // A valid device id.
  package static let device = DeviceID("sb-test-1")!
  // Sixteen bytes make a session id.
  package static func session(_ number: UInt8 = 1) -> SessionID { SessionID([UInt8](repeating: number, count: 16))! }
  package static let reference = SessionReference(device: device, session: session())
}
