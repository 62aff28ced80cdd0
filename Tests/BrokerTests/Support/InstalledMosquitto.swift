import Foundation
import Gatekeeper
import MQTT
import Wire

/// mosquitto as it is installed: the template of `infra/mosquitto`, with certificates of this test and an access file as the
/// gatekeeper prepares it.
struct InstalledMosquitto {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../infra/mosquitto").standardizedFileURL

  let authority: CertificateAuthority
  let process: MosquittoProcess

  /// - Parameter admitted: devices that the access file names.
  init(in directory: URL, admitted: [String] = ["dev-one", "dev-mallory", "dev-victim", "dev-honest"]) throws {
    let authority = try CertificateAuthority("clients-ca", in: directory)
    self.authority = authority
    let server = try authority.issue(
      "localhost", extensions: "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n")
    let accessFile = directory.appending(path: "dynamic-security.json").path
    try AccessFile(devices: admitted.compactMap { DeviceID($0) }).render()
      .write(toFile: accessFile, atomically: true, encoding: .utf8)
    let plugin = try Self.plugin()
    let template = try String(contentsOf: Self.folder.appending(path: "mosquitto.conf.template"), encoding: .utf8)
    let user = getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "nobody"
    process = try MosquittoProcess(directory: directory) { port, _ in
      let values = [
        "@PORT@": "\(port)", "@BIND_ADDRESS@": "127.0.0.1", "@USER@": user, "@SERVER_CERTIFICATE@": server.certificate,
        "@SERVER_KEY@": server.key, "@CLIENT_CA@": authority.certificate, "@ACCESS_PLUGIN@": plugin,
        "@ACCESS_FILE@": accessFile,
      ]
      return values.reduce(template) { $0.replacingOccurrences(of: $1.key, with: $1.value) }
    }
  }

  /// The plugin, where this machine's packages put it.
  private static func plugin() throws -> String {
    let parents = ["/usr/lib", "/usr/lib64", "/usr/local/lib"]
    let folders = parents.flatMap { parent in
      [parent] + ((try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []).map { "\(parent)/\($0)" }
    }
    let files = folders.map { $0 + "/mosquitto_dynamic_security.so" }
    guard let found = files.first(where: FileManager.default.isReadableFile(atPath:)) else {
      throw CocoaError(.fileNoSuchFile)
    }
    return found
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
