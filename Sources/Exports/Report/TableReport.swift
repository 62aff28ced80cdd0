/// A report for those who check: facts and tables, as comma-separated values and on paper.
///
/// What it says is ``body``, byte for byte: the same records give the same bytes, whoever asks and whenever, so that a hash of them
/// can be compared. What was known only when it was drawn up, such as by whom, is ``Seal``, and stands outside.
public struct TableReport: Sendable, Hashable {
  /// One table.
  public struct Section: Sendable, Hashable {
    /// A stable name.
    public let code: String
    /// The heading.
    public let title: String
    /// What each column is called.
    public let columns: [String]
    /// Texts, one for each column.
    public let rows: [[String]]

    /// Describes a table.
    public init(code: String, title: String, columns: [String], rows: [[String]]) {
      self.code = code
      self.title = title
      self.columns = columns
      self.rows = rows
    }
  }

  /// What stands below a report: who drew it up, and where its hash is on record.
  public struct Seal: Sendable, Hashable {
    /// SHA-256 of ``TableReport/body``, 64 hexadecimal digits.
    public let digest: String
    /// The entry of the vault's audit log that says so.
    public let entry: UInt64
    /// Who.
    public let account: String
    /// When, Unix microseconds.
    public let madeAt: UInt64

    /// Describes how a report is on record.
    public init(digest: String, entry: UInt64, account: String, madeAt: UInt64) {
      self.digest = digest
      self.entry = entry
      self.account = account
      self.madeAt = madeAt
    }
  }

  /// The title.
  public let title: String
  /// What stands above the tables: a name and what it is.
  public let facts: [(name: String, value: String)]
  /// The tables.
  public let sections: [Section]

  /// Describes a report.
  public init(title: String, facts: [(name: String, value: String)], sections: [Section]) {
    self.title = title
    self.facts = facts
    self.sections = sections
  }

  /// Equal words everywhere.
  public static func == (one: Self, other: Self) -> Bool { one.body == other.body }

  /// Hashes the words.
  public func hash(into hasher: inout Hasher) { hasher.combine(body) }

  /// An instant to the second in UTC (ISO 8601), as reports write it.
  /// - Parameter microseconds: Unix time.
  public static func time(_ microseconds: UInt64) -> String {
    let time = CivilTime(microseconds: microseconds)
    return "\(time.date)T\(time.clock)Z"
  }

  /// The report as comma-separated values (RFC 4180): title and facts, then each table after an empty line. What a hash is made of.
  public var body: [UInt8] {
    var lines = [Self.line([title])] + facts.map { Self.line([$0.name, $0.value]) }
    for section in sections {
      lines += ["", Self.line([section.title]), Self.line(section.columns)] + section.rows.map(Self.line)
    }
    return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
  }

  /// ``body``, then four lines on how it is on record: all but the last four lines are what was hashed.
  public func csv(_ seal: Seal) -> [UInt8] {
    let lines = [
      ["sha256 of all above", seal.digest], ["entry of the audit log", "\(seal.entry)"],
      ["drawn up by", seal.account], ["drawn up at", Self.time(seal.madeAt)],
    ]
    return body + Array(lines.map { Self.line($0) + "\r\n" }.joined().utf8)
  }

  private static func line(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") }

  /// Quoted; a cell that a spreadsheet would calculate is made a text (OWASP CSV injection).
  private static func cell(_ text: String) -> String {
    let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
    return "\"\(isFormula ? "'" : "")\(text.replacing("\"", with: "\"\""))\""
  }
}
