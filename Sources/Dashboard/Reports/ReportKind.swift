internal import Store

/// The reports for those who check.
enum ReportKind: String, CaseIterable, Sendable {
  /// Who was shown, exported, marked or opened whom.
  case access
  /// Every key: its state, its age, what is overdue, what was destroyed.
  case keys
  /// Whether the vault's audit log is whole, and what it says of the period.
  case audit

  /// As it is headed.
  var title: String {
    switch self {
    case .access: "Access report"
    case .keys: "Key report"
    case .audit: "Statement on the audit log"
    }
  }
}

/// What a report is about.
struct ReportScope: Hashable, Sendable {
  /// From when, Unix microseconds.
  let since: UInt64
  /// Before when.
  let until: UInt64
  /// By whom alone; everybody if `nil`.
  var account: String?
  /// About whom alone; everybody if `nil`.
  var patient: Pseudonym?

  /// Whether it is about one person or one patient.
  var isNarrow: Bool { account != nil || patient != nil }
}
