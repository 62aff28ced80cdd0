import Foundation
import Inference
import Testing

/// The device's network in whole numbers against the server's 8-bit form of the same weights.
@Suite struct DeviceNetworkTests {
  struct Vectors: Decodable {
    struct Beat: Decodable {
      var name: String
      var window: String
      var logOdds: Int

      /// Little-endian 16-bit samples in µV.
      var samples: [Float] {
        let digits = Array(window.utf8)
        func octet(_ index: Int) -> UInt16 {
          let text = String(decoding: digits[(2 * index)..<(2 * index + 2)], as: UTF8.self)
          return UInt16(text, radix: 16) ?? 0
        }
        return (0..<digits.count / 4).map { Float(Int16(bitPattern: octet(2 * $0) | octet(2 * $0 + 1) << 8)) }
      }
    }
    var format: String
    var model: String
    var beats: [Beat]
  }

  private static func load() throws -> Vectors {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Vectors/device-beats.json")
    return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
  }

  private static func logOdds(_ precision: ModelPrecision, of beat: Vectors.Beat) throws -> Double {
    let classifier = try BeatClassifier(precision: precision)
    var scratch = classifier.makeScratch()
    let probability = beat.samples.withUnsafeBufferPointer { classifier.classify(window: $0, scratch: &scratch) }
    return log(Double(probability) / (1 - Double(probability)))
  }

  @Test func theDeviceAnswersAsTheServersEightBitsDo() throws {
    let vectors = try Self.load()
    #expect(vectors.format == "SealedBeat device beat vectors 1" && vectors.model == ReferenceModel.identifier)
    #expect(vectors.beats.count >= 28)
    for beat in vectors.beats {
      #expect(beat.samples.count == 187)
      let device = Double(beat.logOdds) / 65536
      // Roundings of the first layer may move a byte by one here or there.
      let difference = abs(device - (try Self.logOdds(.int8, of: beat)))
      #expect(difference <= 0.04, "\(beat.name): \(device) differs by \(difference)")
    }
  }

  @Test func theVectorsTellBeatsApart() throws {
    let beats = try Self.load().beats
    #expect(beats.contains { $0.logOdds > 2 << 16 } && beats.contains { $0.logOdds < -2 << 16 })
    #expect(Set(beats.map(\.logOdds)).count > beats.count / 2)
  }
}
