import Foundation
import GRDB
public import Wire

extension SQLiteStore: RegistryStore {
  /// See ``RegistryStore``.
  public func put(_ patient: PatientRecord) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: "INSERT OR REPLACE INTO patient (pseudonym, box, created_at) VALUES (?, ?, ?)",
        arguments: [patient.pseudonym.name, Data(patient.box), Int64(clamping: patient.createdAt)])
    }
  }

  /// See ``RegistryStore/patients()``.
  public func patients() async throws(StoreError) -> [PatientRecord] {
    try await registry.read { db in
      try Row.fetchAll(db, sql: "SELECT pseudonym, box, created_at FROM patient ORDER BY pseudonym")
        .compactMap(Self.patient)
    }
  }

  /// See ``RegistryStore/patient(_:)``.
  public func patient(_ pseudonym: Pseudonym) async throws(StoreError) -> PatientRecord? {
    try await registry.read { db in
      try Row.fetchOne(
        db, sql: "SELECT pseudonym, box, created_at FROM patient WHERE pseudonym = ?", arguments: [pseudonym.name]
      ).flatMap(Self.patient)
    }
  }

  /// See ``RegistryStore/assign(_:to:at:)``.
  public func assign(_ device: DeviceID, to pseudonym: Pseudonym?, at time: UnixMicroseconds) async throws(StoreError) {
    try await registry.write { db in
      try db.execute(
        sql: """
          INSERT INTO assignment (device, pseudonym, since) VALUES (?, ?, ?)
          ON CONFLICT (device) DO UPDATE SET
            since = CASE WHEN pseudonym IS excluded.pseudonym THEN since ELSE excluded.since END,
            pseudonym = excluded.pseudonym
          """,
        arguments: [device.name, pseudonym?.name, Int64(clamping: time)])
    }
  }

  /// See ``RegistryStore/assignments()``.
  public func assignments() async throws(StoreError) -> [DeviceAssignment] {
    try await registry.read { db in
      try Row.fetchAll(db, sql: "SELECT device, pseudonym, since FROM assignment ORDER BY device").compactMap { row in
        guard let device = DeviceID(row[0] as String) else { return nil }
        return DeviceAssignment(
          device: device, pseudonym: (row[1] as String?).flatMap { Pseudonym($0) }, since: UInt64(row[2] as Int64))
      }
    }
  }

  private static func patient(_ row: Row) -> PatientRecord? {
    guard let pseudonym = Pseudonym(row[0] as String) else { return nil }
    return PatientRecord(pseudonym: pseudonym, box: [UInt8](row[1] as Data), createdAt: UInt64(row[2] as Int64))
  }
}
