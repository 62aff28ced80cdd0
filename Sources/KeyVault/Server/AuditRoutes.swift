internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Wire

/// Reading the audit log: entries, verification, export, proofs. Every reading is itself recorded, before it happens.
struct AuditRoutes: Sendable {
  let door: VaultDoor
  let service: ServiceRoutes

  /// The open vault; a sealed one throws ``VaultError/Code/sealed``.
  private var authority: KeyAuthority { get throws(VaultError) { try door.authority } }

  func add(to router: Router<VaultRequestContext>) {
    router.get("/v1/audit") { request, context in
      let actor = try await service.actor(request, context, may: .readAudit)
      let query = request.uri.queryParameters
      let selection = AuditSelection(
        from: try number(query["from"], else: 1), object: query["object"].map(String.init),
        actor: query["actor"].map(String.init), person: query["person"].map(String.init),
        times: try times(query["since"], query["until"]))
      let limit = Int(clamping: try number(query["count"], else: UInt64(KeyAuthority.pageLimit)))
      try authority.record(
        .readAudit, actor: actor,
        reason: "from \(selection.first), object \(selection.object ?? "any"), "
          + "actor \(selection.actor ?? selection.person ?? "any")")
      // The whole log may have to be looked through: not on an event loop.
      return try VaultResponse.json(
        await NIOThreadPool.singleton.runIfActive { try authority.auditEntries(selection, limit: limit) })
    }
    router.get("/v1/audit/verification") { request, context in
      let actor = try await service.actor(request, context, may: .readAudit)
      try authority.record(.readAudit, actor: actor, reason: "verification")
      let answer = try await NIOThreadPool.singleton.runIfActive { try VerificationAnswer(authority) }
      context.logger.info("audit log verified", metadata: ["actor": "\(actor)", "whole": "\(answer.isWhole)"])
      return try VaultResponse.json(answer)
    }
    router.get("/v1/audit/export") { request, context in
      let actor = try await service.actor(request, context, may: .readAudit)
      let first = try number(request.uri.queryParameters["from"], else: 1)
      try authority.record(.exportAudit, actor: actor, reason: "from \(first)")
      return try export(from: first, to: authority.auditHead().count)
    }
    router.post("/v1/audit/reports") { request, context in
      let actor = try await service.actor(request, context, may: .readAudit)
      let note = try ReportNote(await request.bytes(upTo: ReportNote.bodyLimit))
      let sequence = try authority.recordReport(note, actor: actor)
      return try VaultResponse.json(["sequence": sequence])
    }
    router.get("/v1/audit/proof/:sequence") { request, context in
      let actor = try await service.actor(request, context, may: .readAudit)
      guard let sequence = context.parameters.get("sequence").flatMap({ UInt64($0) }) else {
        throw VaultError(.badRequest, "not a number of an entry")
      }
      return try VaultResponse.json(authority.proveInclusion(of: sequence, actor: actor))
    }
    router.get("/v1/audit/consistency") { request, context in
      let actor = try await service.actor(request, context, may: .readAudit)
      let query = request.uri.queryParameters
      let from = try number(query["from"], else: 0)
      let to = try query["to"].map { try number($0, else: 0) }
      return try VaultResponse.json(authority.proveConsistency(from: from, to: to, actor: actor))
    }
  }

  /// Entries as JSON, one a line, page by page as the client takes them.
  private func export(from first: UInt64, to last: UInt64) throws -> Response {
    let authority = try self.authority
    let body = ResponseBody { writer in
      var next = first
      while next <= last {
        let page = try await NIOThreadPool.singleton.runIfActive { [next] in
          try authority.auditEntries(from: next).filter { $0.sequence <= last }
        }
        guard let end = page.last?.sequence else { break }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var lines = ByteBuffer()
        for entry in page {
          lines.writeBytes(try encoder.encode(entry))
          lines.writeInteger(UInt8(ascii: "\n"))
        }
        try await writer.write(lines)
        next = end + 1
      }
      try await writer.finish(nil)
    }
    return Response(
      status: .ok, headers: [.contentType: "application/jsonl", .cacheControl: "no-store"], body: body)
  }

  /// Unix microseconds: from the first to before the second.
  private func times(_ since: Substring?, _ until: Substring?) throws -> Range<UInt64> {
    let first = try number(since, else: 0)
    return first..<max(first, try number(until, else: .max))
  }

  private func number(_ text: Substring?, else standard: UInt64) throws -> UInt64 {
    guard let text else { return standard }
    guard let number = UInt64(text) else { throw VaultError(.badRequest, "not a number of an entry") }
    return number
  }
}

/// What is put on record of a report.
package struct ReportNote: Decodable, Sendable, Hashable {
  static let bodyLimit = 1024

  /// Which: 1–32 of `a`–`z` and `-`.
  package let report: String
  /// SHA-256 of what it says, 64 hexadecimal digits in lower case.
  package let digest: String

  init(_ bytes: [UInt8]) throws(VaultError) {
    guard let note = try? JSONDecoder().decode(Self.self, from: Data(bytes)), (1...32).contains(note.report.utf8.count),
      note.report.utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D }),
      let digest = [UInt8](hex: note.digest), digest.count == 32, digest.hex == note.digest
    else { throw VaultError(.badRequest, "a report has a name and a SHA-256") }
    self = note
  }
}

private struct VerificationAnswer: Encodable, Sendable {
  let isWhole: Bool
  let count: UInt64?
  let head: AuditHash?
  let root: AuditHash?
  let firstBadEntry: UInt64?
  let finding: String?

  init(_ authority: KeyAuthority) throws {
    do {
      let checkpoint = try authority.verifyAudit().checkpoint
      isWhole = true
      count = checkpoint.count
      head = checkpoint.chain
      root = checkpoint.root
      firstBadEntry = nil
      finding = nil
    } catch let found as AuditVerifier.Finding {
      isWhole = false
      count = nil
      head = nil
      root = nil
      firstBadEntry = found.sequence
      finding = found.description
    }
  }
}
