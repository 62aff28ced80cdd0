import Foundation
import Logging
import Synchronization
import Telemetry
import Testing

struct JSONLogTests {
  @Test func everyLineIsOneJSONObjectWhateverItHolds() throws {
    let lines = LogLines()
    let sink = LogSink { lines.append($0) }
    let logger = Logger(label: "test") { _ in JSONLogHandler(service: "broker", level: .info, sink: sink) }
    let hostile = "quote \" backslash \\ newline \n control \u{1} ü 🫀"
    logger.warning("\(hostile)", metadata: ["device": "\(hostile)", "count": "3"])
    logger.debug("below the level")
    #expect(lines.all.count == 1)
    let line = try #require(lines.all.first)
    #expect(line.hasSuffix("}\n") && line.filter { $0 == "\n" }.count == 1)
    let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
    #expect(object["message"] == hostile)
    #expect(object["device"] == hostile)
    #expect(object["count"] == "3")
    #expect(object["service"] == "broker")
    #expect(object["level"] == "warning")
    let time = try #require(object["time"])
    #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
  }
}

private final class LogLines: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }
  func append(_ line: String) { lines.withLock { $0.append(line) } }
}
