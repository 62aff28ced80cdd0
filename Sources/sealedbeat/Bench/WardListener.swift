import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Synchronization

/// A page of the ward without a browser: signs in, and reads the event stream as fast as it comes.
final class WardListener: Sendable {
  /// A strip that was heard, and when: Unix microseconds.
  struct Heard: Sendable {
    let session: String
    let sequence: UInt64
    let at: UInt64
  }

  /// What has been heard so far.
  struct Reading: Sendable {
    var bytes = 0
    var events = 0
    var resyncs = 0
    /// Strips that came after the present.
    var strips: [Heard] = []
    /// What the page had been told when it knew the present.
    var present: (bytes: Int, events: Int, milliseconds: Double)?
  }

  /// Most bytes of a sign-in's answer.
  private static let answerLimit = 1 << 16

  private struct Strip: Decodable {
    let session: String
    let sequence: UInt64
  }

  let url: String
  private let client: HTTPClient
  private let reading = Mutex(Reading())

  /// - Parameters:
  ///   - url: The dashboard.
  ///   - authority: Its certificate authority, PEM.
  init(url: String, authority: String) throws {
    self.url = url
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .file(authority)
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .init(tlsConfiguration: tls))
  }

  /// What has been heard since the beginning.
  var heard: Reading { reading.withLock { $0 } }

  /// Forgets the strips that were heard.
  func forgetStrips() { reading.withLock { $0.strips = [] } }

  /// Ends all connections.
  func close() async { try? await client.shutdown() }

  /// Signs in and listens until the stream ends or the task is cancelled.
  func listen(as account: String, password: String) async throws {
    var request = HTTPClientRequest(url: url + "/api/events")
    request.headers.add(name: "Cookie", value: try await signIn(as: account, password: password))
    let began = ContinuousClock.now
    let response = try await client.execute(request, deadline: .distantFuture)
    guard response.status == .ok else { throw SupervisionFault("The event stream was refused: \(response.status)") }
    var pending: [UInt8] = []
    for try await buffer in response.body {
      let now = Date.now.unixMicroseconds
      pending += buffer.readableBytesView
      let parts = Self.events(in: &pending)
      reading.withLock { reading in
        reading.bytes += buffer.readableBytes
        for part in parts { Self.note(part, at: now, since: began, in: &reading) }
      }
    }
  }

  private func signIn(as account: String, password: String) async throws -> String {
    var request = HTTPClientRequest(url: url + "/api/session")
    request.method = .POST
    request.headers.add(name: "Origin", value: url)
    request.headers.add(name: "Content-Type", value: "application/json")
    let credentials = try JSONEncoder().encode(["account": account, "password": password])
    request.body = .bytes(ByteBuffer(bytes: credentials))
    let response = try await client.execute(request, timeout: .seconds(60))
    _ = try await response.body.collect(upTo: Self.answerLimit)
    guard response.status == .ok, let cookie = response.headers.first(name: "Set-Cookie") else {
      throw SupervisionFault("The sign-in was refused: \(response.status)")
    }
    return String(cookie.prefix { $0 != ";" })
  }

  /// Takes whole events off the front (WHATWG HTML §9.2.6: an empty line ends one).
  private static func events(in pending: inout [UInt8]) -> [String] {
    let newline = UInt8(ascii: "\n")
    var events: [String] = []
    var start = 0
    var index = 1
    while index < pending.count {
      if pending[index] == newline, pending[index - 1] == newline {
        events.append(String(decoding: pending[start..<index], as: UTF8.self))
        start = index + 1
        index = start + 1
      } else {
        index += 1
      }
    }
    pending.removeFirst(start)
    return events
  }

  private static func note(
    _ event: String, at now: UInt64, since began: ContinuousClock.Instant, in reading: inout Reading
  ) {
    var fields: [Substring: Substring] = [:]
    for line in event.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":") else { continue }
      fields[line[..<colon]] = line[line.index(after: colon)...].drop { $0 == " " }
    }
    guard let name = fields["event"] else { return }
    reading.events += 1
    if name == "resync" { reading.resyncs += 1 }
    if name == "clock", fields["id"] != nil, reading.present == nil {
      reading.present = (reading.bytes, reading.events, (ContinuousClock.now - began) / .milliseconds(1))
    }
    guard name == "strip", reading.present != nil, fields["id"] != nil, let data = fields["data"],
      let strip = try? JSONDecoder().decode(Strip.self, from: Data(data.utf8))
    else { return }
    reading.strips.append(Heard(session: strip.session, sequence: strip.sequence, at: now))
  }
}
