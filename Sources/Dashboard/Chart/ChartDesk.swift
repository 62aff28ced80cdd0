internal import Decryptor
internal import Findings
internal import Foundation
internal import KeyVaultClient
internal import Sealing
internal import Store
internal import Wire

/// Marks of clinicians: sealed with the key of what was found in the session, so that they end with it; bound to their author and time.
struct ChartDesk: Sendable {
  /// Most marks of one session: a day with one every 45 s.
  static let markLimit = 2000
  /// Most characters of a note.
  static let textLimit = 2000
  /// Most bytes of a note in UTF-8: so many characters of most scripts, and what a request's body holds.
  static let byteLimit = 6000

  /// A mark that was opened.
  struct Mark: Hashable, Sendable {
    let record: MarkRecord
    let body: MarkBody
  }

  let store: any ChartStore
  let findings: FindingsReader
  let time: Timekeeper

  /// The marks of a session in the order in which they were made. One that cannot be opened is left out.
  func marks(of record: SessionRecord) async throws -> [Mark] {
    let sealed = try await store.marks(of: record.reference, limit: Self.markLimit)
    guard !sealed.isEmpty else { return [] }
    let seal = try await findings.seal(of: record)
    return sealed.compactMap { mark in
      guard let bytes = try? seal.open(mark.box, kind: .mark, name: Self.name(mark)),
        let body = try? JSONDecoder().decode(MarkBody.self, from: Data(bytes))
      else { return nil }
      return Mark(record: mark, body: body)
    }
  }

  /// Seals and appends a mark, and records that it was made.
  /// - Throws: ``APIProblem/tooManyMarks`` when the session holds as many as it may.
  func append(
    _ body: MarkBody, to record: SessionRecord, of pseudonym: Pseudonym, by account: String
  ) async throws -> Mark {
    let seal = try await findings.seal(of: record)
    let unsealed = MarkRecord(
      id: try SecureRandom.bytes(16), reference: record.reference, author: account, at: time.unixMicroseconds(), box: []
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let box = try seal.seal(Array(encoder.encode(body)), kind: .mark, name: Self.name(unsealed))
    let mark = MarkRecord(
      id: unsealed.id, reference: record.reference, author: account, at: unsealed.at, box: box)
    guard let stored = try await store.append(mark, limit: Self.markLimit) else { throw APIProblem.tooManyMarks }
    try await store.append(
      ChartEvent(
        kind: body.kind == .note ? .note : .label, account: account, pseudonym: pseudonym, reference: record.reference,
        from: body.sample, count: (body.untilSample ?? body.sample + 1) - body.sample, at: mark.at))
    return Mark(record: stored, body: body)
  }

  /// What a mark's seal is bound to beside its session: name, author and time.
  private static func name(_ mark: MarkRecord) -> String { "\(mark.id.hex)/\(mark.at)/\(mark.author)" }

  /// A text as it may be kept; `nil` where it is empty, too long, or holds control characters other than line breaks.
  static func text(_ text: String, limit: Int, hasLines: Bool) -> String? {
    let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !trimmed.isEmpty, trimmed.count <= limit, trimmed.utf8.count <= byteLimit,
      trimmed.unicodeScalars.allSatisfy({ scalar in
        scalar.properties.generalCategory != .control || (hasLines && (scalar == "\n" || scalar == "\t"))
      })
    else { return nil }
    return trimmed
  }

  /// The label that stands last for each beat, by the beat's position in steps of 1/1000.
  static func labels(_ marks: [Mark]) -> [Int: String] {
    var labels: [Int: String] = [:]
    for mark in marks where mark.body.kind == .label {
      if let position = mark.body.position { labels[key(position)] = mark.body.label }
    }
    return labels
  }

  /// A position as findings keep it.
  static func key(_ position: Double) -> Int { Int((min(1e12, max(0, position)) * 1000).rounded()) }
}
