/// A chunk as it travels and rests: COSE_Encrypt0 (RFC 9052 §5.2), tagged, A256GCM.
///
/// Decoding checks the structure and every range; it authenticates nothing, because that takes a key.
public struct SealedChunk: Hashable, Sendable {
  /// Longest accepted message in bytes: a full chunk takes about 480.
  public static let maximumEncodedSize = 1024
  /// Bytes of the authentication tag at the end of the ciphertext.
  public static let tagSize = 16
  /// Most bytes of plaintext.
  public static let maximumPlaintextSize = 2 * ChunkHeader.maximumSampleCount

  /// What is authenticated and in the clear.
  public let header: ChunkHeader
  /// The header's encoding, which the tag covers.
  public let protected: [UInt8]
  /// Ciphertext and tag.
  public let ciphertext: [UInt8]

  /// Puts a freshly sealed chunk together.
  public init(header: ChunkHeader, ciphertext: [UInt8]) {
    self.header = header
    protected = header.encoded()
    self.ciphertext = ciphertext
  }

  /// Decodes a message from the network or the store.
  public init(decoding message: [UInt8]) throws(WireError) {
    guard message.count <= Self.maximumEncodedSize else { throw WireError(.oversize, "chunk") }
    var reader = CBORReader(message)
    try reader.tag(16, "COSE_Encrypt0 tag")
    _ = try reader.array("COSE_Encrypt0", count: 3...3)
    protected = Array(try reader.byteString("protected header", length: 1...256))
    _ = try reader.map("unprotected header", count: 0...0)
    let longest = Self.maximumPlaintextSize + Self.tagSize
    ciphertext = Array(try reader.byteString("ciphertext", length: Self.tagSize...longest))
    try reader.finish("chunk")
    header = try ChunkHeader(decoding: protected)
    let plaintextSize = ciphertext.count - Self.tagSize
    if header.kind != .status && plaintextSize != 2 * header.count {
      throw WireError(.valueOutOfRange, "ciphertext length does not fit the sample count")
    }
  }

  /// The message to send or store.
  public func encoded() -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: protected.count + ciphertext.count + 16)
    writer.write(tag: 16)
    writer.beginArray(3)
    writer.write(bytes: protected)
    writer.beginMap(0)
    writer.write(bytes: ciphertext)
    return writer.bytes
  }

  /// `Enc_structure` (RFC 9052 §5.3): the additional data of AES-GCM.
  /// - Parameter device: the authenticated sender, never a name from the message.
  public func additionalData(device: DeviceID) -> [UInt8] {
    Self.additionalData(protected: protected, externalAAD: Array(device.name.utf8))
  }

  /// `Enc_structure` for any protected header and external data.
  public static func additionalData(protected: [UInt8], externalAAD: [UInt8]) -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: protected.count + externalAAD.count + 24)
    writer.beginArray(3)
    writer.write(text: "Encrypt0")
    writer.write(bytes: protected)
    writer.write(bytes: externalAAD)
    return writer.bytes
  }
}
