/// The division of the MIT-BIH Arrhythmia Database into two sets of patients.
///
/// Source: de Chazal, O'Dwyer and Reilly 2004, table III. The four paced records (102, 104, 107, 217) are in neither set.
/// Records 201 (first set) and 202 (second set) are of one patient, so the sets are not quite disjoint: whoever reports
/// results on the second set reports them without record 202 too.
public enum PatientSplit: String, Sendable, CaseIterable {
  /// For training: 22 records.
  case ds1
  /// For the final test, once: 22 records.
  case ds2

  /// The record names, ascending.
  public var records: [String] {
    switch self {
    case .ds1:
      [
        "101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122", "124", "201", "203", "205", "207",
        "208", "209", "215", "220", "223", "230",
      ]
    case .ds2:
      [
        "100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210", "212", "213", "214", "219", "221",
        "222", "228", "231", "232", "233", "234",
      ]
    }
  }
}
