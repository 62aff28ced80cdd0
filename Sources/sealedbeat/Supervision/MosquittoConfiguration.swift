/// The configuration of the mosquitto that `sealedbeat up` starts; `infra/mosquitto/mosquitto.conf.template` is the same
/// text for an installation of one's own. Each line says why it is there.
package struct MosquittoConfiguration: Sendable {
  /// TCP port of the only listener, 1…65,535.
  package var port: Int
  /// Address of the interface.
  package var bindAddress: String
  /// PEM file: the server's certificate and its chain.
  package var serverCertificate: String
  /// PEM file: the server's private key.
  package var serverKey: String
  /// PEM file: the authorities that issue the certificates of devices and services.
  package var clientCA: String
  /// mosquitto's dynamic-security plugin.
  package var accessPlugin: String
  /// The plugin's file; mosquitto must be able to replace it.
  package var accessFile: String
  /// The account that mosquitto changes to when it is started by root.
  package var user: String

  /// Names the parts.
  package init(
    port: Int, bindAddress: String, serverCertificate: String, serverKey: String, clientCA: String,
    accessPlugin: String, accessFile: String, user: String
  ) {
    self.port = port
    self.bindAddress = bindAddress
    self.serverCertificate = serverCertificate
    self.serverKey = serverKey
    self.clientCA = clientCA
    self.accessPlugin = accessPlugin
    self.accessFile = accessFile
    self.user = user
  }

  /// Why a configuration cannot be written.
  package struct Refusal: Error, Hashable, CustomStringConvertible {
    /// The part that cannot be used.
    package let part: String
    /// What is wrong with it.
    package let reason: String

    /// One sentence.
    package var description: String { "mosquitto cannot be configured: \(part) \(reason)" }
  }

  /// The text of the configuration file.
  package func render() throws(Refusal) -> String {
    guard (1...65_535).contains(port) else { throw Refusal(part: "the port", reason: "is not 1…65535") }
    let values = [
      "@PORT@": String(port), "@BIND_ADDRESS@": try Self.value(bindAddress, "the bind address", isPath: false),
      "@SERVER_CERTIFICATE@": try Self.value(serverCertificate, "the server certificate", isPath: true),
      "@SERVER_KEY@": try Self.value(serverKey, "the server key", isPath: true),
      "@CLIENT_CA@": try Self.value(clientCA, "the CA file", isPath: true),
      "@ACCESS_PLUGIN@": try Self.value(accessPlugin, "the access plugin", isPath: true),
      "@ACCESS_FILE@": try Self.value(accessFile, "the access file", isPath: true),
      "@USER@": try Self.value(user, "the user", isPath: false),
    ]
    // One pass over the words, so that a value is never searched for another's place.
    return Self.template.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.split(separator: " ", omittingEmptySubsequences: false).map { values[String($0)] ?? String($0) }
        .joined(separator: " ")
    }.joined(separator: "\n")
  }

  /// A value ends its line: a line break would begin another directive. mosquitto takes spaces within, and none around.
  private static func value(_ text: String, _ part: String, isPath: Bool) throws(Refusal) -> String {
    guard !text.isEmpty else { throw Refusal(part: part, reason: "is empty") }
    guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Refusal(part: part, reason: "holds a control character")
    }
    guard text.first != " ", text.last != " " else { throw Refusal(part: part, reason: "begins or ends with a space") }
    if isPath {
      guard text.first == "/" else { throw Refusal(part: part, reason: "is not an absolute path") }
    } else if text.utf8.contains(0x20) {
      throw Refusal(part: part, reason: "holds a space")
    }
    return text
  }
}
