import Foundation
import KeyVault
import SwiftASN1
import Testing
import X509

@Suite("Certificates, judged by OpenSSL")
struct CertificateTests {
  /// Runs `openssl verify` and returns whether it accepted.
  private func accepts(_ arguments: [String]) throws -> Bool {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = ["verify", "-x509_strict", "-check_ss_sig"] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  @Test("Services, mosquitto, the pages and devices each verify for their purpose, under their own authority alone")
  func verify() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      let credentials = directory + "/credentials"
      try authority.provision(directory: credentials, hosts: ["vault.example", "10.1.2.3"], allowsDisk: true)
      let device = try TestDevice("pump-1")
      try device.enrol(in: authority)
      try device.writeIdentity(to: directory + "/device", authorityPEM: authority.serviceAuthorityPEM)
      let services = ["-CAfile", credentials + "/svc.broker/service-ca.pem"]
      let devices = ["-CAfile", credentials + "/svc.broker/device-ca.pem"]
      let service = credentials + "/svc.decryptor/identity.pem"
      let pump = directory + "/device/identity.pem"

      #expect(try accepts(services + ["-purpose", "sslclient", service]))
      #expect(try accepts(services + ["-purpose", "sslserver", "-verify_hostname", "localhost", service]))
      #expect(try accepts(services + ["-purpose", "sslserver", "-verify_hostname", "vault.example", service]))
      #expect(try accepts(services + ["-purpose", "sslserver", "-verify_ip", "127.0.0.1", service]))
      #expect(try accepts(services + ["-purpose", "sslserver", "-verify_ip", "10.1.2.3", service]))
      #expect(try accepts(services + ["-purpose", "sslserver", "-verify_ip", "::1", service]))
      #expect(try !accepts(services + ["-purpose", "sslserver", "-verify_hostname", "other.example", service]))
      for server in ["mosquitto/server.pem", "https/identity.pem"] {
        #expect(try accepts(services + ["-purpose", "sslserver", "\(credentials)/\(server)"]))
        #expect(try !accepts(services + ["-purpose", "sslclient", "\(credentials)/\(server)"]))
      }
      #expect(try accepts(devices + ["-purpose", "sslclient", pump]))
      #expect(try !accepts(devices + ["-purpose", "sslserver", pump]))
      #expect(try !accepts(services + [pump]))
      #expect(try !accepts(devices + [service]))
      let both = ["-CAfile", credentials + "/mosquitto/clients-ca.pem", "-purpose", "sslclient"]
      #expect(try accepts(both + [pump]) && accepts(both + [service]))
    }
  }
}
