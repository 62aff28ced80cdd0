public import AlertPolicy
internal import Foundation

/// Limits of the alert policy that differ for one patient: a sparse tree over the installation's, so that whatever it does not
/// name follows the installation, rules to come included.
public struct PolicyOverride: Hashable, Sendable, Codable {
  /// A value in the tree.
  public indirect enum Value: Hashable, Sendable, Codable {
    /// A limit.
    case number(Double)
    /// A switch.
    case flag(Bool)
    /// A severity, or another word.
    case word(String)
    /// A rule with its limits.
    case group([String: Value])

    /// Decodes any of them.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let flag = try? container.decode(Bool.self) {
        self = .flag(flag)
      } else if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else if let word = try? container.decode(String.self) {
        self = .word(word)
      } else {
        self = .group(try container.decode([String: Value].self))
      }
    }

    /// Encodes as plain JSON.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .number(let number): try container.encode(number)
      case .flag(let flag): try container.encode(flag)
      case .word(let word): try container.encode(word)
      case .group(let group): try container.encode(group)
      }
    }
  }

  /// What differs, by the names of `AlertPolicyConfiguration`'s fields.
  public var values: [String: Value]

  /// Collects differences; none by default.
  public init(_ values: [String: Value] = [:]) { self.values = values }

  /// Decodes the tree itself.
  public init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode([String: Value].self)
  }

  /// Encodes the tree itself.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }

  /// The installation's limits as such a tree, for a page that lets them be changed.
  public static func tree(of policy: AlertPolicyConfiguration) throws -> [String: Value] {
    try JSONDecoder().decode([String: Value].self, from: JSONEncoder().encode(policy))
  }

  /// The installation's limits with the differences laid over them.
  /// - Throws: ``AlertPlan/Fault/limit(_:)`` for a name that there is not, or a value of another kind or out of range.
  public func applied(to policy: AlertPolicyConfiguration) throws(AlertPlan.Fault) -> AlertPolicyConfiguration {
    guard !values.isEmpty else { return policy }
    guard let json = try? JSONEncoder().encode(self) else { throw .limit("") }
    do throws(PolicyError) {
      return try AlertPolicyConfiguration(json: json, over: policy)
    } catch {
      throw .limit(error.path)
    }
  }
}
