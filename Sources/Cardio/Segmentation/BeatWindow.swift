/// The signal around one R peak: 187 band-passed samples in µV, the input of a beat classifier.
///
/// The window is cut at whole samples: the sample nearest the R peak lies at index ``rIndex``, so no interpolation
/// alters the signal, and the same beat gives the same window however the session was cut into chunks. It reaches 0.496 s
/// before the R peak (the whole P wave) and 0.992 s behind it (the whole T wave).
public struct BeatWindow: Hashable, Sendable, Codable {
  /// Samples in a window: 187, 1.496 s at 125 Hz.
  public static let count = 187
  /// The index of the sample nearest the R peak.
  public static let rIndex = 62

  /// The 187 samples, in µV.
  public let samples: [Float]

  /// A window of exactly ``count`` finite samples; `nil` otherwise.
  public init?(samples: [Float]) {
    guard samples.count == BeatWindow.count, samples.allSatisfy(\.isFinite) else { return nil }
    self.samples = samples
  }

  /// For the segmenter, whose rings are of the right size and whose filter is NaN-free by construction.
  init(unchecked samples: [Float]) {
    self.samples = samples
  }

  /// The samples scaled to 0…1 by the window's own minimum and maximum, as the reference CNN was trained on.
  ///
  /// A window without any variation gives zeros.
  public var minMaxScaled: [Float] {
    var scaled = samples
    scaled.withUnsafeMutableBufferPointer { BeatWindow.scaleMinMax($0) }
    return scaled
  }

  /// Scales `buffer` in place to 0…1 by its minimum and maximum; a constant buffer becomes zeros. Allocates nothing.
  public static func scaleMinMax(_ buffer: UnsafeMutableBufferPointer<Float>) {
    guard var low = buffer.first else { return }
    var high = low
    for value in buffer {
      low = min(low, value)
      high = max(high, value)
    }
    let range = high > low ? high - low : .infinity
    for index in buffer.indices { buffer[index] = (buffer[index] - low) / range }
  }
}
