import Dashboard
import Foundation
import Hummingbird
import HummingbirdTesting
import Store
import Testing

/// The document at `/api/openapi.json`. That answers look as it says is checked on every answer which any test here gets
/// (``Browser/send(_:_:_:body:changing:)``).
@Suite struct OpenAPITests {
  @Test func everyEndpointIsDescribed() {
    #expect(
      APIDocument.undescribed == [],
      "add one entry for each to the list of its area, Sources/Dashboard/OpenAPI/Operation+AREA.swift")
  }

  @Test func everyEndpointStandsInItWithItsRule() throws {
    let document = try Document()
    for endpoint in Endpoint.allCases {
      let operation = try #require(document.operation(endpoint.method.rawValue, endpoint.path), "\(endpoint)")
      #expect(operation["operationId"] as? String == endpoint.rawValue)
      let roles = Set(operation["x-roles"] as? [String] ?? [])
      switch endpoint.rule {
      case .everybody: #expect(roles == ["everybody"])
      case .signedIn: #expect(roles == ["signed-in"])
      case .only(let allowed): #expect(roles == Set(allowed.map(\.rawValue)))
      }
      let named = (operation["parameters"] as? [[String: Any]] ?? []).filter { $0["in"] as? String == "path" }
      #expect(
        Set(named.compactMap { $0["name"] as? String })
          == Set(
            endpoint.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }),
        "\(endpoint): a parameter of the path is missing in Parameter.inPath")
    }
  }

  /// Anybody may read it: it says how to sign in, and nothing of this installation.
  @Test func everybodyMayReadIt() async throws {
    let ward = try Ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser().send(client, .get, "/api/openapi.json")
      #expect(response.status == .ok)
      #expect(try response.json()["openapi"] as? String == "3.1.0")
    }
  }

  /// What the validator finds: a required member that is missing, one that nobody named, a wrong type.
  @Test(arguments: [
    (#"{"a":1}"#, true), (#"{"a":1,"b":null}"#, true), (#"{"a":1,"b":"x"}"#, true), (#"{}"#, false),
    (#"{"a":"1"}"#, false), (#"{"a":1,"c":1}"#, false), (#"{"a":1.5}"#, false), (#"{"a":true}"#, false),
  ])
  func theCheckOfAnswersFindsDifferences(text: String, isRight: Bool) throws {
    let schema: [String: Any] = [
      "type": "object", "required": ["a"],
      "properties": ["a": ["type": "integer"], "b": ["type": ["string", "null"]]],
    ]
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    #expect(try Document().faults(of: value, against: schema).isEmpty == isRight)
  }

  /// The pages' table of operations is the document's.
  @Test func pagesKnowEveryOperation() async throws {
    let ward = try Ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let module = String(buffer: try await Browser().send(client, .get, "/web/operations.js").body)
      for endpoint in Endpoint.allCases {
        #expect(module.contains(#""\#(endpoint.rawValue)":["\#(endpoint.method.rawValue)","\#(endpoint.path)"]"#))
      }
    }
  }
}
