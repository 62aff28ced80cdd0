public import Foundation

extension AlertPolicyConfiguration {
  /// Most bytes of a policy in JSON: every limit that there is takes less than a tenth.
  public static let jsonLimit = 65_536

  /// Reads a policy from JSON, such as a policy file: what it leaves out is as in `base`.
  ///
  /// - Parameters:
  ///   - json: An object that holds rules by their keys, each with the limits that differ.
  ///   - base: Where everything else comes from: the defaults, or the policy of the clinic.
  /// - Throws: ``PolicyError`` for a key that no rule has, a value of the wrong type, a number out of its range, and limits
  ///   that contradict each other.
  public init(json: Data, over base: AlertPolicyConfiguration = AlertPolicyConfiguration()) throws(PolicyError) {
    guard json.count <= Self.jsonLimit else {
      throw PolicyError(.notJSON, "", "a policy has at most \(Self.jsonLimit) bytes")
    }
    do {
      self = try PolicyTree(base).overlaid(with: JSONDecoder().decode(PolicyTree.self, from: json)).policy()
    } catch {
      throw PolicyError(decoding: error)
    }
  }

  /// The whole policy in JSON, keys in order, for people to read and change.
  public func json() -> Data { Self.write(self) }

  /// Only the limits that differ from `base`; `{}` where none does. ``init(json:over:)`` makes the policy of it again.
  public func json(differingFrom base: AlertPolicyConfiguration) -> Data {
    let difference = try? PolicyTree(self).difference(from: PolicyTree(base))
    return Self.write(difference ?? .object([:]))
  }

  private static func write(_ value: some Encodable) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    // Only a number that is not finite cannot be written, and no policy that was checked has one.
    return (try? encoder.encode(value)) ?? Data("{}".utf8)
  }

  /// Reads a policy; what it leaves out is as in the defaults, what no rule knows is refused, and the limits are checked.
  public init(from decoder: any Decoder) throws {
    self = try PolicyTree(AlertPolicyConfiguration()).overlaid(with: PolicyTree(from: decoder)).policy()
  }
}

extension PolicyError {
  /// What a decoder complains of, as a fault of the policy.
  init(decoding error: any Error) {
    switch error {
    case let fault as PolicyError: self = fault
    case DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context):
      let path = context.codingPath.map(\.stringValue).joined(separator: ".")
      self =
        path.isEmpty
        ? PolicyError(.notJSON, "", "no JSON object: \(context.debugDescription)")
        : PolicyError(.wrongType, path, context.debugDescription)
    default: self = PolicyError(.notJSON, "", "\(error)")
    }
  }
}
