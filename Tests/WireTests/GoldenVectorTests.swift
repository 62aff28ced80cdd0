import Foundation
import Testing
import Wire

/// `Tests/Vectors/`, made by the C core: Swift must read them the same way.
struct GoldenVectorTests {
  @Test(arguments: try GoldenChunk.all())
  func structureIsJudgedAsNamed(vector: GoldenChunk) throws {
    let message = try #require([UInt8](hex: vector.message))
    guard vector.detectedBy == "structure" else {
      let chunk = try SealedChunk(decoding: message)
      #expect(chunk.encoded() == message, "the encoding is canonical, so it is the only one")
      #expect(vector.matches(chunk.header))
      if vector.expected == "inconsistent-nonce" {
        #expect(chunk.header.sessionIV?.description != vector.sessionIV)
      }
      return
    }
    do {
      _ = try SealedChunk(decoding: message)
      Issue.record("\(vector.name) was accepted")
    } catch {
      #expect(error.code.rawValue == vector.expected, "\(vector.name): \(error)")
    }
  }

  @Test func messagesAreJudgedAsNamed() throws {
    let file = try GoldenMessages.load()
    for vector in file.receipts {
      let message = try #require([UInt8](hex: vector.message))
      if vector.expected == "ok" {
        let receipt = try Receipt(decoding: message)
        #expect(receipt.session.description == vector.sessionID && receipt.committed == vector.committed)
        #expect(receipt.encoded() == message)
      } else {
        #expect(throws: WireError.self, "\(vector.name)") { try Receipt(decoding: message) }
      }
    }
    for vector in file.commands {
      let message = try #require([UInt8](hex: vector.message))
      if vector.expected == "ok" {
        #expect(try DeviceCommand(decoding: message).encoded() == message)
      } else {
        #expect(throws: WireError.self, "\(vector.name)") { try DeviceCommand(decoding: message) }
      }
    }
  }

  /// Every prefix, every single changed octet and thousands of random changes: an error or a value, never a crash, and
  /// a value always encodes to what was read.
  @Test func mutationsNeverBreakTheParser() throws {
    var random = Xorshift(state: 0x5EA1_EDBE_A700_0001)
    for vector in try GoldenChunk.all().prefix(20) {
      let message = try #require([UInt8](hex: vector.message))
      for length in 0..<message.count {
        #expect(throws: WireError.self) { try SealedChunk(decoding: Array(message[..<length])) }
      }
      for _ in 0..<2000 {
        var mutated = message
        for _ in 0...Int(random.next() % 3) {
          let place = Int(random.next() % UInt64(mutated.count))
          switch random.next() % 3 {
          case 0: mutated[place] ^= UInt8(1 << (random.next() % 8))
          case 1: mutated[place] = UInt8(truncatingIfNeeded: random.next())
          default: mutated.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
          }
        }
        if let chunk = try? SealedChunk(decoding: mutated) { #expect(chunk.encoded() == mutated) }
      }
    }
  }
}

/// One vector of `chunks.json`.
struct GoldenChunk: Decodable, Sendable, CustomTestStringConvertible {
  let name, device, message, expected, sessionIV: String
  let detectedBy: String?
  let header: [String: HeaderValue]?

  enum HeaderValue: Decodable, Sendable, Equatable {
    case number(UInt64), flag(Bool), text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(UInt64.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  var testDescription: String { name }

  func matches(_ decoded: ChunkHeader) -> Bool {
    guard let header else { return true }
    let fields: [String: HeaderValue] = [
      "sequence": .number(decoded.sequence), "kind": .number(UInt64(decoded.kind.rawValue)),
      "firstSample": .number(decoded.firstSample), "sampleRate": .number(UInt64(decoded.sampleRateMillihertz)),
      "count": .number(UInt64(decoded.count)), "nanovoltsPerLSB": .number(UInt64(decoded.nanovoltsPerLSB)),
      "captureTime": .number(decoded.captureTime), "clockSynchronised": .flag(decoded.isClockSynchronised),
      "leadOff": .number(UInt64(decoded.leadOff.rawValue)), "firmware": .number(UInt64(decoded.firmware.rawValue)),
      "backlog": .number(decoded.backlog),
    ]
    return fields.allSatisfy { header[$0.key] == $0.value }
  }

  static func all() throws -> [GoldenChunk] {
    struct File: Decodable { let vectors: [GoldenChunk] }
    return try JSONDecoder().decode(File.self, from: Vectors.data("chunks.json")).vectors
  }
}

private struct GoldenMessages: Decodable {
  struct Vector: Decodable {
    let name, message, expected: String
    let sessionID: String?
    let committed: UInt64?
  }
  let receipts, commands: [Vector]

  static func load() throws -> GoldenMessages {
    try JSONDecoder().decode(GoldenMessages.self, from: Vectors.data("messages.json"))
  }
}

enum Vectors {
  static func data(_ name: String) throws -> Data {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: folder.appending(path: "Vectors/\(name)"))
  }
}

struct Xorshift {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
