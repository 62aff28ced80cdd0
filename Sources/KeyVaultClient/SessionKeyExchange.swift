package import Sealing
internal import Wire

/// The client's side of the session-key protocol, in the CBOR subset of `docs/wire-format.md`.
///
///     request = [1, [ [device: tstr, session: bstr, iv: bstr, version: uint, purposes: uint], … ]]   ; bit 0 session, bit 1 findings
///     answer  = [1, [ [0, [key: bstr, …]] / [1, refusal: tstr], … ]]
package enum SessionKeyExchange {
  /// The request for the keys of sessions.
  package static func encode(_ requests: [SessionKeyRequest]) -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: 16 + requests.count * 80)
    writer.beginArray(2)
    writer.write(1)
    writer.beginArray(requests.count)
    for request in requests {
      writer.beginArray(5)
      writer.write(text: request.reference.device.name)
      writer.write(bytes: request.reference.session.bytes)
      writer.write(bytes: request.iv.bytes)
      writer.write(UInt64(request.keyVersion.rawValue))
      writer.write((request.purposes.contains(.session) ? 1 : 0) | (request.purposes.contains(.findings) ? 2 : 0))
    }
    return writer.bytes
  }

  /// Reads the answer to `requests`.
  package static func decode(_ answer: [UInt8], to requests: [SessionKeyRequest]) throws(KeyVaultError)
    -> [SessionKeyAnswer]
  {
    do {
      var reader = CBORReader(answer)
      _ = try reader.array("answer", count: 2...2)
      guard try reader.unsigned("version") == 1 else { throw WireError(.valueOutOfRange, "version") }
      _ = try reader.array("answers", count: requests.count...requests.count)
      var answers: [SessionKeyAnswer] = []
      answers.reserveCapacity(requests.count)
      for request in requests { answers.append(try decodeOne(&reader, request)) }
      try reader.finish("answer")
      return answers
    } catch {
      throw .badAnswer("session keys: \(error)")
    }
  }

  private static func decodeOne(
    _ reader: inout CBORReader, _ request: SessionKeyRequest
  ) throws -> SessionKeyAnswer {
    _ = try reader.array("session answer", count: 2...2)
    if try reader.unsigned("outcome", limit: 1) == 1 {
      guard let refusal = SessionKeyRefusal(rawValue: try reader.text("refusal", length: 1...32)) else {
        throw WireError(.valueOutOfRange, "refusal")
      }
      return .refused(refusal)
    }
    let purposes = SessionKeyPurpose.allCases.filter { request.purposes.contains($0) }
    _ = try reader.array("keys", count: purposes.count...purposes.count)
    var keys: [SessionKeyPurpose: SessionKey] = [:]
    for purpose in purposes {
      let bytes = try reader.byteString("key", length: AEAD.keySize...AEAD.keySize)
      keys[purpose] = try SessionKey(purpose: purpose, secret: SecretBytes(copying: bytes))
    }
    return .released(keys)
  }

  /// The request for a record key.
  package static func encode(_ purpose: RecordKeyPurpose) -> [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(2)
    writer.write(1)
    writer.write(text: purpose.rawValue)
    return writer.bytes
  }

  /// Reads the answer to a request for a record key.
  package static func decodeRecordKey(_ answer: [UInt8]) throws(KeyVaultError) -> SecretBytes {
    do {
      var reader = CBORReader(answer)
      _ = try reader.array("answer", count: 2...2)
      guard try reader.unsigned("version") == 1 else { throw WireError(.valueOutOfRange, "version") }
      let key = try reader.byteString("key", length: AEAD.keySize...AEAD.keySize)
      try reader.finish("answer")
      return SecretBytes(copying: key)
    } catch {
      throw .badAnswer("record key: \(error)")
    }
  }
}
