internal import Exports
internal import HTTPTypes

extension FHIR {
  /// What this server can do (FHIR R4 §5.2).
  static let capabilities: JSONValue = [
    "resourceType": "CapabilityStatement", "status": "active", "date": "2026-11-27", "kind": "instance",
    "publisher": "SealedBeat", "fhirVersion": "4.0.1", "format": [.string(mediaType)],
    "software": ["name": "SealedBeat"],
    "implementation": [
      "description": "Patients, devices, heart rates, ECG and audit events of a SealedBeat installation, for reading."
    ],
    "rest": [
      [
        "mode": "server",
        "security": [
          "description":
            "A bearer token with the scope fhir:read, or a clinician's or auditor's sign-in; patients outside the account's scope do not exist for it."
        ],
        "resource": [
          resource("Patient", searching: [("_id", "token")]),
          resource("Device", searching: [("patient", "reference")]),
          resource("Observation", searching: [("patient", "reference"), ("code", "token")]),
          resource(
            "AuditEvent",
            searching: [
              ("date", "date"), ("agent", "reference"), ("agent-name", "string"), ("patient", "reference"),
              ("entity", "reference"), ("entity-name", "string"), ("type", "token"), ("subtype", "token"),
              ("outcome", "token"),
            ]),
        ],
      ]
    ],
  ]

  private static func resource(_ type: String, searching parameters: [(name: String, type: String)]) -> JSONValue {
    let resource: JSONValue = [
      "type": .string(type), "interaction": [["code": "read"], ["code": "search-type"]], "versioning": "no-version",
    ]
    if parameters.isEmpty { return resource }
    return resource.merging([
      "searchParam": .array(parameters.map { ["name": .string($0.name), "type": .string($0.type)] })
    ])
  }
}

extension APIProblem {
  /// The refusal as FHIR says it.
  var outcome: JSONValue {
    let kind =
      switch status.code {
      case 400, 413, 422: "invalid"
      case 401: "login"
      case 403: "forbidden"
      case 404: "not-found"
      case 409: "conflict"
      case 429: "throttled"
      case 503: "transient"
      default: "exception"
      }
    return [
      "resourceType": "OperationOutcome",
      "issue": [
        [
          "severity": "error", "code": .string(kind), "details": ["text": .string(code)],
          "diagnostics": .string(reason),
        ]
      ],
    ]
  }
}
