import KeyVaultClient
import Synchronization

/// A vault that says yes to everything and remembers what it was asked.
final class FakeVault: KeyAdministration {
  struct Asked: Hashable, Sendable {
    let method: String
    let path: String
    let body: String
    let account: String
    let role: String
  }

  private let calls = Mutex<[Asked]>([])
  private let reply = Mutex<VaultReply?>(nil)

  var asked: [Asked] { calls.withLock { $0 } }

  /// Answers everything with this from now on.
  func answer(_ status: Int, _ body: String) {
    reply.withLock { $0 = VaultReply(status: status, body: Array(body.utf8)) }
  }

  func relay(_ call: VaultCall, for account: String, role: String) async throws(KeyVaultError) -> VaultReply {
    calls.withLock {
      $0.append(
        Asked(
          method: call.method.rawValue, path: call.path, body: String(decoding: call.body ?? [], as: UTF8.self),
          account: account, role: role))
    }
    if let set = reply.withLock({ $0 }) { return set }
    let body =
      switch (call.method, call.path.split(separator: "/").last ?? "") {
      case (_, "compromise"): #"{"device":"sb-001","versions":[1],"reported":1,"sessions":[]}"#
      case (.post, "claims"):
        #"{"claim":{"id":1,"device":"sb-001","expires":2000,"token":"ab"},"hpkePublicKey":"04","caPEM":"pem"}"#
      case (.post, "reports"): #"{"sequence":41}"#
      case (_, "rotation"):
        call.path.contains("/devices/") ? #"{"device":"sb-001","version":2}"# : #"{"version":2}"#
      case (.get, let last) where last.hasPrefix("audit?"): "[]"
      default: "{}"
      }
    return VaultReply(status: 200, body: Array(body.utf8))
  }

  func close() async {}
}
