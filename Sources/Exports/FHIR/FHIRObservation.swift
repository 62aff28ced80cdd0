/// An Observation of FHIR R4: the one form in which the API answers it and in which exports hold it.
public struct FHIRObservation: Sendable {
  /// A code of a terminology.
  public struct Code: Sendable, Hashable {
    /// The terminology.
    public let system: String
    /// The code.
    public let code: String
    /// Its words there.
    public let display: String
    /// Ours.
    public let text: String

    /// Describes a code; its own words serve where there are no other.
    public init(system: String, code: String, display: String, text: String? = nil) {
      self.system = system
      self.code = code
      self.display = display
      self.text = text ?? display
    }

    /// The unified system of ISO/IEEE 11073-10101, as FHIR names it.
    public static let medicalDevices = "urn:iso:std:iso:11073:10101"

    var concept: JSONValue {
      [
        "coding": [["system": .string(system), "code": .string(code), "display": .string(display)]],
        "text": .string(text),
      ]
    }
  }

  /// What kind of observation it is.
  public enum Category: String, Sendable {
    /// Of a vital sign.
    case vitalSigns = "vital-signs"
    /// Of a measurement.
    case procedure

    var concept: JSONValue {
      Code(
        system: "http://terminology.hl7.org/CodeSystem/observation-category", code: rawValue,
        display: self == .vitalSigns ? "Vital Signs" : "Procedure"
      ).concept
    }
  }

  /// Why nothing was observed: FHIR's `data-absent-reason`.
  public enum Absence: String, Sendable {
    /// It is not known.
    case unknown
    /// It could not be measured.
    case error

    fileprivate var display: String { self == .unknown ? "Unknown" : "Error" }
  }

  /// What was observed.
  public enum Value: Sendable {
    /// A number with its unit, and the unit's UCUM code.
    case quantity(Double, unit: String, code: String)
    /// Samples 8 ms apart, separated by spaces, `E` where there is none: each times `thousandths` / 1000 of the unit.
    case samples(String, thousandths: Int, unit: String, code: String)
    /// Nothing, and why in words.
    case absent(Absence, text: String)
  }

  /// When it was, Unix microseconds.
  public enum Time: Sendable {
    /// At a moment.
    case at(UInt64)
    /// Over a time.
    case from(UInt64, until: UInt64)
  }

  /// Milliseconds between two samples.
  private static let period = 8
  private static let units: JSONValue = "http://unitsofmeasure.org"

  private let id: String
  private let category: Category
  private let code: Code
  private let subject: JSONValue
  private let device: JSONValue
  private let time: Time
  private let value: Value
  private let bodySite: String?

  /// Describes an observation.
  /// - Parameters:
  ///   - id: Its id.
  ///   - category: Its kind.
  ///   - code: What is observed.
  ///   - subject: The Reference to the patient.
  ///   - device: The Reference to the device.
  ///   - time: When.
  ///   - value: What.
  ///   - bodySite: Where on the body, in words.
  public init(
    id: String, category: Category, code: Code, subject: JSONValue, device: JSONValue, time: Time, value: Value,
    bodySite: String? = nil
  ) {
    self.id = id
    self.category = category
    self.code = code
    self.subject = subject
    self.device = device
    self.time = time
    self.value = value
    self.bodySite = bodySite
  }

  /// The resource.
  public var resource: JSONValue {
    var resource: [String: JSONValue] = [
      "resourceType": "Observation", "id": .string(id), "status": "final", "category": [category.concept],
      "code": code.concept, "subject": subject, "device": device,
    ]
    if let bodySite { resource["bodySite"] = ["text": .string(bodySite)] }
    switch time {
    case .at(let moment): resource["effectiveDateTime"] = Self.instant(moment)
    case .from(let start, let end):
      resource["effectivePeriod"] = ["start": Self.instant(start), "end": Self.instant(end)]
    }
    switch value {
    case .quantity(let number, let unit, let code):
      resource["valueQuantity"] = [
        "value": .number(number), "unit": .string(unit), "system": Self.units, "code": .string(code),
      ]
    case .samples(let data, let thousandths, let unit, let code):
      resource["valueSampledData"] = [
        "origin": ["value": 0, "unit": .string(unit), "system": Self.units, "code": .string(code)],
        "period": .integer(Self.period), "factor": .number(Double(thousandths) / 1000), "dimensions": 1,
        "data": .string(data),
      ]
    case .absent(let absence, let text):
      resource["dataAbsentReason"] =
        Code(
          system: "http://terminology.hl7.org/CodeSystem/data-absent-reason", code: absence.rawValue,
          display: absence.display, text: text
        ).concept
    }
    return .object(resource)
  }

  /// An instant with milliseconds, in UTC.
  /// - Parameter microseconds: Unix time.
  public static func instant(_ microseconds: UInt64) -> JSONValue { .string(CivilTime(microseconds: microseconds).iso) }
}
