internal import Exports

/// A JSON Schema (2020-12, the dialect of OpenAPI 3.1): of an answer, a body or a parameter.
struct Schema: Hashable, Sendable {
  /// The schema as JSON.
  let json: JSONValue
  /// Whether a member of this schema may be left out of its object.
  var isOptional = false

  init(_ json: JSONValue) { self.json = json }

  static let string = Schema(["type": "string"])
  static let boolean = Schema(["type": "boolean"])
  static let integer = Schema(["type": "integer"])
  static let number = Schema(["type": "number"])
  /// Anything.
  static let any = Schema([:])
  /// Unix time in microseconds.
  static let microseconds = Schema(["type": "integer", "minimum": 0, "description": "Unix time in microseconds."])

  /// A whole number in a range.
  static func integer(_ range: ClosedRange<Int>) -> Schema {
    Schema(["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)])
  }

  /// A text of so many characters.
  static func text(_ length: ClosedRange<Int>) -> Schema {
    Schema(["type": "string", "minLength": .integer(length.lowerBound), "maxLength": .integer(length.upperBound)])
  }

  /// A text of a form.
  static func text(matching pattern: String) -> Schema { Schema(["type": "string", "pattern": .string(pattern)]) }

  /// One of these texts.
  static func choice(_ values: [String]) -> Schema {
    Schema(["type": "string", "enum": .array(values.map(JSONValue.string))])
  }

  /// A list.
  static func list(_ item: Schema) -> Schema { Schema(["type": "array", "items": item.json]) }

  /// An object of these members; optional ones may be left out.
  static func object(_ members: KeyValuePairs<String, Schema>) -> Schema {
    let required = members.filter { !$0.value.isOptional }.map { JSONValue.string($0.key) }
    return Schema([
      "type": "object", "required": .array(required),
      "properties": .object(Dictionary(members.map { ($0.key, $0.value.json) }) { _, last in last }),
    ])
  }

  /// The same, or `null`, or left out.
  var optional: Schema {
    var schema = Schema(json.orNull)
    schema.isOptional = true
    return schema
  }
}

extension JSONValue {
  /// A schema that allows `null` as well.
  var orNull: JSONValue {
    if case .string(let type)? = self["type"], self["enum"] == nil {
      return merging(["type": [.string(type), "null"]])
    }
    return self == [:] ? self : ["anyOf": [self, ["type": "null"]]]
  }
}
