internal import Exports
internal import Store
internal import Wire

/// FHIR R4 (4.0.1), for reading: the forms of what the API tells elsewhere, and nothing more of it.
enum FHIR {
  static let mediaType = "application/fhir+json"
  static let contentType = "application/fhir+json; charset=utf-8"
  /// Most resources in an answer.
  static let pageLimit = 100
  /// Resources in an answer that was not asked for a number.
  static let standardPage = 50

  /// What is observed.
  enum Observed: String, CaseIterable {
    case heartRate = "hr"
    case ecg

    /// LOINC for the heart rate; ISO/IEEE 11073-10101 for an ECG lead's potential.
    var code: FHIRObservation.Code {
      switch self {
      case .heartRate: .init(system: "http://loinc.org", code: "8867-4", display: "Heart rate")
      case .ecg:
        .init(system: FHIRObservation.Code.medicalDevices, code: "131328", display: "MDC_ECG_ELEC_POTL")
      }
    }

    /// What may be searched for: the code alone, or with its system.
    var searchTerms: [String] { [code.code, "\(code.system)|\(code.code)"] }
  }

  /// The schema of a resource in our document: that it is one; what it holds, FHIR's own schemas say.
  static func schema(of type: String) -> JSONValue {
    [
      "type": "object", "required": ["resourceType"], "additionalProperties": true,
      "properties": ["resourceType": ["type": "string", "enum": [.string(type)]]],
    ]
  }

  /// An instant with milliseconds, in UTC.
  static func instant(_ time: UnixMicroseconds) -> JSONValue { FHIRObservation.instant(time) }

  /// A reference such as `Patient/P-7K2M`.
  static func reference(_ type: String, _ id: String) -> JSONValue { ["reference": .string("\(type)/\(id)")] }

  static func concept(_ system: String, _ code: String, _ display: String) -> JSONValue {
    [
      "coding": [["system": .string(system), "code": .string(code), "display": .string(display)]],
      "text": .string(display),
    ]
  }
}
