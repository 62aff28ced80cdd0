/// How a service reaches the vault: mutual TLS 1.3 with its own certificate.
public struct VaultClientConfiguration: Sendable, Hashable {
  /// `https://host:port` of the vault's service listener.
  public var url: String
  /// Path of the service's certificate, PEM.
  public var certificatePath: String
  /// Path of the service's private key, PEM; only its owner may read it.
  public var keyPath: String
  /// Path of the service CA's certificate, PEM: the only authority that the vault's certificate may come from.
  public var authorityPath: String
  /// Time for one request, the answer included.
  public var timeout: Duration

  /// Names everything; the time-out is 10 s, many times the vault's slowest disk.
  public init(
    url: String, certificatePath: String, keyPath: String, authorityPath: String,
    timeout: Duration = .seconds(10)
  ) {
    self.url = url
    self.certificatePath = certificatePath
    self.keyPath = keyPath
    self.authorityPath = authorityPath
    self.timeout = timeout
  }

  /// The files that `sealedbeat vault provision` writes for one service: `identity.pem`, `identity.key`,
  /// `service-ca.pem` in `directory`.
  public init(url: String, credentials directory: String, timeout: Duration = .seconds(10)) {
    self.init(
      url: url, certificatePath: directory + "/identity.pem", keyPath: directory + "/identity.key",
      authorityPath: directory + "/service-ca.pem", timeout: timeout)
  }
}
