internal import Crypto
public import Sealing
internal import Wire

/// The signature of a webhook: `t=<unix seconds>,v1=<hex HMAC-SHA256 over "<t>.<body>">` (RFC 2104), so that a receiver
/// can refuse what is forged, altered or old.
public enum WebhookSignature {
  /// The header that carries it.
  public static let header = "SealedBeat-Signature"

  /// Signs a body at a time.
  public static func sign(_ body: [UInt8], at unixSeconds: UInt64, secret: SecretBytes) -> String {
    let key = secret.withUnsafeBytes { SymmetricKey(data: $0) }
    var code = HMAC<SHA256>(key: key)
    code.update(data: Array("\(unixSeconds).".utf8))
    code.update(data: body)
    return "t=\(unixSeconds),v1=\(code.finalize().hex)"
  }
}
