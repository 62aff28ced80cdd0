import Foundation
import MQTT

/// mosquitto as it is installed: the template and the access list of `infra/mosquitto`, with certificates of this test.
struct InstalledMosquitto {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../infra/mosquitto").standardizedFileURL

  let authority: CertificateAuthority
  let process: MosquittoProcess

  init(in directory: URL) throws {
    let authority = try CertificateAuthority("clients-ca", in: directory)
    self.authority = authority
    let server = try authority.issue(
      "localhost", extensions: "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    let accessList = directory.appending(path: "acl").path
    try FileManager.default.copyItem(atPath: Self.folder.appending(path: "acl").path, toPath: accessList)
    let template = try String(contentsOf: Self.folder.appending(path: "mosquitto.conf.template"), encoding: .utf8)
    let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "nobody"
    process = try MosquittoProcess(directory: directory) { port, _ in
      let values = [
        "@PORT@": "\(port)", "@BIND_ADDRESS@": "127.0.0.1", "@USER@": user, "@SERVER_CERTIFICATE@": server.certificate,
        "@SERVER_KEY@": server.key, "@CLIENT_CA@": authority.certificate, "@ACCESS_LIST@": accessList,
      ]
      return values.reduce(template) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
    }
  }

  /// How a client with a certificate of `issuer` (the right authority if none is named) would connect.
  func client(
    _ name: String, clientID: String? = nil, issuer: CertificateAuthority? = nil, hasCertificate: Bool = true,
    isClean: Bool = true
  ) throws -> MQTTConfiguration {
    var identity: MQTTTLSConfiguration.Identity?
    if hasCertificate {
      let issued = try (issuer ?? authority).issue(
        name, file: "\(name)-\(UUID().uuidString)", extensions: "extendedKeyUsage=clientAuth\n")
      identity = .init(certificateFile: issued.certificate, keyFile: issued.key)
    }
    return MQTTConfiguration(
      host: "127.0.0.1", port: process.port, clientID: clientID ?? name, isCleanSession: isClean,
      tls: MQTTTLSConfiguration(authorityFile: authority.certificate, identity: identity),
      reconnect: RecordedConnection.eager, maximumInflight: 1_000, maximumQueued: 10_000)
  }
}
