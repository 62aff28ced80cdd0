package import Exports
internal import HTTPTypes
internal import Store

/// The OpenAPI 3.1 document, made of ``Endpoint`` (method, path, rule) and ``Operation`` (what it takes and gives).
package enum APIDocument {
  /// Where it is.
  package static let path = "/api/openapi.json"

  /// The document.
  package static let json = make()

  /// An endpoint that has no ``Operation``, and where to write it.
  package static var undescribed: [Endpoint] { Endpoint.allCases.filter { Operation.all[$0] == nil } }

  private static func make() -> JSONValue {
    var book = SchemaBook()
    var paths: [String: JSONValue] = [:]
    for endpoint in Endpoint.allCases {
      guard let operation = Operation.all[endpoint] else { continue }
      let item = paths[endpoint.path] ?? [:]
      paths[endpoint.path] = item.merging([
        endpoint.method.rawValue.lowercased(): describe(endpoint, operation, &book)
      ])
    }
    let problem = book.schema(of: APIProblem.Body.self)
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "SealedBeat", "version": "1",
        "summary": "Patients' ECG, findings and alerts, and the administration of devices and keys.",
        "description": """
        Times are Unix milliseconds (in what the key vault answers, microseconds), samples are indices on a session's \
        timeline at 125 Hz, amplitudes are microvolts. A patient outside the scope of who asks is answered as one that does \
        not exist. `x-roles` names the roles that may ask.
        """,
        "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
      ],
      "servers": [["url": "/"]],
      "paths": .object(paths),
      "components": [
        "schemas": .object(book.named),
        "securitySchemes": securitySchemes,
        "responses": [
          "Problem": [
            "description": "What was asked was not done.", "content": ["application/json": ["schema": problem]],
          ]
        ],
      ],
    ]
  }

  private static let securitySchemes: JSONValue = [
    "token": [
      "type": "http", "scheme": "bearer",
      "description": .string(
        """
        For programs: a token that an account made for itself, within the account's role and patients. Scopes: \
        \(TokenScope.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")). A request with a token needs no cookie and no request token.
        """),
    ],
    "session": [
      "type": "apiKey", "in": "cookie", "name": .string(SessionToken.cookieName),
      "description": "Set by signing in; a browser keeps and sends it.",
    ],
    "requestToken": [
      "type": "apiKey", "in": "header", "name": .string(HTTPField.Name.requestToken.rawName),
      "description": """
      With every request that changes something: the token that signing in gave, beside an Origin header that names this server.
      """,
    ],
  ]

  private static func describe(_ endpoint: Endpoint, _ operation: Operation, _ book: inout SchemaBook) -> JSONValue {
    var described: [String: JSONValue] = [
      "operationId": .string(endpoint.rawValue), "summary": .string(operation.summary),
      "tags": [.string(area(of: endpoint))], "responses": responses(endpoint, operation, &book),
      "security": security(of: endpoint), "x-roles": roles(of: endpoint),
    ]
    let parameters = endpoint.parameters.map { (place: "path", parameter: $0) } + operation.query.map { ("query", $0) }
    if !parameters.isEmpty {
      described["parameters"] = .array(
        parameters.map { place, parameter in
          [
            "name": .string(parameter.name), "in": .string(place), "description": .string(parameter.about),
            "required": .bool(place == "path" || parameter.isRequired), "schema": parameter.schema.json,
          ]
        })
    }
    if let body = operation.body {
      described["requestBody"] = [
        "required": true, "content": ["application/json": ["schema": schema(of: body, &book)]],
      ]
    }
    return .object(described)
  }

  private static func schema(of body: Operation.Body, _ book: inout SchemaBook) -> JSONValue {
    switch body {
    case .schema(let schema): return schema.json
    case .json(let type, let refined):
      let derived = book.schema(of: type)
      if refined.isEmpty { return derived }
      return ["allOf": [derived, ["properties": .object(refined.mapValues(\.json))]]]
    }
  }

  private static func responses(
    _ endpoint: Endpoint, _ operation: Operation, _ book: inout SchemaBook
  ) -> JSONValue {
    var responses: [String: JSONValue] = [:]
    switch operation.answer {
    case .redirect: responses["303"] = ["description": "Go on there."]
    case .nothing: responses["204"] = ["description": "Done."]
    case .json(let type):
      responses["200"] = content(["application/json"], schema: book.schema(of: type))
    case .schema(let schema): responses["200"] = content(["application/json"], schema: schema.json)
    case .events: responses["200"] = content(["text/event-stream"], schema: Schema.string.json)
    case .file(let types): responses["200"] = content(types, schema: nil)
    case .jsonOrFile(let type, let files):
      let media: [(String, JSONValue)] =
        [("application/json", ["schema": book.schema(of: type)])] + files.map { ($0, [:]) }
      responses["200"] = [
        "description": "What was asked for.", "content": .object(Dictionary(media) { first, _ in first }),
      ]
    case .fhir(let type):
      responses["200"] = content([FHIR.mediaType], schema: FHIR.schema(of: type))
    }
    for (status, problems) in Dictionary(grouping: operation.refusals(of: endpoint), by: \.status.code) {
      var reasons: [String] = []
      for problem in problems {
        let line = "`\(problem.code)`: \(problem.reason)"
        if !reasons.contains(line) { reasons.append(line) }
      }
      responses["\(status)"] = [
        "description": .string(reasons.joined(separator: "\n\n")),
        "content": endpoint.path.hasPrefix("/fhir/")
          ? [FHIR.mediaType: ["schema": FHIR.schema(of: "OperationOutcome")]]
          : ["application/json": ["schema": book.schema(of: APIProblem.Body.self)]],
      ]
    }
    return .object(responses)
  }

  private static func content(_ types: [String], schema: JSONValue?) -> JSONValue {
    let value: JSONValue = schema.map { ["schema": $0] } ?? [:]
    return [
      "description": "What was asked for.",
      "content": .object(Dictionary(types.map { ($0, value) }) { first, _ in first }),
    ]
  }

  private static func security(of endpoint: Endpoint) -> JSONValue {
    if endpoint.rule == .everybody { return [] }
    var ways: [JSONValue] = [endpoint.changesState ? ["session": [], "requestToken": []] : ["session": []]]
    if let scope = endpoint.tokenScope { ways.append(["token": [.string(scope.rawValue)]]) }
    return .array(ways)
  }

  private static func roles(of endpoint: Endpoint) -> JSONValue {
    switch endpoint.rule {
    case .everybody: ["everybody"]
    case .signedIn: ["signed-in"]
    case .only(let roles): .array(roles.map(\.rawValue).sorted().map(JSONValue.string))
    }
  }

  /// `keys` of `/api/keys/claims`.
  private static func area(of endpoint: Endpoint) -> String {
    endpoint.path.split(separator: "/").dropFirst().first.map(String.init) ?? "api"
  }
}

extension Endpoint {
  /// The parameters of the path, in their order.
  var parameters: [Parameter] {
    path.split(separator: "/").filter { $0.hasPrefix("{") }.compactMap {
      Parameter.inPath[String($0.dropFirst().dropLast())]
    }
  }
}
