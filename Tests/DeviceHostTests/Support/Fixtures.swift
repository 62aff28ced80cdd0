import Crypto
import DeviceHost
import Foundation
import Sealing
import Testing
import Wire

/// A folder of its own for one test, removed with it.
final class TemporaryFolder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "sealedbeat-device-\(UUID().uuidString)"
    // A test without a folder fails at its first file.
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Values in memory.
final class MemoryValues: KeyValueStore {
  var blobs: [String: [UInt8]] = [:]
  func get(_ name: String) -> [UInt8]? { blobs[name] }
  func set(_ name: String, _ bytes: [UInt8]) throws(DeviceError) { blobs[name] = bytes }
  func erase(_ name: String) throws(DeviceError) { blobs[name] = nil }
}

/// A vault that knows one device: it opens requests with swift-crypto's HPKE, an implementation that is not ours.
struct TestVault {
  static let suite = HPKE.Ciphersuite(
    kem: .P256_HKDF_SHA256, kdf: .HKDF_SHA256, aead: .AES_GCM_256)
  let key = P256.KeyAgreement.PrivateKey()
  var publicKey: [UInt8] { Array(key.publicKey.x963Representation) }

  /// Opens `[1, enc, ciphertext]`.
  func open(_ request: [UInt8], info: String, aad: String) throws -> [UInt8] {
    // 0x83 0x01 0x58 0x41 enc, then a byte string with a head of two or three octets.
    let encapsulated = Data(request[4..<69])
    let ciphertext = Data(request[(request[69] == 0x59 ? 72 : 71)...])
    var recipient = try HPKE.Recipient(
      privateKey: key, ciphersuite: Self.suite, info: Data(info.utf8), encapsulatedKey: encapsulated)
    return Array(try recipient.open(ciphertext, authenticating: Data(aad.utf8)))
  }
}

/// An enrolled device and what its vault knows of it.
struct EnrolledDevice {
  let device: VirtualDevice
  let name: DeviceID
  let vault: TestVault
  let deviceKey: [UInt8]

  /// - Parameter issue: answers a certificate request with certificate and issuer; without it they are not certificates.
  init(
    outbox: any ChunkOutbox = MemoryOutbox(), values: any KeyValueStore = MemoryValues(),
    issue: (([UInt8]) throws -> (certificate: [UInt8], issuer: [UInt8]))? = nil
  ) throws {
    // A valid name.
    name = DeviceID("test-device-1")!
    var parameters = DeviceParameters(device: name)
    parameters.outboxCapacity = 256
    device = try VirtualDevice(parameters: parameters, outbox: outbox, values: values)
    vault = TestVault()
    let claim = [UInt8](repeating: 7, count: 32)
    let request = try device.enrolmentRequest(vaultKey: vault.publicKey, claimToken: claim)
    let plaintext = try vault.open(request, info: "SealedBeat/1 enrol", aad: "")
    // [tstr .size 13, bstr .size 32, bstr .size 32, bstr]
    deviceKey = Array(plaintext[(1 + 14 + 34 + 2)...].prefix(32))
    // The request's head takes two octets up to 255, three above.
    let csr = plaintext[(1 + 14 + 34 + 34)...]
    let (certificate, issuer) = try issue?(Array(csr.dropFirst(csr.first == 0x59 ? 3 : 2))) ?? ([1, 2, 3], [4, 5])
    var answer: [UInt8] = [0x84, 0x01, 0x01]
    for der in [certificate, issuer] {
      let head: [UInt8] =
        switch der.count {
        case 0..<24: [0x40 | UInt8(der.count)]
        case 24..<256: [0x58, UInt8(der.count)]
        default: [0x59, UInt8(der.count >> 8), UInt8(der.count & 0xff)]
        }
      answer += head + der
    }
    try device.takeEnrolmentAnswer(answer)
  }

  /// Everything that the device would publish now.
  func sendAll(at time: DeviceTime) throws -> [SealedChunk] {
    var chunks: [SealedChunk] = []
    while let message = try device.nextToSend(at: time) { chunks.append(try SealedChunk(decoding: message)) }
    return chunks
  }

  /// The samples inside a chunk, opened with the Swift side's own code.
  func open(_ chunk: SealedChunk, key: [UInt8]? = nil) throws -> [Int16] {
    let iv = try #require(chunk.header.sessionIV)
    let session = try SessionKey(
      deviceKey: SecretBytes(copying: key ?? deviceKey), device: name, session: chunk.header.session, iv: iv,
      purpose: .session)
    let bytes = try ChunkOpener(key: session, device: name, session: chunk.header.session, iv: iv).open(chunk)
    guard chunk.header.kind != .status else { return [] }
    return stride(from: 0, to: bytes.count, by: 2).map {
      Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
    }
  }
}

extension DeviceTime {
  /// `seconds` after an arbitrary start.
  static func after(_ seconds: Double, wallJump: Int64 = 0) -> DeviceTime {
    let microseconds = UInt64(seconds * 1e6)
    return DeviceTime(
      monotonicMicroseconds: 1_000_000 + microseconds,
      wallMicroseconds: UInt64(Int64(1_790_000_000_000_000 + microseconds) + wallJump))
  }
}
