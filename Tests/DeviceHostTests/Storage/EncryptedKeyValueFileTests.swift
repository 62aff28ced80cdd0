import DeviceHost
import Foundation
import Testing

@Suite struct EncryptedKeyValueFileTests {
  let folder = TemporaryFolder()
  var path: String { folder.path + "/nvs.sealed" }
  var keyFile: String { folder.path + "/key" }
  let secret = Array("a device's data key, 32 octets..".utf8)

  @Test func valuesSurviveAndAreNotInTheClear() throws {
    do {
      let file = try EncryptedKeyValueFile(path: path, keyFile: keyFile)
      try file.set("data-key", secret)
      try file.set("other", [1])
      try file.erase("other")
    }
    let file = try EncryptedKeyValueFile(path: path, keyFile: keyFile)
    #expect(file.get("data-key") == secret)
    #expect(file.get("other") == nil)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))
      #expect(bytes.range(of: Data(secret)) == nil && bytes.range(of: Data("data-key".utf8)) == nil)
      let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + name)[.posixPermissions]
      #expect(mode as? Int == 0o600)
    }
  }

  @Test func everyWriteHasItsOwnNonce() throws {
    let file = try EncryptedKeyValueFile(path: path, keyFile: keyFile)
    try file.set("a", secret)
    let first = try Data(contentsOf: URL(fileURLWithPath: path))
    try file.set("a", secret)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) != first)
  }

  @Test func anotherKeyOrAFlippedBitDoesNotOpen() throws {
    try EncryptedKeyValueFile(path: path, keyFile: keyFile).set("a", secret)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for place in [0, 8, 20, bytes.count - 1] {
      bytes[place] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
      #expect(throws: DeviceError(.sealedFile, "")) { try EncryptedKeyValueFile(path: path, keyFile: keyFile) }
      bytes[place] ^= 1
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    try Data(repeating: 1, count: 32).write(to: URL(fileURLWithPath: keyFile))
    #expect(throws: DeviceError(.sealedFile, "")) { try EncryptedKeyValueFile(path: path, keyFile: keyFile) }
  }
}
