internal import Crypto
internal import Foundation
internal import GRDB
internal import Sealing
internal import Wire
internal import X509

extension KeyAuthority {
  /// Fills a vault with devices as enrolment would leave them, without the devices: for `sealedbeat bench vault`, where a
  /// million enrolments would take an hour. All share one certificate; every data key is random and of its own.
  /// - Parameter numbers: of the devices, named `bench-0000000` and so on.
  package func addFleet(_ numbers: Range<Int>) throws {
    let now = clock()
    let key = P256.Signing.PrivateKey()
    let certificate = try keys.deviceAuthority.issue(
      commonName: "bench", publicKey: Certificate.PublicKey(key.publicKey), usages: [.clientAuth],
      lifetime: CertificateAuthority.deviceLifetime, now: now)
    let (serial, encoded) = (Data(certificate.serialNumber.bytes), Data(try certificate.derBytes))
    let change = KeyChange(actor: "bench", reason: "benchmark", time: now.unixMicroseconds)
    let version = KeyVersion(rawValue: 1)
    for start in stride(from: numbers.lowerBound, to: numbers.upperBound, by: Self.rewrapBatch) {
      let batch = start..<min(start + Self.rewrapBatch, numbers.upperBound)
      try commit(actor: "bench") { database, audit -> Decision<Void> in
        let insert = try database.cachedStatement(
          sql: "INSERT INTO device (name, enrolled, serial, certificate, expires) VALUES (?, ?, ?, ?, ?)")
        for number in batch {
          guard let device = DeviceID(Self.fleetName(number)) else { continue }
          try insert.execute(arguments: [
            device.name, Int64(bitPattern: change.time), serial, encoded,
            Int64(bitPattern: certificate.notValidAfter.unixMicroseconds),
          ])
          try install(SecretBytes(randomCount: AEAD.keySize), of: device, as: version, change, database)
        }
        try audit.append(.enrol, object: "device/\(Self.fleetName(batch.lowerBound))", reason: "\(batch.count) at once")
        return .done(())
      }
    }
  }

  /// The name of a device of ``addFleet(_:)``.
  package static func fleetName(_ number: Int) -> String {
    let digits = String(number)
    return "bench-" + String(repeating: "0", count: max(0, 7 - digits.count)) + digits
  }
}
