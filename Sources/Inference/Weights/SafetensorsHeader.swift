/// What the header of a safetensors file says, syntax only: whether the tensors lie where it claims is
/// ``SafetensorsFile``'s to check.
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var dataType: String
    var shape: [Int]
    var offsets: [Int]
  }

  /// Longest metadata value; a model's provenance fits in a few sentences.
  static let maximumMetadataBytes = 4096

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  init(parsing bytes: ArraySlice<UInt8>) throws(WeightsError) {
    // "Must begin with a {": safetensors format description.
    guard bytes.first == UInt8(ascii: "{") else {
      throw WeightsError(.malformedHeader, "the header does not begin with '{'", at: "header byte 0")
    }
    var reader = HeaderReader(bytes)
    var names: Set<String> = []
    try reader.expect("{")
    if !reader.consume("}") {
      repeat {
        let place = reader.place
        let name = try reader.string(limit: WeightsLimits.maximumNameBytes)
        guard names.insert(name).inserted else {
          throw WeightsError(.duplicateName, "'\(name)' occurs twice", at: place)
        }
        try reader.expect(":")
        if name == "__metadata__" {
          metadata = try Self.metadata(&reader)
        } else {
          guard entries.count < WeightsLimits.maximumTensors else {
            throw WeightsError(.tooManyTensors, "more than \(WeightsLimits.maximumTensors) tensors", at: place)
          }
          entries.append(try Self.entry(name: name, &reader))
        }
      } while reader.consume(",")
      try reader.expect("}")
    }
    try reader.expectEnd()
  }

  private static func metadata(_ reader: inout HeaderReader) throws(WeightsError) -> [String: String] {
    var metadata: [String: String] = [:]
    try reader.expect("{")
    if reader.consume("}") { return metadata }
    repeat {
      let place = reader.place
      let key = try reader.string(limit: WeightsLimits.maximumNameBytes)
      guard metadata[key] == nil else {
        throw WeightsError(.duplicateName, "metadata '\(key)' occurs twice", at: place)
      }
      try reader.expect(":")
      metadata[key] = try reader.string(limit: maximumMetadataBytes)
    } while reader.consume(",")
    try reader.expect("}")
    return metadata
  }

  private static func entry(name: String, _ reader: inout HeaderReader) throws(WeightsError) -> Entry {
    var dataType: String?
    var shape: [Int]?
    var offsets: [Int]?
    try reader.expect("{")
    repeat {
      let place = reader.place
      let key = try reader.string(limit: WeightsLimits.maximumNameBytes)
      try reader.expect(":")
      switch key {
      case "dtype" where dataType == nil: dataType = try reader.string(limit: WeightsLimits.maximumNameBytes)
      case "shape" where shape == nil: shape = try reader.wholeNumbers(limit: WeightsLimits.maximumDimensions)
      case "data_offsets" where offsets == nil: offsets = try reader.wholeNumbers(limit: 2)
      case "dtype", "shape", "data_offsets":
        throw WeightsError(.duplicateName, "'\(key)' occurs twice in '\(name)'", at: place)
      default: throw WeightsError(.malformedHeader, "unknown key '\(key)' in '\(name)'", at: place)
      }
    } while reader.consume(",")
    try reader.expect("}")
    guard let dataType, let shape, let offsets, offsets.count == 2 else {
      throw WeightsError(.malformedHeader, "'\(name)' lacks dtype, shape or two data_offsets", at: reader.place)
    }
    return Entry(name: name, dataType: dataType, shape: shape, offsets: offsets)
  }
}
