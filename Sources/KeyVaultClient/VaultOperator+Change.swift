internal import Foundation
internal import NIOHTTP1
package import Wire

extension VaultOperator {
  /// What changes keys or what may be done with them, beside what has a method of its own.
  package enum Change: Sendable {
    /// Ends the time of a device's key.
    case deactivate(DeviceID)
    /// Marks keys as compromised; all of a device without a version.
    case reportCompromise(DeviceID, version: UInt32?)
    /// Makes a session known that appeared after its key was compromised or its device revoked.
    case admitSession(SessionReference, iv: SessionIV, version: KeyVersion)
    /// Proposes to destroy all keys of a device after so many days.
    case proposeDestruction(DeviceID, days: Int?)
    /// Takes a scheduled destruction back.
    case cancelDestruction(DeviceID)
    /// Sets a legal hold.
    case hold(DeviceID)
    /// Releases a legal hold.
    case releaseHold(DeviceID)
    /// Agrees to a proposal.
    case approve(Int64)
    /// Takes a proposal back.
    case withdraw(Int64)
    /// Proposes to put the vault under another root.
    case proposeRootRotation
    /// Makes a new tenant key-encryption key.
    case rotateTenantKey
    /// Continues to move every key under the present tenant key.
    case rewrap
    /// Adds a person: name, role, certificate request in PEM.
    case addPerson(String, role: String, request: String)
    /// Takes a person's access away.
    case removePerson(String)

    private struct Body: Encodable {
      var reason: String
      var version: UInt32?
      var days: Int?
      var name: String?
      var role: String?
      var request: String?
      var session: String?
      var iv: String?
    }

    /// Path and, for what has one, body.
    func call(reason: String) -> (method: HTTPMethod, path: String, body: (any Encodable)?) {
      let query = "?reason=\(VaultOperator.escaped(reason))"
      var body = Body(reason: reason)
      switch self {
      case .deactivate(let device): return (.POST, "/v1/devices/\(device)/deactivation", body)
      case .reportCompromise(let device, let version):
        body.version = version
        return (.POST, "/v1/devices/\(device)/compromise", body)
      case .admitSession(let reference, let iv, let version):
        (body.session, body.iv, body.version) = (reference.session.description, iv.bytes.hex, version.rawValue)
        return (.POST, "/v1/devices/\(reference.device)/sessions", body)
      case .proposeDestruction(let device, let days):
        body.days = days
        return (.POST, "/v1/devices/\(device)/destruction", body)
      case .cancelDestruction(let device): return (.DELETE, "/v1/devices/\(device)/destruction" + query, nil)
      case .hold(let device): return (.POST, "/v1/devices/\(device)/hold", body)
      case .releaseHold(let device): return (.DELETE, "/v1/devices/\(device)/hold" + query, nil)
      case .approve(let id): return (.POST, "/v1/proposals/\(id)/approval", body)
      case .withdraw(let id): return (.DELETE, "/v1/proposals/\(id)" + query, nil)
      case .proposeRootRotation: return (.POST, "/v1/root/rotation", body)
      case .rotateTenantKey: return (.POST, "/v1/tenant-key/rotation", body)
      case .rewrap: return (.POST, "/v1/rewrap", body)
      case .addPerson(let name, let role, let request):
        (body.name, body.role, body.request) = (name, role, request)
        return (.POST, "/v1/people", body)
      case .removePerson(let name): return (.DELETE, "/v1/people/\(VaultOperator.escaped(name))" + query, nil)
      }
    }
  }
}
