internal import Crypto
internal import Sealing
internal import Wire

/// The plaintext of an enrolment: `[device id, claim token, data key, csr]`.
struct EnrolmentRequest {
  /// Bytes of a claim token.
  static let tokenSize = 32

  let device: DeviceID
  let tokenHash: [UInt8]
  let dataKey: SecretBytes
  let certificateRequest: [UInt8]
  /// SHA-256 of the whole plaintext: tells a repeated request from another one.
  let digest: [UInt8]

  init(decoding plaintext: SecretBytes) throws(VaultError) {
    let parsed = plaintext.withWipedCopy { bytes in
      Result { () throws(WireError) in
        var reader = CBORReader(bytes)
        _ = try reader.array("enrolment", count: 4...4)
        guard let device = DeviceID(try reader.text("device id", length: DeviceID.lengthLimits)) else {
          throw WireError(.valueOutOfRange, "device id")
        }
        let token = try reader.byteString("claim token", length: Self.tokenSize...Self.tokenSize)
        let key = try reader.byteString("data key", length: AEAD.keySize...AEAD.keySize)
        let request = try reader.byteString("csr", length: 1...EnrolmentOpener.messageLimit)
        try reader.finish("enrolment")
        return (
          device, Array(SHA256.hash(data: token)), SecretBytes(copying: key), Array(request),
          Array(SHA256.hash(data: bytes))
        )
      }
    }
    do {
      (device, tokenHash, dataKey, certificateRequest, digest) = try parsed.get()
    } catch {
      throw VaultError(.badRequest, "the enrolment is not as the wire format says (\(error))")
    }
  }
}

/// The plaintext of a rotation: `[version, data key]`.
struct RotationRequest {
  let version: KeyVersion
  let dataKey: SecretBytes

  init(decoding plaintext: SecretBytes) throws(VaultError) {
    let parsed = plaintext.withWipedCopy { bytes in
      Result { () throws(WireError) in
        var reader = CBORReader(bytes)
        _ = try reader.array("rotation", count: 2...2)
        let version = try reader.unsigned("key version", limit: UInt64(UInt32.max))
        let key = try reader.byteString("data key", length: AEAD.keySize...AEAD.keySize)
        try reader.finish("rotation")
        return (KeyVersion(rawValue: UInt32(version)), SecretBytes(copying: key))
      }
    }
    do {
      (version, dataKey) = try parsed.get()
    } catch {
      throw VaultError(.badRequest, "the rotation is not as the wire format says (\(error))")
    }
  }
}
