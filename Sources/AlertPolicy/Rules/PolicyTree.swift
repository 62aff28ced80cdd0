internal import Foundation

/// A JSON value of a policy, so that what a file leaves out can be taken from the defaults, and what no rule knows be refused.
enum PolicyTree: Hashable, Sendable {
  case object([String: PolicyTree])
  case boolean(Bool)
  case number(Double)
  case text(String)

  /// The tree of anything that is encoded as an object.
  init(_ value: some Encodable) throws {
    self = try JSONDecoder().decode(PolicyTree.self, from: JSONEncoder().encode(value))
  }

  /// What the tree says, as a rule or a policy.
  func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
  }

  /// Lays `other` over this tree: only keys that are here, only values of the same type.
  func overlaid(with other: PolicyTree, path: String = "") throws(PolicyError) -> PolicyTree {
    guard case .object(var fields) = self else {
      guard kind == other.kind else { throw PolicyError(.wrongType, path, "\(other.kind) where \(kind) is asked for") }
      return other
    }
    guard case .object(let changes) = other else {
      throw PolicyError(.wrongType, path, "\(other.kind) where an object is asked for")
    }
    for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
      let place = path.isEmpty ? key : "\(path).\(key)"
      guard let field = fields[key] else {
        throw PolicyError(.unknownKey, place, "no such key; known: \(fields.keys.sorted().joined(separator: ", "))")
      }
      fields[key] = try field.overlaid(with: value, path: place)
    }
    return .object(fields)
  }

  /// What remains of this tree without what `base` says too; `nil` when nothing remains.
  func difference(from base: PolicyTree) -> PolicyTree? {
    guard case .object(let fields) = self, case .object(let others) = base else { return self == base ? nil : self }
    let rest = fields.reduce(into: [String: PolicyTree]()) { rest, field in
      if let other = others[field.key] {
        rest[field.key] = field.value.difference(from: other)
      } else {
        rest[field.key] = field.value
      }
    }
    return rest.isEmpty ? nil : .object(rest)
  }

  private var kind: String {
    switch self {
    case .object: "an object"
    case .boolean: "true or false"
    case .number: "a number"
    case .text: "a text"
    }
  }
}

extension PolicyTree: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let fields = try? decoder.container(keyedBy: Key.self) {
      self = .object(
        try Dictionary(
          uniqueKeysWithValues: fields.allKeys.map { ($0.stringValue, try fields.decode(PolicyTree.self, forKey: $0)) })
      )
      return
    }
    let value = try decoder.singleValueContainer()
    if let boolean = try? value.decode(Bool.self) {
      self = .boolean(boolean)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else {
      let path = decoder.codingPath.map(\.stringValue).joined(separator: ".")
      throw PolicyError(.wrongType, path, "neither an object, a number, a text nor true or false")
    }
  }

  func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let fields):
      var container = encoder.container(keyedBy: Key.self)
      for (key, value) in fields { try container.encode(value, forKey: Key(stringValue: key)) }
    case .boolean(let value): try Self.write(value, to: encoder)
    case .number(let value): try Self.write(value, to: encoder)
    case .text(let value): try Self.write(value, to: encoder)
    }
  }

  private static func write(_ value: some Encodable, to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(value)
  }
}
