import Crypto
import DeviceHost
import Foundation
import Testing

/// What `sealedbeat device provision` makes for a board.
@Suite struct DeviceSettingsTests {
  private static let firmware = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Firmware/test/data")

  private func bundle() throws -> ProvisioningBundle {
    try ProvisioningBundle(file: Self.firmware.appendingPathComponent("bundle.json").path)
  }

  private func settings(_ ssid: String = "Ward 7", _ password: String? = "correct horse") throws -> DeviceSettings {
    try DeviceSettings(bundle: bundle(), ssid: ssid, password: password)
  }

  @Test func theConsoleTakesTheseLines() throws {
    // `make -C Firmware provision-check` gives the same file to the firmware's parser.
    let expected = try String(contentsOf: Self.firmware.appendingPathComponent("settings.txt"), encoding: .utf8)
    #expect(try settings().consoleLines == expected)
  }

  @Test func theImageIsTheOneOfEspressifsGenerator() throws {
    // Of esp-idf-nvs-partition-gen 0.3.0 (PyPI) for these settings as hex2bin blobs of the namespace `sealedbeat`, 0x10000 bytes.
    let image = try settings().nvsImage(size: 0x10000)
    let digest = SHA256.hash(data: image.bytes).map { String(format: "%02x", $0) }.joined()
    #expect(digest == "476420c4039051994af884e3c5afcb4be86557d64a7bab9905765011a41d7217")
  }

  @Test func moreThanAPageGoesOnInTheNext() throws {
    let blobs = (0..<9).map { (key: "key-\($0)", value: [UInt8](repeating: UInt8($0 + 1), count: 200 * ($0 + 1))) }
    let image = try NVSImage(namespace: "several", blobs: blobs, size: 0x6000)
    #expect(image.bytes.count == 0x6000)
    var found: [String: [UInt8]] = [:]
    for page in 0..<6 {
      let bytes = Array(image.bytes[(page * 4096)..<((page + 1) * 4096)])
      let isUsed = bytes[0] != 0xff
      #expect(isUsed == (page < 3))
      guard isUsed else { continue }
      #expect(bytes[0] == (page == 2 ? 0xfe : 0xfc) && bytes[4] == UInt8(page) && bytes[8] == 0xfe)
      var entry = 0
      while entry < 126, bytes[32 + entry / 4] >> (2 * (entry % 4)) & 3 == 2 {
        let item = Array(bytes[(64 + 32 * entry)..<(96 + 32 * entry)])
        let key = String(decoding: item[8..<24].prefix { $0 != 0 }, as: UTF8.self)
        let count = Int(item[24]) | Int(item[25]) << 8
        if item[1] == 0x42 { found[key] = Array(bytes[(96 + 32 * entry)..<(96 + 32 * entry + count)]) }
        if item[1] == 0x48 { #expect(found[key]?.count == count && item[28] == 1) }
        entry += Int(item[2])
      }
    }
    for (key, value) in blobs { #expect(found[key] == value) }
  }

  @Test func whatDoesNotFitIsRefused() {
    func refuses(_ namespace: String, _ blobs: [(key: String, value: [UInt8])], _ size: Int) -> Bool {
      do throws(DeviceError) {
        _ = try NVSImage(namespace: namespace, blobs: blobs, size: size)
        return false
      } catch { return error.code == .invalidInput }
    }
    let most = [UInt8](repeating: 7, count: NVSImage.maximumBlobBytes)
    #expect(!refuses("name", [("key", most)], 0x3000))
    #expect(refuses("name", [("key", most + [7])], 0x3000))
    #expect(refuses("name", [("a", most), ("b", most), ("c", most)], 0x3000))
    #expect(refuses("name", [("key", [])], 0x3000))
    #expect(refuses("a namespace too long", [], 0x3000))
    #expect(refuses("name", [("sixteen-letters-", [1])], 0x3000))
    #expect(refuses("name", [], 0x2000) && refuses("name", [], 0x3001))
  }

  @Test func wrongSettingsAreRefusedWithoutBeingQuoted() throws {
    let wrong: [(String, String?)] = [
      ("", "correct horse"), (String(repeating: "x", count: 33), "correct horse"), ("Ward\n7", "correct horse"),
      ("Ward 7", "short"), ("Ward 7", String(repeating: "s", count: 64)), ("Ward 7", "tab\tinside"), ("Ward 7", ""),
    ]
    for (ssid, password) in wrong {
      do throws(DeviceError) {
        _ = try DeviceSettings(bundle: try ProvisioningBundle(file: path), ssid: ssid, password: password)
        Issue.record("taken: \(ssid)")
      } catch {
        #expect(error.code == .invalidInput)
        #expect(password.map { $0.isEmpty || !error.reason.contains($0) } ?? true)
      }
    }
    var bundle = try bundle()
    bundle.caPEM = "no certificate"
    #expect(throws: DeviceError.self) { try DeviceSettings(bundle: bundle, ssid: "Ward 7", password: nil) }
    bundle = try self.bundle()
    bundle.enrolURL = "http://vault.example"
    #expect(throws: DeviceError.self) { try DeviceSettings(bundle: bundle, ssid: "Ward 7", password: nil) }
    #expect(try !settings("Ward 7", nil).consoleLines.contains("wifi-password"))
  }

  private var path: String { Self.firmware.appendingPathComponent("bundle.json").path }

  @Test func theFileIsItsOwnersAlone() throws {
    let folder = TemporaryFolder()
    let file = folder.path + "/nvs.bin"
    try DeviceSettings.write(settings().nvsImage(size: 0x10000).bytes, to: file)
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o600 && attributes[.size] as? Int == 0x10000)
  }
}
