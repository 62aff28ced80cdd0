/// A file format, written from front to back: what it holds in memory does not grow with the recording's length, but for its annotations.
public protocol RecordingFormat: Sendable {
  /// What comes before the samples.
  mutating func begin() -> [UInt8]
  /// What is written for a window; windows come in order, without a gap, ``ExportedWindow/length`` samples each but the last.
  mutating func add(_ window: ExportedWindow) -> [UInt8]
  /// What comes after the samples.
  mutating func finish() -> [UInt8]
}

/// The formats of signals.
public enum ExportFormat: String, Sendable, CaseIterable {
  /// Comma-separated values (RFC 4180).
  case csv
  /// PhysioNet's WFDB files in a tar archive.
  case wfdb
  /// EDF+ (Kemp and Olivan 2003).
  case edf
  /// A FHIR R4 bundle of observations with sampled data.
  case fhir
  /// A report on paper: no samples, but strips.
  case pdf

  /// The media type.
  public var mediaType: String {
    switch self {
    case .csv: "text/csv; charset=utf-8"
    case .wfdb: "application/x-tar"
    case .edf: "application/octet-stream"
    case .fhir: "application/fhir+json"
    case .pdf: "application/pdf"
    }
  }

  /// How a file's name ends.
  public var suffix: String {
    switch self {
    case .csv: "csv"
    case .wfdb: "tar"
    case .edf: "edf"
    case .fhir: "json"
    case .pdf: "pdf"
    }
  }

  /// The format of a recording's samples; `nil` for ``pdf``, which has none.
  public func writer(of recording: ExportedRecording) -> (any RecordingFormat)? {
    switch self {
    case .csv: CSVFormat(recording)
    case .wfdb: WFDBFormat(recording)
    case .edf: EDFFormat(recording)
    case .fhir: FHIRFormat(recording)
    case .pdf: nil
    }
  }
}
