/// A group and who is in it.
struct GroupView: Encodable, Sendable {
  let group: String
  /// For administrators alone; absent while the vault cannot be asked.
  let name: String?
  /// Pseudonyms.
  let patients: [String]
  let createdMs: UInt64
}
