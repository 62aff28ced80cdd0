#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// Writes annotations in MIT format, annot(5), as `rdann` and the `wfdb` Python package read them.
public enum WFDBAnnotationWriter {
  /// The longest auxiliary text in bytes: its length is one byte in every reader.
  public static let longestText = 255
  /// The longest step between two annotations, and the latest sample: both are signed 32-bit numbers in the format.
  public static let latestSample = Int(Int32.max)
  /// The largest step that needs no SKIP word.
  private static let largestStep = 0x3ff

  /// The bytes of an annotation file.
  ///
  /// - Parameters:
  ///   - annotations: In order of time; samples count at the record's own rate.
  ///   - file: What errors call the file.
  /// - Throws: ``WFDBError`` when samples descend or lie outside 0…2³¹ − 1, a code is not 1…49, or a text is too long.
  public static func bytes(of annotations: [WFDBAnnotation], file: String) throws(WFDBError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(annotations.count * 2 + 64)
    var time = 0
    var channel: Int8 = 0
    var number: Int8 = 0
    for annotation in annotations {
      guard annotation.sample >= time, annotation.sample <= latestSample else {
        let reason =
          annotation.sample > latestSample
          ? "sample \(annotation.sample) is beyond the format's last, \(latestSample)"
          : "sample \(annotation.sample) comes after sample \(time)"
        throw WFDBError(code: .malformedData, reason: reason, file: file)
      }
      guard (1...49).contains(annotation.code.rawValue) else {
        throw WFDBError(
          code: .malformedData, reason: "annotation code \(annotation.code.rawValue) does not exist", file: file)
      }
      var step = annotation.sample - time
      if step > largestStep {
        append(word: 59 << 10, to: &bytes)
        append(word: step >> 16, to: &bytes)
        append(word: step & 0xffff, to: &bytes)
        step = 0
      }
      append(word: Int(annotation.code.rawValue) << 10 | step, to: &bytes)
      time = annotation.sample
      if annotation.subtype != 0 { append(61, annotation.subtype, to: &bytes) }
      if annotation.channel != channel { append(62, annotation.channel, to: &bytes) }
      if annotation.number != number { append(60, annotation.number, to: &bytes) }
      (channel, number) = (annotation.channel, annotation.number)
      try append(text: annotation.auxiliary, file: file, to: &bytes)
    }
    append(word: 0, to: &bytes)
    return bytes
  }

  /// Writes `DIRECTORY/NAME.ANNOTATOR`, replacing it as a whole.
  ///
  /// - Throws: ``WFDBError``.
  public static func write(
    _ annotations: [WFDBAnnotation], directory: URL, name: String, annotator: String
  ) throws(WFDBError) {
    let file = name + "." + annotator
    let data = Data(try bytes(of: annotations, file: file))
    do {
      try data.write(to: directory.appendingPathComponent(file), options: .atomic)
    } catch {
      throw WFDBError(code: .unreadableFile, reason: "cannot be written", file: file)
    }
  }

  private static func append(text: String, file: String, to bytes: inout [UInt8]) throws(WFDBError) {
    guard !text.isEmpty else { return }
    var content = Array(text.utf8)
    guard content.count <= longestText else {
      throw WFDBError(
        code: .malformedData, reason: "an auxiliary text of \(content.count) bytes, at most \(longestText) fit",
        file: file)
    }
    append(word: 63 << 10 | content.count, to: &bytes)
    if content.count & 1 == 1 { content.append(0) }
    bytes.append(contentsOf: content)
  }

  private static func append(_ code: Int, _ value: Int8, to bytes: inout [UInt8]) {
    append(word: code << 10 | Int(value) & 0x3ff, to: &bytes)
  }

  private static func append(word: Int, to bytes: inout [UInt8]) {
    bytes.append(UInt8(truncatingIfNeeded: word))
    bytes.append(UInt8(truncatingIfNeeded: word >> 8))
  }
}
