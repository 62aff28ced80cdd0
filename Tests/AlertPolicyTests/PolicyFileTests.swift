import AlertPolicy
import Findings
import Foundation
import Testing

@Suite("A policy as data: defaults, overrides, refusals")
struct PolicyFileTests {
  private func read(_ text: String) throws -> AlertPolicyConfiguration {
    try AlertPolicyConfiguration(json: Data(text.utf8))
  }

  @Test("an empty object is the defaults, and what is written is read back")
  func defaults() throws {
    #expect(try read("{}") == AlertPolicyConfiguration())
    #expect(try AlertPolicyConfiguration(json: AlertPolicyConfiguration().json()) == AlertPolicyConfiguration())
    let stored = try JSONEncoder().encode(AlertPolicyConfiguration())
    #expect(try JSONDecoder().decode(AlertPolicyConfiguration.self, from: stored) == AlertPolicyConfiguration())
    #expect(AlertPolicyConfiguration().faults().isEmpty)
  }

  @Test("a file changes what it names and nothing else")
  func overlay() throws {
    let policy = try read(
      #"{"tachycardia": {"onRate": 140, "severity": "low"}, "bradycardia": {"isEnabled": false}, "readableQuality": 0.5}"#
    )
    var expected = AlertPolicyConfiguration()
    expected.tachycardia.onRate = 140
    expected.tachycardia.severity = .low
    expected.bradycardia.isEnabled = false
    expected.readableQuality = 0.5
    #expect(policy == expected)
  }

  @Test("a patient's override holds the differences alone, over a clinic's policy")
  func difference() throws {
    let clinic = try read(#"{"tachycardia": {"onRate": 140}, "pause": {"pauseSeconds": 2.5}}"#)
    var patient = clinic
    patient.tachycardia.minimumSeconds = 90
    let json = patient.json(differingFrom: clinic)
    #expect(
      try JSONDecoder().decode([String: [String: Double]].self, from: json) == ["tachycardia": ["minimumSeconds": 90]])
    #expect(try AlertPolicyConfiguration(json: json, over: clinic) == patient)
    #expect(String(decoding: clinic.json(differingFrom: clinic), as: UTF8.self).filter { !$0.isWhitespace } == "{}")
  }

  @Test(
    "what makes no sense is refused, with its place",
    arguments: [
      (#"{"tachycardya": {}}"#, PolicyError.Code.unknownKey, "tachycardya"),
      (#"{"tachycardia": {"onRat": 140}}"#, .unknownKey, "tachycardia.onRat"),
      (#"{"tachycardia": {"onRate": "fast"}}"#, .wrongType, "tachycardia.onRate"),
      (#"{"tachycardia": {"onRate": null}}"#, .wrongType, "tachycardia.onRate"),
      (#"{"tachycardia": {"isEnabled": 1}}"#, .wrongType, "tachycardia.isEnabled"),
      (#"{"tachycardia": {"severity": "dire"}}"#, .wrongType, "tachycardia.severity"),
      (#"{"tachycardia": 7}"#, .wrongType, "tachycardia"),
      (#"{"reminder": {"limit": 2.5}}"#, .wrongType, "reminder.limit"),
      (#"{"tachycardia": {"onRate": 9000}}"#, .outOfRange, "tachycardia.onRate"),
      (#"{"readableQuality": -0.1}"#, .outOfRange, "readableQuality"),
      (#"{"tachycardia": {"onRate": 110}}"#, .contradiction, "tachycardia.offRate"),
      (#"{"bradycardia": {"offRate": 40}}"#, .contradiction, "bradycardia.onRate"),
      (#"[1, 2]"#, .wrongType, ""), ("", .notJSON, ""), (#"{"pause": "#, .notJSON, ""),
    ])
  func refusals(text: String, code: PolicyError.Code, path: String) {
    let fault = #expect(throws: PolicyError.self) { try read(text) }
    #expect(fault == PolicyError(code, path, ""))
    #expect(fault?.description.isEmpty == false)
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode(AlertPolicyConfiguration.self, from: Data(text.utf8))
    }
  }

  @Test("a fault names its place and the range")
  func wording() throws {
    let fault = #expect(throws: PolicyError.self) { try read(#"{"tachycardia": {"onRate": 9000}}"#) }
    #expect(fault?.description == "tachycardia.onRate: 9000 is not within 10…400")
  }

  @Test("a file of any size is no trouble")
  func size() {
    let text = "{" + String(repeating: " ", count: AlertPolicyConfiguration.jsonLimit) + "}"
    #expect(throws: PolicyError(.notJSON, "", "")) { try read(text) }
  }
}
