import Foundation
import MQTT

/// The device's certificate and key as libmosquitto wants them: paths. The key is in a memory file, never on disk.
final class ConnectionIdentity {
  private let authority: MemoryFile
  private let certificateAndKey: MemoryFile

  init(device: VirtualDevice, caPEM: String) throws {
    let (certificate, issuer) = try device.certificates()
    authority = try MemoryFile(Array(caPEM.utf8))
    certificateAndKey = try device.withPrivateKey { key in
      try MemoryFile(
        Self.pem("CERTIFICATE", certificate) + Self.pem("CERTIFICATE", issuer) + Self.pem("PRIVATE KEY", key))
    }
  }

  /// Mutual TLS with this identity.
  var tls: MQTTTLSConfiguration {
    MQTTTLSConfiguration(
      authorityFile: authority.path,
      identity: .init(certificateFile: certificateAndKey.path, keyFile: certificateAndKey.path))
  }

  private static func pem(_ label: String, _ der: [UInt8]) -> [UInt8] {
    let text = Data(der).base64EncodedData(options: [.lineLength64Characters, .endLineWithLineFeed])
    return Array("-----BEGIN \(label)-----\n".utf8) + Array(text) + Array("\n-----END \(label)-----\n".utf8)
  }
}
