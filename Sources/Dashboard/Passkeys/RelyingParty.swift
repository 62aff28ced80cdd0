internal import Crypto
internal import Foundation
internal import Wire

/// Whom passkeys are made for: this dashboard, by the address that people type.
///
/// The checks are those of WebAuthn Level 3 §7.1 and §7.2, without clock, store or network; the challenge is judged by whoever gave it.
public struct RelyingParty: Hashable, Sendable {
  /// The host's name: what an authenticator keeps its keys for.
  public let id: String
  /// Scheme, host and port, as a browser says them.
  public let origin: String

  /// - Parameter dashboardURL: The address that people type, without a path: `https`, or `http` on `localhost`.
  /// - Returns: `nil` where browsers make no passkey: without an address, or for a number in place of a name (WebAuthn §5.1.2).
  public init?(dashboardURL: String) {
    guard let url = URL(string: dashboardURL), let host = url.host()?.lowercased(), !host.isEmpty,
      url.scheme == "https" || (url.scheme == "http" && host == "localhost"), let scheme = url.scheme,
      !host.contains(":"), !host.allSatisfy({ $0.isNumber || $0 == "." })
    else { return nil }
    id = host
    let isStandard = url.port == nil || url.port == (scheme == "https" ? 443 : 80)
    origin = "\(scheme)://\(host)" + (isStandard ? "" : ":\(url.port ?? 0)")
  }

  /// A key that was registered.
  package struct Registered: Hashable, Sendable {
    /// What the authenticator calls it.
    package let credential: [UInt8]
    /// Its public half.
    package let key: PasskeyKey
    /// Where the counter stood.
    package let counter: UInt32
  }

  /// Most bytes of each part that is looked at.
  package static let partLimit = 4096

  /// Checks what a browser sends after `navigator.credentials.create` (§7.1), attestation `none`.
  /// - Parameters:
  ///   - clientData: `clientDataJSON`.
  ///   - attestation: `attestationObject`.
  ///   - isChallenge: Whether a challenge was given for this.
  package func register(
    clientData: [UInt8], attestation: [UInt8], isChallenge: (String) -> Bool
  ) throws(PasskeyFault) -> Registered {
    try check(clientData, type: "webauthn.create", isChallenge)
    guard attestation.count <= Self.partLimit else { throw .malformed }
    let data: [UInt8]
    do {
      var reader = CBORReader(attestation)
      guard try reader.map("attestation", count: 3...3) == 3, try reader.text("fmt", length: 3...3) == "fmt" else {
        throw PasskeyFault.malformed
      }
      guard try reader.text("format", length: 1...32) == "none" else { throw PasskeyFault.attestation }
      guard try reader.text("attStmt", length: 7...7) == "attStmt" else { throw PasskeyFault.malformed }
      guard try reader.map("statement", count: 0...16) == 0 else { throw PasskeyFault.attestation }
      guard try reader.text("authData", length: 8...8) == "authData" else { throw PasskeyFault.malformed }
      data = Array(try reader.byteString("data", length: 37...Self.partLimit))
      try reader.finish("attestation")
    } catch let fault as PasskeyFault {
      throw fault
    } catch {
      throw .malformed
    }
    let authenticator = try AuthenticatorData(data)
    try check(authenticator, needsVerification: true)
    guard let made = authenticator.made else { throw .malformed }
    return Registered(credential: made.credential, key: made.key, counter: authenticator.counter)
  }

  /// Checks what a browser sends after `navigator.credentials.get` (§7.2).
  /// - Parameters:
  ///   - key: The registered key.
  ///   - clientData: `clientDataJSON`.
  ///   - data: `authenticatorData`.
  ///   - signature: The authenticator's.
  ///   - needsVerification: Whether the authenticator has to have verified who touches it.
  ///   - isChallenge: Whether a challenge was given for this.
  /// - Returns: where the counter stands now; whether it went forward, who keeps it has to say.
  package func assert(
    _ key: PasskeyKey, clientData: [UInt8], data: [UInt8], signature: [UInt8], needsVerification: Bool,
    isChallenge: (String) -> Bool
  ) throws(PasskeyFault) -> UInt32 {
    try check(clientData, type: "webauthn.get", isChallenge)
    guard data.count <= Self.partLimit else { throw .malformed }
    let authenticator = try AuthenticatorData(data)
    try check(authenticator, needsVerification: needsVerification)
    guard key.isValid(signature, over: data + Array(SHA256.hash(data: clientData))) else { throw .wrongSignature }
    return authenticator.counter
  }

  /// What a browser says of the page and the attempt (§5.8.1); members that are not known here are let be.
  private struct ClientData: Decodable {
    let type: String
    let challenge: String
    let origin: String
    let crossOrigin: Bool?
    let topOrigin: String?
  }

  private func check(
    _ bytes: [UInt8], type: String, _ isChallenge: (String) -> Bool
  ) throws(PasskeyFault) {
    guard bytes.count <= Self.partLimit, let client = try? JSONDecoder().decode(ClientData.self, from: Data(bytes))
    else { throw .malformed }
    guard client.type == type else { throw .wrongType }
    guard client.origin == origin, client.crossOrigin != true, client.topOrigin == nil else { throw .wrongOrigin }
    guard isChallenge(client.challenge) else { throw .wrongChallenge }
  }

  private func check(_ data: AuthenticatorData, needsVerification: Bool) throws(PasskeyFault) {
    guard data.partyHash == Array(SHA256.hash(data: Array(id.utf8))) else { throw .wrongParty }
    guard data.isPresent else { throw .nobodyPresent }
    guard data.isVerified || !needsVerification else { throw .notVerified }
  }
}
