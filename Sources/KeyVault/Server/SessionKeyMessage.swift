package import Sealing
internal import Wire

/// The vault's side of the session-key protocol, in the CBOR subset of `docs/wire-format.md`.
///
///     request = [1, [ [device: tstr, session: bstr, iv: bstr, version: uint, purposes: uint], … ]]   ; bit 0 session, bit 1 findings
///     answer  = [1, [ [0, [key: bstr, …]] / [1, refusal: tstr], … ]]
package enum SessionKeyMessage {
  /// Reads a request for session keys.
  package static func decode(_ message: [UInt8]) throws(VaultError) -> [ReleaseRequest] {
    do {
      var reader = CBORReader(message)
      _ = try reader.array("request", count: 2...2)
      guard try reader.unsigned("version") == 1 else { throw WireError(.valueOutOfRange, "version") }
      let count = try reader.array("requests", count: 0...ReleaseRequest.batchLimit)
      var requests: [ReleaseRequest] = []
      requests.reserveCapacity(count)
      for _ in 0..<count { requests.append(try decodeOne(&reader)) }
      try reader.finish("request")
      return requests
    } catch {
      throw VaultError(.badRequest, "the request for session keys is malformed (\(error))")
    }
  }

  private static func decodeOne(_ reader: inout CBORReader) throws(WireError) -> ReleaseRequest {
    _ = try reader.array("session request", count: 5...5)
    guard let device = DeviceID(try reader.text("device id", length: DeviceID.lengthLimits)) else {
      throw WireError(.valueOutOfRange, "device id")
    }
    let sizes = (session: SessionID.byteCount, iv: SessionIV.byteCount)
    guard let session = SessionID(try reader.byteString("session id", length: sizes.session...sizes.session)),
      let iv = SessionIV(try reader.byteString("session IV", length: sizes.iv...sizes.iv))
    else { throw WireError(.valueOutOfRange, "session") }
    let version = try reader.unsigned("key version", limit: UInt64(UInt32.max))
    let bits = try reader.unsigned("purposes", limit: 3)
    return ReleaseRequest(
      device: device, session: session, iv: iv, version: KeyVersion(rawValue: UInt32(version)),
      purposes: SessionKeyPurpose.allCases.filter { bits & $0.bit != 0 })
  }

  /// The answer to a request for session keys.
  package static func encode(_ answers: [ReleaseAnswer]) -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: answers.count * 80 + 16)
    writer.beginArray(2)
    writer.write(1)
    writer.beginArray(answers.count)
    for answer in answers {
      writer.beginArray(2)
      switch answer {
      case .released(let keys):
        writer.write(0)
        writer.beginArray(keys.count)
        for key in keys { key.secret.withUnsafeBytes { writer.write(bytes: $0) } }
      case .refused(let refusal):
        writer.write(1)
        writer.write(text: refusal.rawValue)
      }
    }
    return writer.bytes
  }

  /// Reads a request for the key of a kind of records.
  package static func decodeRecordPurpose(_ message: [UInt8]) throws(VaultError) -> GrantPurpose {
    do {
      var reader = CBORReader(message)
      _ = try reader.array("request", count: 2...2)
      guard try reader.unsigned("version") == 1,
        let purpose = GrantPurpose(rawValue: try reader.text("purpose", length: 1...32))
      else { throw WireError(.valueOutOfRange, "purpose") }
      try reader.finish("request")
      return purpose
    } catch {
      throw VaultError(.badRequest, "the request for a record key is malformed (\(error))")
    }
  }

  /// The answer to a request for a record key.
  package static func encode(recordKey: SecretBytes) -> [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(2)
    writer.write(1)
    recordKey.withUnsafeBytes { writer.write(bytes: $0) }
    return writer.bytes
  }
}

extension SessionKeyPurpose {
  /// Its bit in a request.
  var bit: UInt64 {
    switch self {
    case .session: 1
    case .findings: 2
    }
  }
}
