internal import GRDB
internal import Sealing
internal import Wire

/// The grants of one service, read inside the transaction that relies on them.
struct GrantSet {
  private var everywhere: Set<GrantPurpose> = []
  private var byDevice: [String: Set<GrantPurpose>] = [:]

  init(_ database: Database, service: ServiceID, time: UInt64) throws {
    let statement = try database.cachedStatement(
      sql: "SELECT device, purpose FROM access_grant WHERE service = ? AND (expires IS NULL OR expires > ?)")
    let rows = try Row.fetchCursor(statement, arguments: [service.rawValue, Int64(bitPattern: time)])
    while let row = try rows.next() {
      guard let purpose = GrantPurpose(rawValue: row["purpose"]) else { continue }
      let device: String = row["device"]
      if device.isEmpty { everywhere.insert(purpose) } else { byDevice[device, default: []].insert(purpose) }
    }
  }

  func allows(_ purpose: GrantPurpose, of device: DeviceID) -> Bool {
    everywhere.contains(purpose) || byDevice[device.name]?.contains(purpose) == true
  }

  /// Whether every purpose of a request is granted, and there is one.
  func allows(_ request: ReleaseRequest) -> Bool {
    !request.purposes.isEmpty
      && request.purposes.allSatisfy { allows($0 == .session ? .session : .findings, of: request.device) }
  }

  func allowsRecords(_ purpose: GrantPurpose) -> Bool { everywhere.contains(purpose) }
}
