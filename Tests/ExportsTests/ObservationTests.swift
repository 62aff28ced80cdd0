import Exports
import Foundation
import Testing

@Suite("The one form of an Observation")
struct ObservationTests {
  private static func members(_ value: FHIRObservation.Value, name: String = "P-ABCD") throws -> [String: Any] {
    let text = FHIRObservation(
      id: "ecg-1", category: .procedure,
      code: .init(system: FHIRObservation.Code.medicalDevices, code: "131329", display: "MDC_ECG_ELEC_POTL_I"),
      subject: ["display": .string(name)], device: ["display": "sb-001"],
      time: .from(1_767_225_600_123_456, until: 1_767_225_660_000_000), value: value, bodySite: nil
    ).resource.text
    return try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func itSaysWhatWhenAndOfWhom() throws {
    let one = try Self.members(.quantity(72.5, unit: "beats/minute", code: "/min"))
    #expect(one["resourceType"] as? String == "Observation" && one["status"] as? String == "final")
    #expect(
      one["effectivePeriod"] as? [String: String] == [
        "start": "2026-01-01T00:00:00.123Z", "end": "2026-01-01T00:01:00.000Z",
      ])
    let quantity = try #require(one["valueQuantity"] as? [String: Any])
    #expect(quantity["value"] as? Double == 72.5 && quantity["code"] as? String == "/min")
    #expect(one["bodySite"] == nil && one["valueSampledData"] == nil && one["dataAbsentReason"] == nil)
    let none = try Self.members(.absent(.error, text: "Lead off"))
    let reason = try #require(none["dataAbsentReason"] as? [String: Any])
    #expect(reason["text"] as? String == "Lead off")
    #expect((reason["coding"] as? [[String: String]])?.first?["code"] == "error")
    #expect((reason["coding"] as? [[String: String]])?.first?["display"] == "Error")
  }

  /// A step of the converter is written as the decimal number that it is, whatever it is: a sample times it is the microvolts.
  @Test func everyStepIsExact() throws {
    for nanovolts in Array(1...10_000) + [65_535, 999_999, 4_294_967_295] {
      let resource = FHIRObservation(
        id: "x", category: .procedure, code: .init(system: "s", code: "c", display: "d"), subject: [:], device: [:],
        time: .at(0), value: .samples("1 E -2", thousandths: nanovolts, unit: "µV", code: "uV")
      ).resource
      let text = resource["valueSampledData"]?["factor"]?.text ?? ""
      #expect(Decimal(string: text) == Decimal(nanovolts) / 1000, "\(nanovolts): \(text)")
    }
  }

  @Test(arguments: ["Anna \"Müller\"", "a\\b\n\u{1}c", "</script>", "🫀", ""])
  func namesAreData(name: String) throws {
    let one = try Self.members(.quantity(1, unit: "1", code: "1"), name: name)
    #expect((one["subject"] as? [String: String])?["display"] == name)
  }

  /// What is not a number is none in JSON (RFC 8259 §6).
  @Test func numbers() {
    #expect(JSONValue.number(.nan).text == "null" && JSONValue.number(.infinity).text == "null")
    #expect(JSONValue.number(72).text == "72" && JSONValue.number(0.001).text == "0.001")
    #expect(
      JSONValue.array([.null, .bool(true), .integer(-3), .object(["b": 1, "a": "x"])]).text
        == #"[null,true,-3,{"a":"x","b":1}]"#)
  }
}
