#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// The annotations of a record in MIT format (`.atr` and others), annot(5).
public struct WFDBAnnotations: Hashable, Sendable {
  /// The annotations in the order of the file.
  public let annotations: [WFDBAnnotation]

  /// Reads `DIRECTORY/NAME.ANNOTATOR`.
  public init(directory: URL, name: String, annotator: String = "atr") throws(WFDBError) {
    let file = name + "." + annotator
    try self.init(
      parsing: try WFDBFile.read(directory, file, limit: WFDBLimits.annotationFileBytes), file: file)
  }

  /// Annotations made elsewhere, for a writer or a test.
  public init(_ annotations: [WFDBAnnotation]) {
    self.annotations = annotations
  }

  /// Parses the bytes of an annotation file; `file` names it in errors.
  ///
  /// A file must end with the zero word of annot(5); what follows it is ignored.
  public init(parsing bytes: [UInt8], file: String) throws(WFDBError) {
    guard bytes.count <= WFDBLimits.annotationFileBytes else {
      throw WFDBError(code: .tooLarge, reason: "\(bytes.count) bytes of annotations", file: file)
    }
    var cursor = Cursor(bytes: bytes, file: file)
    var result: [WFDBAnnotation] = []
    var time = 0
    var pending: WFDBAnnotation?
    var channel: Int8 = 0
    var number: Int8 = 0
    reading: while true {
      let word = try cursor.word()
      let low = word & 0x3ff
      switch word >> 10 {
      case 0 where low == 0:
        break reading
      case 59:
        let skip = Int32(truncatingIfNeeded: try cursor.word() << 16 | (try cursor.word()))
        time += Int(skip)
      case 60:
        number = Int8(truncatingIfNeeded: low)
        pending = pending?.with(number: number)
      case 61:
        pending = pending?.with(subtype: Int8(truncatingIfNeeded: low))
      case 62:
        channel = Int8(truncatingIfNeeded: low)
        pending = pending?.with(channel: channel)
      case 63:
        pending = pending?.with(auxiliary: try cursor.text(low))
      case let type where type <= 49:
        if let pending { result.append(pending) }
        time += low
        pending = WFDBAnnotation(
          sample: time, code: .init(rawValue: UInt8(type)), channel: channel, number: number)
      default:
        throw cursor.malformed("annotation code \(word >> 10) does not exist")
      }
      guard time >= 0, time <= WFDBLimits.samplesPerSignal else { throw cursor.malformed("time out of range") }
    }
    if let pending { result.append(pending) }
    self.annotations = result
  }

  /// The beats alone: sample at the record's own rate and AAMI class.
  public var beats: [(sample: Int, beatClass: BeatClass)] {
    annotations.compactMap { annotation in
      annotation.code.beatClass.map { (annotation.sample, $0) }
    }
  }

  /// The stretches of ventricular flutter (`[` … `]`), in which no beats are annotated, in samples of the record.
  ///
  /// A stretch without an end reaches to `Int.max`.
  public var flutter: [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start: Int?
    for annotation in annotations {
      switch annotation.code {
      case .flutterStart: start = start ?? annotation.sample
      case .flutterEnd:
        if let begin = start, annotation.sample > begin { ranges.append(begin..<annotation.sample) }
        start = nil
      default: break
      }
    }
    if let start { ranges.append(start..<Int.max) }
    return ranges
  }
}

extension WFDBAnnotations {
  private struct Cursor {
    let bytes: [UInt8]
    let file: String
    var place = 0

    mutating func word() throws(WFDBError) -> Int {
      guard place + 2 <= bytes.count else { throw malformed("ends without the closing zero word") }
      defer { place += 2 }
      return Int(bytes[place]) | Int(bytes[place + 1]) << 8
    }

    mutating func text(_ length: Int) throws(WFDBError) -> String {
      let padded = length + length & 1
      guard place + padded <= bytes.count else { throw malformed("ends within an auxiliary text") }
      var content = bytes[place..<place + length]
      while content.last == 0 { content.removeLast() }
      place += padded
      return String(decoding: content, as: UTF8.self)
    }

    func malformed(_ reason: String) -> WFDBError {
      WFDBError(code: .malformedData, reason: reason, file: file, place: place)
    }
  }
}

extension WFDBAnnotation {
  fileprivate func with(
    subtype: Int8? = nil, channel: Int8? = nil, number: Int8? = nil, auxiliary: String? = nil
  ) -> WFDBAnnotation {
    WFDBAnnotation(
      sample: sample, code: code, subtype: subtype ?? self.subtype, channel: channel ?? self.channel,
      number: number ?? self.number, auxiliary: auxiliary ?? self.auxiliary)
  }
}
