/// The primary key of a chunk or a finding: the row of its session and its sequence number in one integer, so that a
/// session's rows lie side by side, in order, under the fastest key that SQLite has.
enum RowKey {
  /// The wire format limits a sequence number to 2³² − 1; this leaves rows for two thousand million sessions.
  private static let sequenceBits: Int64 = 32
  /// Largest sequence number that fits.
  static let highestSequence = UInt64(UInt32.max)

  /// The key of a sequence number.
  static func key(session row: Int64, sequence: UInt64) -> Int64 { row << sequenceBits | Int64(sequence) }

  /// The sequence number of a key.
  static func sequence(_ key: Int64) -> UInt64 { UInt64(key & (1 << sequenceBits - 1)) }

  /// The keys of a session from a sequence number on.
  static func range(session row: Int64, from sequence: UInt64 = 0) -> ClosedRange<Int64> {
    key(session: row, sequence: min(sequence, highestSequence))...key(session: row, sequence: highestSequence)
  }
}
