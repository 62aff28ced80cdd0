import Foundation
import Wire

/// What a board is told before its first boot: a provisioning bundle and a Wi-Fi network, as the firmware's settings.
///
/// The firmware's own parser judges every one again, over the console and in NVS alike. Two of them are secrets, the Wi-Fi
/// password and the claim token: neither is in any error.
public struct DeviceSettings: Sendable {
  /// Names and values, in the order in which they are told.
  let values: [(name: String, value: String)]

  /// The namespace in NVS.
  private static let namespace = "sealedbeat"

  /// Makes the settings.
  ///
  /// - Parameters:
  ///   - bundle: what the vault wrote.
  ///   - ssid: the Wi-Fi network's name: 1 to 32 printable ASCII characters.
  ///   - password: its passphrase, 8 to 63 printable ASCII characters (IEEE 802.11); `nil` for an open network.
  ///   - updateURL: where the device looks for images; `nil` for no updates.
  /// - Throws: ``DeviceError`` with `invalidInput`.
  public init(
    bundle: ProvisioningBundle, ssid: String, password: String?, updateURL: String? = nil
  ) throws(DeviceError) {
    try Self.check(ssid, 1...32, "the Wi-Fi network's name")
    if let password { try Self.check(password, 8...63, "the Wi-Fi password") }
    try Self.check(bundle.mqttHost, 1...63, "the MQTT server's name")
    for (url, what) in [
      (bundle.enrolURL, "enrolURL"), (bundle.serviceURL, "serviceURL"), (updateURL, "the update URL"),
    ] {
      guard let url else { continue }
      try Self.check(url, 9...127, what)
      guard url.hasPrefix("https://") else { throw DeviceError(.invalidInput, "\(what) must begin with https://") }
    }
    var values = [(name: "wifi-ssid", value: ssid)]
    if let password { values.append(("wifi-password", password)) }
    values += [
      ("device", bundle.device.description), ("claim", bundle.claimToken.lowercased()),
      ("enrol-url", bundle.enrolURL), ("service-url", bundle.serviceURL),
      ("ca", try Self.certificate(bundle.caPEM)), ("hpke", bundle.hpkePublicKey.lowercased()),
      ("mqtt-host", bundle.mqttHost), ("mqtt-port", String(bundle.mqttPort)),
    ]
    if let updateURL { values.append(("update-url", updateURL)) }
    self.values = values
  }

  /// One setting a line, for the serial console.
  public var consoleLines: String { values.map { "\($0.name) \($0.value)\n" }.joined() }

  /// The partition `nvs` of the firmware with these settings in it.
  ///
  /// - Parameter size: bytes of the partition.
  /// - Throws: ``DeviceError`` with `invalidInput` where the partition is too small.
  public func nvsImage(size: Int) throws(DeviceError) -> NVSImage {
    try NVSImage(namespace: Self.namespace, blobs: values.map { ($0.name, Array($0.value.utf8)) }, size: size)
  }

  /// Writes secrets to a file that only its owner can read.
  ///
  /// - Throws: ``DeviceError`` with `storage` or `storageFull`.
  public static func write(_ bytes: [UInt8], to path: String) throws(DeviceError) {
    try FileSystem.replace(path, with: bytes)
  }

  /// Names `what` and never the text.
  private static func check(_ text: String, _ lengths: ClosedRange<Int>, _ what: String) throws(DeviceError) {
    guard lengths.contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      throw DeviceError(
        .invalidInput, "\(what) must have \(lengths.lowerBound) to \(lengths.upperBound) printable ASCII characters")
    }
  }

  /// The first certificate's DER in base64, on one line; the firmware takes at most 1,500 bytes.
  private static func certificate(_ pem: String) throws(DeviceError) -> String {
    let lines = pem.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    let body = lines.drop { !$0.hasPrefix("-----BEGIN CERTIFICATE") }.dropFirst().prefix { !$0.hasPrefix("-----END") }
    let text = body.joined()
    guard let der = Data(base64Encoded: text), (1...1500).contains(der.count) else {
      throw DeviceError(.invalidInput, "the bundle's caPEM holds no certificate of at most 1500 bytes")
    }
    return text
  }
}
