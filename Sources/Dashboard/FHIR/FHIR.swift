internal import Foundation
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
  /// The unified code for units of measure.
  static let unitSystem: JSONValue = "http://unitsofmeasure.org"

  /// What is observed.
  enum Observed: String, CaseIterable {
    case heartRate = "hr"
    case ecg

    /// LOINC for the heart rate; ISO/IEEE 11073-10101 for an ECG lead's potential.
    var coding: (system: String, code: String, display: String) {
      switch self {
      case .heartRate: ("http://loinc.org", "8867-4", "Heart rate")
      case .ecg: ("urn:oid:2.16.840.1.113883.6.24", "131328", "MDC_ECG_ELEC_POTL")
      }
    }

    /// What may be searched for: the code alone, or with its system.
    var searchTerms: [String] { [coding.code, "\(coding.system)|\(coding.code)"] }
  }

  /// The schema of a resource in our document: that it is one; what it holds, FHIR's own schemas say.
  static func schema(of type: String) -> JSONValue {
    [
      "type": "object", "required": ["resourceType"], "additionalProperties": true,
      "properties": ["resourceType": ["type": "string", "enum": [.string(type)]]],
    ]
  }

  /// An instant with milliseconds, in UTC.
  static func instant(_ time: UnixMicroseconds) -> JSONValue {
    let second = Date(timeIntervalSince1970: Double(time / 1_000_000)).formatted(.iso8601).dropLast()
    let milliseconds = "\(1000 + time / 1000 % 1000)".dropFirst()
    return .string("\(second).\(milliseconds)Z")
  }

  /// A reference such as `Patient/P-7K2M`.
  static func reference(_ type: String, _ id: String) -> JSONValue { ["reference": .string("\(type)/\(id)")] }

  static func concept(_ system: String, _ code: String, _ display: String) -> JSONValue {
    [
      "coding": [["system": .string(system), "code": .string(code), "display": .string(display)]],
      "text": .string(display),
    ]
  }
}
