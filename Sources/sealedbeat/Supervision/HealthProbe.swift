import Foundation
import Glibc

/// Asks a process of this machine, over loopback HTTP, how it is.
enum HealthProbe {
  /// Longest answer that is read, bytes: a scrape of thousands of series.
  private static let answerLimit = 8 << 20

  /// Whether `/readyz` says 200.
  static func isReady(port: Int) async -> Bool {
    await get("/readyz", port: port)?.hasPrefix("HTTP/1.1 200") ?? false
  }

  /// The text of `/metrics`.
  static func metrics(port: Int) async -> String? {
    guard let answer = await get("/metrics", port: port), let body = answer.range(of: "\r\n\r\n") else { return nil }
    return String(answer[body.upperBound...])
  }

  private static func get(_ path: String, port: Int) async -> String? {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: getNow(path, port: port)) }
    }
  }

  private static func getNow(_ path: String, port: Int) -> String? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var patience = timeval(tv_sec: 2, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else { return nil }
    let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else { return nil }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while answer.count < answerLimit {
      let received = recv(descriptor, &buffer, buffer.count, 0)
      guard received > 0 else { break }
      answer.append(contentsOf: buffer[..<received])
    }
    return answer.isEmpty ? nil : String(decoding: answer, as: UTF8.self)
  }
}
