import Dashboard
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

/// `/api/openapi.json`, and whether an answer is what it says.
struct Document {
  private let document: [String: Any]

  init() throws {
    let data = try JSONEncoder().encode(APIDocument.json)
    document = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// The operation of a method and a templated path.
  func operation(_ method: String, _ path: String) -> [String: Any]? {
    let item = (document["paths"] as? [String: Any])?[path] as? [String: Any]
    return item?[method.lowercased()] as? [String: Any]
  }

  /// What an answer has that the document does not say, or lacks that it says.
  func faults(of response: TestResponse, to method: HTTPRequest.Method, at uri: String) throws -> [String] {
    let path = uri.split(separator: "?", omittingEmptySubsequences: false)[0]
    guard let endpoint = Endpoint.allCases.first(where: { $0.method == method && matches($0.path, String(path)) })
    else {
      return []
    }
    guard let operation = operation(method.rawValue, endpoint.path) else { return ["\(endpoint) is not described"] }
    let responses = operation["responses"] as? [String: Any]
    guard let described = responses?["\(response.status.code)"] as? [String: Any] else {
      return ["\(endpoint): status \(response.status.code) is not described (\(response.problem ?? "-"))"]
    }
    guard let content = described["content"] as? [String: Any] else {
      return response.body.readableBytes == 0 ? [] : ["\(endpoint): a body where none is described"]
    }
    let type = String((response.headers[.contentType] ?? "").prefix { $0 != ";" })
    guard let media = content[type] as? [String: Any] else { return ["\(endpoint): content type \(type)"] }
    // `FakeVault` says `{}` to whatever has no form of its own; a real one is asked in `KeyPagesTests`.
    let isFake = endpoint.path.hasPrefix("/api/keys/") && String(buffer: response.body) == "{}"
    guard type.hasSuffix("json"), !isFake, let schema = media["schema"] else { return [] }
    let value = try JSONSerialization.jsonObject(
      with: Data(response.body.readableBytesView), options: .fragmentsAllowed)
    return faults(of: value, against: schema).map { "\(endpoint)\($0)" }
  }

  private func matches(_ template: String, _ path: String) -> Bool {
    let (parts, given) = (template.split(separator: "/"), path.split(separator: "/"))
    return parts.count == given.count && zip(parts, given).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
  }

  /// Checks what our schemas use of JSON Schema; stricter in one thing: a member that no schema names is a fault.
  func faults(of value: Any, against schema: Any, at place: String = "") -> [String] {
    guard let schema = schema as? [String: Any], !schema.isEmpty else { return [] }
    if let reference = schema["$ref"] as? String {
      let name = String(reference.split(separator: "/").last ?? "")
      let schemas = (document["components"] as? [String: Any])?["schemas"] as? [String: Any]
      guard let found = schemas?[name] else { return ["\(place): \(reference) is nowhere"] }
      return faults(of: value, against: found, at: place)
    }
    if let choices = schema["anyOf"] as? [Any] {
      let found = choices.map { faults(of: value, against: $0, at: place) }
      return found.contains(where: \.isEmpty) ? [] : found.joined() + []
    }
    if let values = schema["enum"] as? [String], !((value as? String).map(values.contains) ?? false) {
      return ["\(place): \(value) is none of \(values)"]
    }
    let types = (schema["type"] as? [String]) ?? (schema["type"] as? String).map { [$0] } ?? []
    if !types.isEmpty, !types.contains(where: { Self.isA($0, value) }) {
      return ["\(place): \(value) is not \(types.joined(separator: " or "))"]
    }
    if let pattern = schema["pattern"] as? String, let text = value as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      return ["\(place): \(text) is not of the form \(pattern)"]
    }
    if let items = value as? [Any], let item = schema["items"] {
      return items.enumerated().flatMap { faults(of: $1, against: item, at: "\(place)[\($0)]") }
    }
    if let members = value as? [String: Any] { return faults(ofMembers: members, against: schema, at: place) }
    return []
  }

  private func faults(ofMembers members: [String: Any], against schema: [String: Any], at place: String) -> [String] {
    let properties = schema["properties"] as? [String: Any]
    var found = (schema["required"] as? [String] ?? []).filter { members[$0] == nil }.map {
      "\(place).\($0) is missing"
    }
    for (name, member) in members {
      if let property = properties?[name] ?? schema["additionalProperties"] {
        found += faults(of: member, against: property, at: "\(place).\(name)")
      } else if properties?.isEmpty == false {
        found.append("\(place).\(name) is not described")
      }
    }
    return found
  }

  private static func isA(_ type: String, _ value: Any) -> Bool {
    let number = value as? NSNumber
    let isBoolean = value is Bool && number.map { CFGetTypeIDIsBoolean($0) } ?? true
    return switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "null": value is NSNull
    case "boolean": isBoolean
    case "integer": !isBoolean && number.map { $0.doubleValue.rounded() == $0.doubleValue } ?? false
    case "number": !isBoolean && number != nil
    default: false
    }
  }

  /// Whether a number came from `true` or `false`: Foundation keeps both in one class.
  private static func CFGetTypeIDIsBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
