internal import CProcess
internal import Dispatch
internal import Foundation
internal import Glibc
package import Logging
internal import Sealing
internal import ServiceLifecycle

/// Takes shares from the same machine: `unseal.sock` in the vault's directory, for the vault's own user and root alone.
///
/// One line in, a share or nothing; one line of JSON out, the status or an error; one caller at a time. A share goes from
/// the socket straight into locked memory.
package final class UnsealSocket: Service {
  /// Name of the socket.
  package static let fileName = "unseal.sock"
  /// Time that a caller has for its line, in seconds.
  private static let patience = 10

  private let door: VaultDoor
  private let path: String
  private let logger: Logger
  private let descriptor: Int32
  private let queue = DispatchQueue(label: "unseal")

  /// Binds the socket.
  /// - Throws: ``VaultError/Code/inUse`` if another vault listens there, ``VaultError/Code/storage`` if it cannot be bound.
  package init(door: VaultDoor, logger: Logger) throws(VaultError) {
    self.door = door
    self.logger = logger
    path = door.directory + "/" + Self.fileName
    descriptor = try LocalSocket.listen(path)
  }

  /// Answers until graceful shutdown or cancellation.
  package func run() async throws {
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setEventHandler { [self] in answerOne() }
    source.setCancelHandler { [self] in
      unlink(path)
      close(descriptor)
    }
    source.resume()
    defer { source.cancel() }
    try? await gracefulShutdown()
  }

  private func answerOne() {
    let caller = accept(descriptor, nil, nil)
    guard caller >= 0 else { return }
    defer { close(caller) }
    let user = sb_peer_user(caller)
    guard user == Int(geteuid()) || user == 0 else {
      logger.warning("somebody else's process asked to unseal", metadata: ["uid": "\(user)"])
      return
    }
    var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
    setsockopt(caller, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(caller, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    let answer: [UInt8]
    do {
      guard let line = LocalSocket.line(caller, limit: RootShare.textLimit) else {
        throw VaultError(.badRequest, "the line is too long, or did not arrive")
      }
      answer = try JSONEncoder.vault.encode(respond(to: line)).map { $0 }
    } catch {
      let known = error as? VaultError ?? VaultError(.storage, "the vault failed (\(type(of: error)))")
      logger.notice("unsealing refused", metadata: ["code": "\(known.code.rawValue)"])
      answer = Array(VaultErrorBody(known).json)
    }
    LocalSocket.send(answer + [UInt8(ascii: "\n")], to: caller)
  }

  private func respond(to line: SecretBytes) throws -> VaultStatus {
    let verb = line.withUnsafeBytes { $0.count <= 8 ? String(decoding: $0, as: UTF8.self) : "" }
    switch verb {
    case "status": return door.status()
    case "unseal": return try door.unseal(actor: "local")
    default: return try door.give(text: line, actor: "local")
    }
  }
}
