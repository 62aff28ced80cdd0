import AlertDelivery
import Findings
import Store
import Testing
import Wire

/// Names and plans that the tests share.
enum Sample {
  static func reference() throws -> SessionReference {
    SessionReference(
      device: try #require(DeviceID("sb-001")), session: try #require(SessionID([UInt8](repeating: 7, count: 16))))
  }

  static func alert(_ number: UInt8) throws -> AlertID { try #require(AlertID([UInt8](repeating: number, count: 16))) }

  static func contact(_ name: String, atLeast: AlertSeverity = .low) throws -> AlertPlan.Contact {
    let address: MailAddress = try #require(MailAddress("\(name)@clinic.example"))
    return AlertPlan.Contact(label: name, mail: address, atLeast: atLeast)
  }

  /// A nurse, after ten minutes the doctor, after twenty more the head.
  static func threeSteps() throws -> AlertPlan {
    AlertPlan(steps: [
      AlertPlan.Step(contacts: [try contact("nurse")], minutesUntilNext: 10),
      AlertPlan.Step(contacts: [try contact("doctor")], minutesUntilNext: 20),
      AlertPlan.Step(contacts: [try contact("head")], minutesUntilNext: 30),
    ])
  }
}
