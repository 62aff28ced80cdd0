import Foundation

extension Date {
  /// Unix time in microseconds, as the store writes it; 0 before 1970.
  var unixMicroseconds: UInt64 { UInt64(max(0, timeIntervalSince1970 * 1_000_000)) }
}
