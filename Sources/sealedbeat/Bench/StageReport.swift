import Foundation

/// What ``StageBenchmark`` measured. Sums of CPU time in microseconds while it runs; told per chunk.
struct StageReport: Encodable {
  let sessions: Int
  let chunksPerSession: Int
  /// Decode, authenticate, decrypt.
  var unseal = 0.0
  /// Band-pass, R peaks, windows, quality, heart rate.
  var detect = 0.0
  /// `detect` and the classifier.
  var analyse = 0.0
  /// Encode and seal the finding.
  var seal = 0.0
  /// Encode the state, once a session.
  var checkpoint = 0.0
  var beatsPerChunk = 0.0
  /// Keys, ciphers and analysis of one live session.
  var bytesPerSession = 0

  init(sessions: Int, chunksPerSession: Int) {
    self.sessions = sessions
    self.chunksPerSession = chunksPerSession
  }

  private enum CodingKeys: String, CodingKey {
    case sessions
    case chunksPerSession
    case unseal = "unsealMicrosecondsPerChunk"
    case detect = "filterAndQRSMicrosecondsPerChunk"
    case classify = "classifyMicrosecondsPerChunk"
    case seal = "sealMicrosecondsPerChunk"
    case total = "totalMicrosecondsPerChunk"
    case checkpoint = "checkpointMicroseconds"
    case beatsPerChunk
    case bytesPerSession
  }

  private var perChunk: [(CodingKeys, String, Double)] {
    let count = Double(sessions * chunksPerSession)
    return [
      (.unseal, "unseal", unseal / count), (.detect, "filter and QRS", detect / count),
      (.classify, "classify", max(0, analyse - detect) / count), (.seal, "seal finding", seal / count),
      (.total, "total", (unseal + analyse + seal) / count),
    ]
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(sessions, forKey: .sessions)
    try container.encode(chunksPerSession, forKey: .chunksPerSession)
    for (key, _, value) in perChunk { try container.encode((value * 100).rounded() / 100, forKey: key) }
    try container.encode((checkpoint / Double(sessions)).rounded(), forKey: .checkpoint)
    try container.encode((beatsPerChunk * 100).rounded() / 100, forKey: .beatsPerChunk)
    try container.encode(bytesPerSession, forKey: .bytesPerSession)
  }

  /// For people.
  var table: String {
    var lines = ["\(sessions) sessions, \(chunksPerSession) chunks each; CPU µs per chunk"]
    for (_, name, value) in perChunk {
      lines.append("  \(name.padding(toLength: 16, withPad: " ", startingAt: 0))\(String(format: "%8.2f", value))")
    }
    lines.append(String(format: "  checkpoint      %8.0f µs, every 256 chunks", checkpoint / Double(sessions)))
    lines.append(String(format: "  beats per chunk %8.2f", beatsPerChunk))
    lines.append("  bytes per live session \(bytesPerSession)")
    return lines.joined(separator: "\n")
  }
}
