internal import AlertDelivery
internal import Cardio
internal import Decryptor
internal import Exports
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import Store
internal import Wire

extension DashboardAPI {
  /// Every so many windows it is checked that who asked may still see the patient.
  private static let windowsBetweenChecks = 64

  /// `session` (the current one), `format` (`csv`, `wfdb`, `edf`, `fhir`, `pdf`), `language` (of a PDF: `en`, `de`), `from`, `count` (samples;
  /// default: the whole session).
  ///
  /// Chunks are opened as the receiver takes them; nothing is kept on disk. What leaves is recorded before it does: when that cannot be
  /// done, nothing leaves. An answer that breaks off ends without its last chunk, so that no receiver takes it for whole.
  func exportSession(
    _ request: Request, _ context: DashboardRequestContext, _ signedIn: SignedIn
  ) async throws -> Response {
    let pseudonym = try pseudonym(context)
    let query = request.uri.queryParameters
    let record = try await session(of: pseudonym, named: query["session"], for: signedIn)
    guard let current = await hub.current(pseudonym, for: signedIn.scope) else { throw APIProblem.notFound }
    guard let format = ExportFormat(rawValue: String(query["format"] ?? "csv")) else { throw APIProblem.badRequest }
    guard let language = ReportLanguage(rawValue: String(query["language"] ?? "en")),
      let words = MessageLanguage(rawValue: language.rawValue)
    else { throw APIProblem.badRequest }
    let range = try await range(query["from"], query["count"], in: record)
    guard let slot = exports.slots.take() else { throw APIProblem.overloaded }
    let (recording, kinds) = try await exports.recording(of: record, patient: current.patient, range: range)
    let report =
      format == .pdf
      ? try await exports.report(
        of: record, range: range, language: words, by: signedIn.account, at: time.unixMicroseconds()) : nil
    let raw = try await RawSignal(strips, of: record, kinds: Set(kinds), from: range.lowerBound)
    try await chart.store.append(
      ChartEvent(
        kind: .export, account: signedIn.account, pseudonym: pseudonym, reference: record.reference,
        format: format.rawValue, from: UInt64(range.lowerBound), count: UInt64(range.count),
        at: time.unixMicroseconds()))
    logger.info(
      "export",
      metadata: ["patient": "\(pseudonym)", "account": "\(signedIn.account)", "format": "\(format.rawValue)"])
    let name = "\(pseudonym)_\(recording.session.prefix(8))_\(range.lowerBound).\(format.suffix)"
    let headers: HTTPFields = [
      .contentType: format.mediaType, .contentDisposition: "attachment; filename=\"\(name)\"",
    ]
    if let report {
      let bytes = PDFReport(recording, content: report, language: language).bytes()
      return Response(
        status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
    return Response(
      status: .ok, headers: headers,
      body: body(
        recording, format: format, kinds: kinds, raw: raw, range: range, slot: slot, of: pseudonym,
        for: signedIn))
  }

  /// The samples that are wanted: of the whole session where nothing else is said.
  private func range(_ from: Substring?, _ count: Substring?, in record: SessionRecord) async throws -> Range<Int> {
    let first = try from.map { try number($0) } ?? 0
    guard let first = Int(exactly: first), first < EnvelopePyramid.sampleLimit else { throw APIProblem.badRequest }
    let length = try self.count(count, limit: Self.longestStretch, standard: Self.longestStretch)
    var end = first + 1
    for channel in SignalChannel.allCases {
      guard let place = try await strips.latestPlace(of: channel, in: record) else { continue }
      end = max(end, Int(clamping: place.firstSample) + place.count)
    }
    return first..<min(end, first + length)
  }

  private func body(
    _ recording: ExportedRecording, format: ExportFormat, kinds: [ChunkKind], raw: RawSignal, range: Range<Int>,
    slot: ExportSlots.Slot, of pseudonym: Pseudonym, for signedIn: SignedIn
  ) -> ResponseBody {
    ResponseBody { writer in
      // Taken until this is over, or thrown away unwritten.
      defer { withExtendedLifetime(slot) {} }
      guard var file = format.writer(of: recording) else { return try await writer.finish(nil) }
      var raw = raw
      try await writer.write(ByteBuffer(bytes: file.begin()))
      var windows = 0
      for start in stride(from: range.lowerBound, to: range.upperBound, by: ExportedWindow.length) {
        let part = start..<min(range.upperBound, start + ExportedWindow.length)
        let window = try await ExportDesk.window(part, of: &raw, kinds: kinds, origin: range.lowerBound)
        let bytes = file.add(window)
        if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
        windows += 1
        if windows.isMultiple(of: Self.windowsBetweenChecks) {
          guard let still = try await renewed(signedIn),
            Endpoint.exportSession.rule.verdict(for: still.role) == .allow, still.scope.includes(pseudonym)
          else { throw APIProblem.signInFirst }
        }
      }
      try await writer.write(ByteBuffer(bytes: file.finish()))
      try await writer.finish(nil)
    }
  }
}
