import Foundation

/// Makes hostile inputs out of valid ones: seeded, so that a failure can be repeated (`SEALEDBEAT_SEED`).
struct Mutator {
  /// Mutations of one corpus; `SEALEDBEAT_FUZZ_ITERATIONS` makes a longer run of it.
  static let iterations =
    ProcessInfo.processInfo.environment["SEALEDBEAT_FUZZ_ITERATIONS"].flatMap { Int($0) } ?? 20_000

  /// Bytes that mean something to CBOR, JSON, text or arithmetic.
  private static let telling: [UInt8] = [
    0x00, 0x01, 0x17, 0x18, 0x19, 0x1A, 0x1B, 0x1F, 0x20, 0x2F, 0x40, 0x58, 0x59, 0x5B, 0x5F, 0x60, 0x7B, 0x7D, 0x7F,
    0x80,
    0x9B, 0x9F, 0xA0, 0xBF, 0xC0, 0xD0, 0xF4, 0xF6, 0xF9, 0xFB, 0xFE, 0xFF, 0x22, 0x2C, 0x3A, 0x5C, 0x2D, 0x39,
  ]

  var chance: SeededGenerator

  init(seed: UInt64) { chance = SeededGenerator(seed: seed) }

  /// One to four changes of a valid input.
  mutating func mutate(_ input: [UInt8]) -> [UInt8] {
    var bytes = input
    for _ in 0..<Int.random(in: 1...4, using: &chance) { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return bytes.append(UInt8.random(in: 0...255, using: &chance)) }
    let index = Int.random(in: 0..<bytes.count, using: &chance)
    let length = min(bytes.count - index, Int.random(in: 1...9, using: &chance))
    let telling = Self.telling[Int.random(in: 0..<Self.telling.count, using: &chance)]
    switch Int.random(in: 0..<10, using: &chance) {
    case 0: bytes[index] ^= 1 << UInt8.random(in: 0...7, using: &chance)
    case 1: bytes[index] = telling
    case 2: bytes[index] = UInt8.random(in: 0...255, using: &chance)
    case 3: bytes[index] = bytes[index] &+ (chance.chance(50) ? 1 : 255)
    case 4: bytes.insert(telling, at: index)
    case 5: bytes.insert(contentsOf: bytes[index..<index + length], at: Int.random(in: 0...bytes.count, using: &chance))
    case 6: bytes.removeSubrange(index..<index + length)
    case 7: bytes.removeLast(length)
    case 8: for offset in 0..<length { bytes[index + offset] = 0xFF }
    default: bytes.append(telling)
    }
  }

  /// Tries mutations of a corpus.
  /// - Parameters:
  ///   - share: one of so many, for what takes long.
  ///   - body: checks one.
  static func run(_ name: String, _ corpus: [[UInt8]], share: Int = 1, _ body: ([UInt8]) throws -> Void) rethrows {
    print("fuzzing of \(name): SEALEDBEAT_SEED=\(SeededGenerator.runSeed)")
    var mutator = Mutator(seed: SeededGenerator.runSeed &+ UInt64(name.utf8.reduce(0) { $0 &* 31 &+ Int($1) }))
    for number in 0..<max(1, iterations / share) {
      let valid = corpus[number % corpus.count]
      let mutated = mutator.mutate(valid)
      if mutated != valid { try body(mutated) }
    }
  }
}

/// Whether bytes are one item of the deterministic subset of CBOR, whole and in the shortest form: a second opinion, written
/// without the reader under test.
enum CBORForm {
  static func isCanonical(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    return item(&rest, depth: 0) && rest.isEmpty
  }

  private static func item(_ rest: inout ArraySlice<UInt8>, depth: Int) -> Bool {
    guard depth < 16, let first = rest.popFirst() else { return false }
    let (major, short) = (first >> 5, first & 0x1F)
    if major == 7 { return first == 0xF4 || first == 0xF5 }
    var argument = UInt64(short)
    if short >= 24 {
      guard short <= 27, rest.count >= 1 << (short - 24) else { return false }
      let octets = rest.prefix(1 << (short - 24))
      argument = octets.reduce(0) { $0 << 8 | UInt64($1) }
      rest = rest.dropFirst(octets.count)
      let least: [UInt64] = [24, 1 << 8, 1 << 16, 1 << 32]
      guard argument >= least[Int(short) - 24] else { return false }
    }
    switch major {
    case 0, 1: return true
    case 2, 3:
      guard argument <= UInt64(rest.count) else { return false }
      let text = rest.prefix(Int(argument))
      rest = rest.dropFirst(Int(argument))
      return major == 2 || String(validating: text, as: UTF8.self) != nil
    case 4, 5:
      guard argument <= UInt64(rest.count) else { return false }
      for _ in 0..<argument * (major == 5 ? 2 : 1) where !item(&rest, depth: depth + 1) { return false }
      return true
    default: return item(&rest, depth: depth + 1)
    }
  }
}
