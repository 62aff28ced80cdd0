import Foundation
import Inference
import Testing

/// Every way we know to spoil a weights file, and the name of the refusal.
@Suite struct HostileWeightsTests {
  static let tensor = #""t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#

  static let headers: [(name: String, header: String, dataBytes: Int, code: WeightsError.Code)] = [
    ("not an object", "[]", 0, .malformedHeader),
    ("leading space", " {}", 0, .malformedHeader),
    ("empty header", "", 0, .malformedHeader),
    ("never closed", "{", 0, .malformedHeader),
    ("open string", #"{"t"#, 0, .malformedHeader),
    ("trailing comma", "{\(tensor),}", 8, .malformedHeader),
    ("second object", "{\(tensor)}{}", 8, .malformedHeader),
    ("NUL after the object", "{\(tensor)}\0", 8, .malformedHeader),
    ("nested values", #"{"t":{"dtype":[[[[]]]]}}"#, 0, .malformedHeader),
    ("deep nesting", #"{"t":{"shape":"# + String(repeating: "[", count: 60_000), 0, .malformedHeader),
    ("unknown key", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":1}}"#, 8, .malformedHeader),
    ("no data type", #"{"t":{"shape":[2],"data_offsets":[0,8]}}"#, 8, .malformedHeader),
    ("one offset", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#, 8, .malformedHeader),
    ("three offsets", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,4,8]}}"#, 8, .malformedHeader),
    ("negative offset", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[-8,8]}}"#, 8, .malformedHeader),
    ("fraction", #"{"t":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#, 8, .malformedHeader),
    ("exponent", #"{"t":{"dtype":"F32","shape":[2e0],"data_offsets":[0,8]}}"#, 8, .malformedHeader),
    ("leading zero", #"{"t":{"dtype":"F32","shape":[02],"data_offsets":[0,8]}}"#, 8, .malformedHeader),
    (
      "number past 64 bits", #"{"t":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#, 8,
      .malformedHeader
    ),
    (
      "too many dimensions", #"{"t":{"dtype":"F32","shape":[1,1,1,1,1,1,2],"data_offsets":[0,8]}}"#, 8, .malformedHeader
    ),
    ("surrogate", #"{"\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8, .malformedHeader),
    ("name of 300 bytes", "{\"\(String(repeating: "n", count: 300))\":{}}", 0, .malformedHeader),
    ("metadata not text", #"{"__metadata__":{"a":1}}"#, 0, .malformedHeader),
    ("same tensor twice", "{\(tensor),\(tensor)}", 8, .duplicateName),
    (
      "same tensor twice, once escaped", #"{"t":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\u0074":{}}"#, 0,
      .duplicateName
    ),
    ("same key twice", #"{"t":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8, .duplicateName),
    ("metadata twice", #"{"__metadata__":{},"__metadata__":{}}"#, 0, .duplicateName),
    ("metadata key twice", #"{"__metadata__":{"a":"1","a":"2"}}"#, 0, .duplicateName),
    ("half precision", #"{"t":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, 4, .unsupportedDataType),
    ("no such type", #"{"t":{"dtype":"f32","shape":[2],"data_offsets":[0,8]}}"#, 8, .unsupportedDataType),
    (
      "shape overflows", #"{"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0,
      .invalidShape
    ),
    ("shape too large", #"{"t":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,8]}}"#, 8, .invalidShape),
    ("runs backwards", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, .offsetsOutOfRange),
    ("past the end", #"{"t":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 8, .offsetsOutOfRange),
    ("data missing", "{\(tensor)}", 7, .offsetsOutOfRange),
    ("too few bytes", #"{"t":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, .sizeMismatch),
    ("scalar of eight bytes", #"{"t":{"dtype":"F32","shape":[],"data_offsets":[0,8]}}"#, 8, .sizeMismatch),
    ("shared bytes", #"{\#(tensor),"u":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12, .offsetsOverlap),
    ("same bytes", #"{\#(tensor),"u":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 8, .offsetsOverlap),
    ("hole", #"{\#(tensor),"u":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}"#, 20, .unclaimedBytes),
    ("bytes left over", "{\(tensor)}", 9, .unclaimedBytes),
    ("no tensors but data", "{}", 1, .unclaimedBytes),
    ("no tensors", "{}", 0, .unknownModel),
    ("another model", #"{"__metadata__":{"model":"other"},\#(tensor)}"#, 8, .unknownModel),
  ]

  @Test(arguments: headers.indices)
  func aHostileHeaderIsRefusedByName(index: Int) {
    let (name, header, dataBytes, code) = Self.headers[index]
    let bytes = WeightsSample.file(header: header, dataBytes: dataBytes)
    #expect(throws: WeightsError(code: code), "\(name)") { try BeatClassifier(weights: .bytes(bytes)) }
  }

  @Test func tooManyTensors() {
    let entries = (0...WeightsLimits.maximumTensors).map {
      #""t\#($0)":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
    }
    let bytes = WeightsSample.file(header: "{\(entries.joined(separator: ","))}")
    #expect(throws: WeightsError(code: .tooManyTensors)) { try SafetensorsFile(bytes: bytes) }
  }

  @Test func aHugeHeaderLengthIsRefusedBeforeItIsBelieved() {
    for length in [UInt64.max, 1 << 63, UInt64(WeightsLimits.maximumHeaderBytes) + 1] {
      let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{}".utf8)
      #expect(throws: WeightsError(code: .headerTooLarge)) { try SafetensorsFile(bytes: bytes) }
    }
  }

  @Test func aFileThatIsTooLargeIsRefused() {
    let bytes = [UInt8](repeating: 0, count: WeightsLimits.maximumFileBytes + 1)
    #expect(throws: WeightsError(code: .fileTooLarge)) { try SafetensorsFile(bytes: bytes) }
  }

  @Test func everyTruncationIsRefused() {
    let whole = WeightsSample.bundled
    for length in Array(0..<2500) + Array(stride(from: 2500, to: whole.count, by: 9973)) + [whole.count - 1] {
      #expect(throws: WeightsError.self) { try BeatClassifier(weights: .bytes(Array(whole[..<length]))) }
    }
    for length in 0..<8 {
      #expect(throws: WeightsError(code: .truncated)) { try SafetensorsFile(bytes: Array(whole[..<length])) }
    }
  }

  @Test(arguments: [
    ("\"conv1.bias\"", "\"conv9.bias\"", WeightsError.Code.unexpectedTensor),
    ("[32,1,3]", "[1,32,3]", .wrongShape),
    ("[1,32]", "[32,1]", .wrongShape),
    ("\"0.001\"", "\"-1\"", .invalidMetadata),
    ("\"0.001\"", "\"nan\"", .invalidMetadata),
    ("\"0.001\"", "\"zero\"", .invalidMetadata),
    ("batch_norm_epsilon", "batch_norm_x", .invalidMetadata),
    ("sealedbeat-reference-1", "sealedbeat-reference-9", .unknownModel),
  ])
  func weightsThatDoNotFitTheModelAreRefused(from: String, to: String, code: WeightsError.Code) {
    let bytes = WeightsSample.bundled { $0.replacing(from, with: to) }
    #expect(throws: WeightsError(code: code)) { try BeatClassifier(weights: .bytes(bytes)) }
  }

  @Test func anotherDataTypeOfTheSameSizeIsRefused() {
    let bytes = WeightsSample.bundled { header in
      guard let name = header.firstRange(of: "\"bn1.bias\":"),
        let type = header[name.upperBound...].firstRange(of: "F32")
      else { return header }
      return header.replacingCharacters(in: type, with: "I32")
    }
    #expect(throws: WeightsError(code: .wrongDataType)) { try BeatClassifier(weights: .bytes(bytes)) }
  }

  @Test func aMissingTensorIsNamed() {
    var writer = SafetensorsWriter(metadata: ["model": ReferenceModel.identifier, "batch_norm_epsilon": "0.001"])
    writer.append("bn1.weight", shape: [32], [Float](repeating: 1, count: 32))
    #expect {
      try BeatClassifier(weights: .bytes([UInt8](writer.encoded())))
    } throws: { error in
      (error as? WeightsError)?.code == .missingTensor && (error as? WeightsError)?.place == "bn1.bias"
    }
  }

  @Test(
    arguments: ["conv1.weight", "conv2.bias", "bn1.running_var", "bn2.weight", "dense1.weight", "dense2.bias"],
    [Float.nan, .infinity, -.infinity])
  func aWeightThatIsNotFiniteIsRefused(tensor: String, value: Float) throws {
    let bytes = try WeightsSample.bundled(first: value, of: tensor)
    #expect(throws: WeightsError(code: .nonFiniteWeight)) { try BeatClassifier(weights: .bytes(bytes)) }
  }

  @Test(arguments: [Float(-1), -0.001, -1e30])
  func aVarianceThatCannotBeFoldedIsRefused(variance: Float) throws {
    let bytes = try WeightsSample.bundled(first: variance, of: "bn2.running_var")
    #expect(throws: WeightsError(code: .nonFiniteWeight)) { try BeatClassifier(weights: .bytes(bytes)) }
  }

  @Test func aChangedByteNeverCrashes() {
    // Every byte of the header, changed in one of three ways in turn: refused or understood, never worse.
    let whole = WeightsSample.bundled
    let headerEnd = whole.count - WeightsSample.parts.data.count
    for position in 0..<headerEnd {
      var bytes = whole
      bytes[position] ^= [0x01, 0x20, 0x80][position % 3]
      do throws(WeightsError) {
        _ = try BeatClassifier(weights: .bytes(bytes))
      } catch {
        #expect(!error.reason.isEmpty && !error.place.isEmpty)
      }
    }
  }

  @Test func aNameCannotWriteToTheTerminal() {
    let header =
      #"{"__metadata__":{"model":"\u001b[2J\u202e"},"\u001b]0;x\u0007":{"dtype":"F8\n","shape":[],"data_offsets":[0,0]}}"#
    #expect {
      try BeatClassifier(weights: .bytes(WeightsSample.file(header: header)))
    } throws: { error in
      let text = String(describing: error)
      return text.contains("unsupportedDataType")
        && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
    let model = WeightsSample.bundled { $0.replacing("sealedbeat-reference-1", with: #"\u001b[2J\u202e"#) }
    #expect {
      try BeatClassifier(weights: .bytes(model))
    } throws: { error in
      let text = String(describing: error)
      return text.contains("unknownModel") && !text.unicodeScalars.contains("\u{1B}")
        && !text.unicodeScalars.contains("\u{202E}")
    }
  }

  @Test func theBundledFileIsWhole() throws {
    let file = try ModelWeights.bundledReference.load()
    #expect(file.tensors.count == 16)
    #expect(file.metadata["model"] == ReferenceModel.identifier)
    #expect(file.tensors.values.reduce(0) { $0 + $1.byteRange.count } == WeightsSample.parts.data.count)
  }
}

extension WeightsError {
  /// An error to compare with: equality is on the code alone.
  init(code: Code) { self.init(code, "", at: "") }
}
