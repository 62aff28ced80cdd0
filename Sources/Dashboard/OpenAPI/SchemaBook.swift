internal import Exports
internal import Store
@_spi(Reflection) internal import Swift
internal import Wire

/// Derives schemas from the types that are encoded and decoded, and keeps those that have a name.
///
/// A member is required unless its type is optional. The members are found by reflection on the type alone, so that a document
/// cannot be behind its views; that answers look as it says is checked on every answer that the tests get.
struct SchemaBook {
  /// Schemas by name, as the document's components list them.
  private(set) var named: [String: JSONValue] = [:]

  /// The schema of a type; of a structure, a reference to where it stands by its name.
  mutating func schema(of type: Any.Type) -> JSONValue {
    if let type = type as? any SchemaDescribed.Type { return type.schema(in: &self) }
    if let type = type as? any (RawRepresentable & CaseIterable).Type, let values = Self.texts(of: type) {
      return Schema.choice(values).json
    }
    guard let name = Self.name(of: type) else { return members(of: type) }
    if named[name] == nil {
      named[name] = [:]  // Stands for itself while its members are looked at.
      named[name] = members(of: type)
    }
    return ["$ref": .string("#/components/schemas/\(name)")]
  }

  private mutating func members(of type: Any.Type) -> JSONValue {
    var fields: [(name: String, type: Any.Type)] = []
    _ = _forEachField(of: type, options: []) { name, _, type, _ in
      fields.append((String(cString: name), type))
      return true
    }
    var properties: [String: JSONValue] = [:]
    var required: [JSONValue] = []
    for field in fields {
      properties[field.name] = schema(of: field.type)
      if !(field.type is any OptionalType.Type) { required.append(.string(field.name)) }
    }
    return ["type": "object", "required": .array(required), "properties": .object(properties)]
  }

  /// `PatientView.Session` of `Dashboard.PatientView.Session`; `nil` for a generic type, which has no name that an address may hold.
  private static func name(of type: Any.Type) -> String? {
    let parts = String(reflecting: type).split(separator: ".").dropFirst()
    let name = parts.filter { !$0.hasPrefix("(") }.joined(separator: ".")
    return name.isEmpty || name.contains("<") ? nil : name
  }

  private static func texts<Value: RawRepresentable & CaseIterable>(of type: Value.Type) -> [String]? {
    let texts = type.allCases.compactMap { $0.rawValue as? String }
    return texts.isEmpty ? nil : texts
  }
}

/// A type whose JSON is not an object of its stored properties.
protocol SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue
}

private protocol OptionalType {}
extension Optional: OptionalType {}

extension Optional: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue { book.schema(of: Wrapped.self).orNull }
}

extension Array: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue {
    ["type": "array", "items": book.schema(of: Element.self)]
  }
}

extension Dictionary: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue {
    ["type": "object", "additionalProperties": book.schema(of: Value.self)]
  }
}

extension String: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue { Schema.string.json }
}

extension Bool: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue { Schema.boolean.json }
}

extension Double: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue { Schema.number.json }
}

extension Float: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue { Schema.number.json }
}

extension SchemaDescribed where Self: FixedWidthInteger {
  static func schema(in book: inout SchemaBook) -> JSONValue {
    isSigned ? ["type": "integer"] : ["type": "integer", "minimum": 0]
  }
}

extension Int: SchemaDescribed {}
extension Int16: SchemaDescribed {}
extension Int32: SchemaDescribed {}
extension Int64: SchemaDescribed {}
extension UInt8: SchemaDescribed {}
extension UInt16: SchemaDescribed {}
extension UInt32: SchemaDescribed {}
extension UInt64: SchemaDescribed {}

extension DeviceID: SchemaDescribed {
  static func schema(in book: inout SchemaBook) -> JSONValue { Parameter.device.schema.json }
}
