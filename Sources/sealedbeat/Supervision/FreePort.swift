import Foundation
import Glibc

/// TCP ports of this machine.
enum LocalPort {
  /// Ports below are often taken by other services.
  private static let lowest = 10_240
  /// Ports that are tried before the kernel is asked for one.
  private static let attempts = 64

  /// A port that nobody listens on now, to be bound by a child in a moment. It lies below those that the kernel gives to outgoing
  /// connections: one of these would otherwise take it meanwhile, now and then, and keep it for as long as it lasts.
  static func free(on host: String = "127.0.0.1") throws -> Int {
    let candidates = lowest..<max(lowest + 1, firstEphemeral)
    for _ in 0..<attempts {
      if let port = bindOnce(host: host, port: .random(in: candidates)) { return port }
    }
    guard let port = bindOnce(host: host, port: 0) else {
      throw SupervisionFault("No TCP port is free on \(host).")
    }
    return port
  }

  /// The lowest port of outgoing connections, as the kernel says; its default where it does not.
  private static var firstEphemeral: Int {
    let text = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
    return text?.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } ?? 32_768
  }

  /// Requires that nobody listens on a port yet.
  static func requireFree(_ port: Int, on host: String, for purpose: String, key: String) throws {
    guard bindOnce(host: host, port: port) != nil else {
      throw SupervisionFault(
        "Port \(port) on \(host), wanted for \(purpose), is in use or not allowed; end what listens there or choose "
          + "another port with --set \(key)=…")
    }
  }

  private static func bindOnce(host: String, port: Int) -> Int? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var reuse: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port).bigEndian)
    guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return nil }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 1) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
  }
}
