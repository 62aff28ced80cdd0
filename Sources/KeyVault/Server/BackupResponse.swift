internal import Foundation
internal import Glibc
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

extension VaultResponse {
  /// Bytes that are read and sent at once.
  private static let pieceSize = 256 << 10

  /// A sealed backup, streamed; its file is gone before the first byte leaves.
  static func backup(of authority: KeyAuthority, actor: String) throws -> Response {
    let path = "\(authority.file.directory)/outgoing-\(UUID().uuidString).backup"
    defer { unlink(path) }
    _ = try authority.backup(to: path, actor: actor)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw VaultError(.storage, "the backup cannot be read") }
    let size = lseek(descriptor, 0, SEEK_END)
    lseek(descriptor, 0, SEEK_SET)
    let file = OpenFile(descriptor: descriptor)
    return Response(
      status: .ok, headers: [.contentType: "application/octet-stream", .cacheControl: "no-store"],
      body: ResponseBody(contentLength: Int(size)) { writer in
        while true {
          let piece = try BackupReader.bytes(file.descriptor, pieceSize)
          if piece.isEmpty { break }
          try await writer.write(ByteBuffer(bytes: piece))
        }
        try await writer.finish(nil)
      })
  }
}

/// Closes its descriptor when the last holder lets go, sent or not.
private final class OpenFile: Sendable {
  let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }
}
