/// A safetensors file whose every claim has been checked: each tensor's bytes exist, belong to it alone, and there are
/// exactly as many as its shape needs; no byte is left over.
///
/// Source: the safetensors format description: an unsigned 64-bit little-endian header length, that many bytes
/// of JSON, then the tensors, without holes.
public struct SafetensorsFile: Sendable {
  /// Free-form text about the file, from `__metadata__`.
  public let metadata: [String: String]
  /// The tensors by name.
  public let tensors: [String: TensorDescriptor]

  private let bytes: [UInt8]
  private let dataStart: Int

  /// Reads a file already in memory.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - maximumBytes: what it may hold at most; a data set may be larger than any network.
  /// - Throws: ``WeightsError``; nothing of a refused file is kept.
  public init(bytes: [UInt8], maximumBytes: Int = WeightsLimits.maximumFileBytes) throws(WeightsError) {
    guard bytes.count <= maximumBytes else {
      throw WeightsError(.fileTooLarge, "\(bytes.count) bytes", at: "file")
    }
    guard bytes.count >= 8 else { throw WeightsError(.truncated, "no room for the header length", at: "byte 0") }
    let declared = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << UInt64(8 * $1) }
    guard declared <= UInt64(WeightsLimits.maximumHeaderBytes) else {
      throw WeightsError(.headerTooLarge, "a header of \(declared) bytes", at: "byte 0")
    }
    let dataStart = 8 + Int(declared)
    guard dataStart <= bytes.count else {
      throw WeightsError(.truncated, "the header needs \(declared) bytes, \(bytes.count - 8) follow", at: "byte 8")
    }
    let header = try SafetensorsHeader(parsing: bytes[8..<dataStart])
    let descriptors = try Self.descriptors(of: header, dataBytes: bytes.count - dataStart)
    self.bytes = bytes
    self.dataStart = dataStart
    metadata = header.metadata
    tensors = Dictionary(uniqueKeysWithValues: descriptors.map { ($0.name, $0) })
  }

  private static func descriptors(
    of header: SafetensorsHeader, dataBytes: Int
  ) throws(WeightsError) -> [TensorDescriptor] {
    var descriptors: [TensorDescriptor] = []
    for entry in header.entries { descriptors.append(try descriptor(of: entry, dataBytes: dataBytes)) }
    // In order of position: each must begin where the one before ended. Empty tensors claim nothing.
    var end = 0
    for tensor in descriptors.sorted(by: {
      ($0.byteRange.lowerBound, $0.byteRange.upperBound) < ($1.byteRange.lowerBound, $1.byteRange.upperBound)
    }) {
      guard tensor.byteRange.lowerBound >= end else {
        throw WeightsError(.offsetsOverlap, "shares bytes with another tensor", at: tensor.name)
      }
      guard tensor.byteRange.lowerBound == end else {
        throw WeightsError(
          .unclaimedBytes, "bytes \(end)..<\(tensor.byteRange.lowerBound) belong to no tensor", at: tensor.name)
      }
      end = tensor.byteRange.upperBound
    }
    guard end == dataBytes else {
      throw WeightsError(.unclaimedBytes, "bytes \(end)..<\(dataBytes) belong to no tensor", at: "end of file")
    }
    return descriptors
  }

  private static func descriptor(
    of entry: SafetensorsHeader.Entry, dataBytes: Int
  ) throws(WeightsError) -> TensorDescriptor {
    guard let dataType = TensorDataType(rawValue: entry.dataType) else {
      throw WeightsError(.unsupportedDataType, "'\(entry.dataType)'", at: entry.name)
    }
    var elements = 1
    for dimension in entry.shape {
      let (product, overflow) = elements.multipliedReportingOverflow(by: dimension)
      guard !overflow, product <= dataBytes else {
        throw WeightsError(.invalidShape, "\(entry.shape) has too many elements", at: entry.name)
      }
      elements = product
    }
    let (begin, end) = (entry.offsets[0], entry.offsets[1])
    guard begin <= end, end <= dataBytes else {
      throw WeightsError(.offsetsOutOfRange, "bytes \(begin) to \(end) of \(dataBytes)", at: entry.name)
    }
    guard end - begin == elements * dataType.byteCount else {
      throw WeightsError(
        .sizeMismatch, "\(entry.shape) needs \(elements * dataType.byteCount) bytes, has \(end - begin)", at: entry.name
      )
    }
    return TensorDescriptor(
      name: entry.name, dataType: dataType, shape: entry.shape, byteRange: begin..<end, elementCount: elements)
  }

  /// The elements of a 32-bit floating-point tensor, outermost dimension first.
  ///
  /// - Parameters:
  ///   - name: the tensor's name.
  ///   - shape: the shape it must have.
  /// - Throws: ``WeightsError`` with `missingTensor`, `wrongDataType`, `wrongShape` or `nonFiniteWeight`.
  public func floats(_ name: String, shape: [Int]) throws(WeightsError) -> [Float] {
    guard let tensor = tensors[name] else { throw WeightsError(.missingTensor, "the model needs it", at: name) }
    guard tensor.dataType == .float32 else {
      throw WeightsError(.wrongDataType, "\(tensor.dataType.rawValue) where F32 is needed", at: name)
    }
    guard tensor.shape == shape else {
      throw WeightsError(.wrongShape, "\(tensor.shape) where \(shape) is needed", at: name)
    }
    let start = dataStart + tensor.byteRange.lowerBound
    let values = bytes.withUnsafeBytes { raw in
      (0..<tensor.elementCount).map { index in
        Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: start + 4 * index, as: UInt32.self)))
      }
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      throw WeightsError(.nonFiniteWeight, "element \(index) is \(values[index])", at: name)
    }
    return values
  }
}
