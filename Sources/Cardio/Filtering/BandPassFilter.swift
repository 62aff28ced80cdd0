/// The band in which every analysis looks: 0.5–40 Hz at 125 Hz, streaming, µV in and µV out.
///
/// A Butterworth high-pass of order 2 at 0.5 Hz and a low-pass of order 4 at 40 Hz, as three second-order sections, −3 dB
/// at both corners. 0.5 Hz is the monitoring band of IEC 60601-2-27, 40 Hz leaves mains below −23 dB at 50 Hz. The filter is causal;
/// ``delaySamples`` is its delay for a QRS complex.
public struct BandPassFilter: Hashable, Sendable, Codable {
  /// The lower corner in Hz.
  public static let lowCorner = 0.5
  /// The upper corner in Hz.
  public static let highCorner = 40.0
  /// How much later, in samples at 125 Hz, an R peak appears in the output than in the input.
  public static let delaySamples = 0.8

  static let sections: [ButterworthSection] = {
    let rate = SampleRate.analysis.hertz
    return ButterworthSection.qualities(order: 2).map {
      ButterworthSection.highPass(corner: lowCorner, quality: $0, rate: rate)
    }
      + ButterworthSection.qualities(order: 4).map {
        ButterworthSection.lowPass(corner: highCorner, quality: $0, rate: rate)
      }
  }()

  private var first: Biquad
  private var second: Biquad
  private var third: Biquad
  private var isSettled = false

  /// A filter that settles on its first sample.
  public init() {
    first = Biquad(BandPassFilter.sections[0])
    second = Biquad(BandPassFilter.sections[1])
    third = Biquad(BandPassFilter.sections[2])
  }

  /// Takes the state that an endless input of `microvolts` would have left, so that the output starts at zero.
  public mutating func settle(at microvolts: Float) {
    third.settle(at: second.settle(at: first.settle(at: Double(microvolts))))
    isSettled = true
  }

  /// Forgets the past: the next sample settles the filter anew.
  public mutating func restart() {
    isSettled = false
  }

  /// Filters one sample in µV.
  @inline(__always)
  public mutating func process(_ microvolts: Float) -> Float {
    if !isSettled { settle(at: microvolts) }
    return Float(third.process(second.process(first.process(Double(microvolts)))))
  }
}
