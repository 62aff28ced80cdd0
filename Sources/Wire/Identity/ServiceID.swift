/// The identity of one of our services: `svc.` and a name, the common name of its certificate.
public struct ServiceID: Hashable, Sendable, CustomStringConvertible, RawRepresentable, Codable {
  /// The whole name, `svc.` included.
  public let rawValue: String

  /// Validates `svc.` followed by 1–28 characters of `a`–`z`, `0`–`9` and `-`.
  public init?(rawValue: String) {
    guard rawValue.hasPrefix("svc.") else { return nil }
    let name = rawValue.utf8.dropFirst(4)
    guard (1...28).contains(name.count) else { return nil }
    let isNamed = name.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: "-")
    }
    guard isNamed else { return nil }
    self.rawValue = rawValue
  }

  private init(known name: String) { rawValue = "svc." + name }

  /// The whole name.
  public var description: String { rawValue }

  /// Takes chunks from MQTT and commits them.
  public static let broker = ServiceID(known: "broker")
  /// Opens chunks and seals findings.
  public static let decryptor = ServiceID(known: "decryptor")
  /// Tells the doctor.
  public static let notifier = ServiceID(known: "notifier")
  /// Serves the pages.
  public static let dashboard = ServiceID(known: "dashboard")
  /// Carries the vault's access list to mosquitto, and the vault's commands to devices.
  public static let gatekeeper = ServiceID(known: "gatekeeper")
  /// Deletes what is old enough and not held; asks the vault which devices are held, and nothing else.
  public static let retention = ServiceID(known: "retention")
  /// The person at the command line who runs the system.
  public static let operatorConsole = ServiceID(known: "operator")
}
