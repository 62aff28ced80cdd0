/// Changes the sampling rate of a signal through a linear-phase anti-alias filter, streaming: the ADC path's stand-in.
///
/// A polyphase FIR filter (Kaiser window, 80 dB). With `n` the lower of the two rates' Nyquist frequencies, the pass band
/// reaches 0.8 `n` (50 Hz for 125 Hz; ripple below 0.01 dB) and the stop band begins at `n`. Output `k` is the signal at
/// exactly `k` output intervals behind input 0: the filter's delay is compensated, at the price of waiting for half its
/// length. Before the first and behind the last sample the signal is taken to stand still. Equal rates pass samples unaltered.
public struct Resampler: Sendable {
  /// Phases of the filter at most: rates that are multiples of 0.01 Hz fit.
  public static let maximumPhases = 12_500
  /// Taps of one phase at most: 20 kHz to 125 Hz fits.
  public static let maximumTaps = 8_192

  /// The rate of the input.
  public let inputRate: SampleRate
  /// The rate of the output.
  public let outputRate: SampleRate

  private let up: Int
  private let down: Int
  private let taps: Int
  /// Taps of all phases, phase by phase, oldest sample first.
  private let coefficients: [Float]
  /// The last inputs, twice, so that every window of `taps` is contiguous.
  private var history: [Float]
  private var historyHead = 0
  private var inputs = 0
  private var outputs = 0
  private var last: Float = 0

  /// A resampler from `inputRate` to `outputRate` (125 Hz).
  public init(from inputRate: SampleRate, to outputRate: SampleRate = .analysis) throws(ResamplerError) {
    let divisor = Resampler.greatestCommonDivisor(Int(inputRate.millihertz), Int(outputRate.millihertz))
    let up = Int(outputRate.millihertz) / divisor
    let down = Int(inputRate.millihertz) / divisor
    guard up <= Resampler.maximumPhases else { throw .ratioTooFine(from: inputRate, to: outputRate) }
    let nyquist = min(inputRate.hertz, outputRate.hertz) / 2
    let halfLength = KaiserLowPass.halfLength(transition: nyquist * 0.2)
    // A multiple of 4, so that a window is a whole number of 8-wide vectors.
    let half = (Int((halfLength * inputRate.hertz).rounded(.up)) + 3) / 4 * 4
    guard 2 * half <= Resampler.maximumTaps else { throw .ratioTooLarge(from: inputRate, to: outputRate) }
    self.inputRate = inputRate
    self.outputRate = outputRate
    self.up = up
    self.down = down
    self.taps = inputRate == outputRate ? 1 : 2 * half
    self.coefficients =
      inputRate == outputRate
      ? [1]
      : Resampler.design(
        phases: up, half: half, cutoff: nyquist * 0.9, halfLength: halfLength, rate: inputRate.hertz)
    self.history = [Float](repeating: 0, count: 2 * taps)
  }

  /// Inputs that must have come behind an output's own time before it can be computed.
  private var lookAhead: Int { taps / 2 }

  /// Resamples the next inputs and appends the outputs that have become computable to `output`.
  public mutating func process(_ input: Span<Float>, into output: inout [Float]) {
    for index in 0..<input.count {
      let value = input[index]
      if inputs == 0 {
        for place in history.indices { history[place] = value }
      }
      push(value, into: &output)
    }
  }

  /// Ends the signal and appends the outputs that were waiting for later inputs: as many as the input's duration gives.
  public mutating func finish(into output: inout [Float]) {
    guard inputs > 0 else { return }
    let total = (inputs * up + down - 1) / down
    while outputs < total { push(last, into: &output) }
    // Where the output is the faster, the last push may have reached past the end.
    output.removeLast(outputs - total)
    outputs = total
  }

  /// Resamples a whole signal at once.
  public static func resample(
    _ signal: [Float], from inputRate: SampleRate, to outputRate: SampleRate = .analysis
  ) throws(ResamplerError) -> [Float] {
    var resampler = try Resampler(from: inputRate, to: outputRate)
    var output: [Float] = []
    output.reserveCapacity(signal.count * resampler.up / resampler.down + 1)
    resampler.process(signal.span, into: &output)
    resampler.finish(into: &output)
    return output
  }

  private mutating func push(_ value: Float, into output: inout [Float]) {
    last = value
    history[historyHead] = value
    history[historyHead + taps] = value
    historyHead = historyHead + 1 == taps ? 0 : historyHead + 1
    inputs += 1
    // Output k lies at input time k·down/up; its window ends `lookAhead` inputs behind the integer part.
    while outputs * down / up + lookAhead < inputs {
      let phase = outputs * down % up
      output.append(convolve(phase: phase))
      outputs += 1
    }
  }

  private func convolve(phase: Int) -> Float {
    coefficients.withUnsafeBufferPointer { coefficients in
      history.withUnsafeBufferPointer { history in
        let row = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(coefficients)[(phase * taps * 4)...])
        let window = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(history)[(historyHead * 4)...])
        guard taps > 1 else { return history[historyHead] }
        var sums = SIMD8<Float>.zero
        for place in stride(from: 0, to: taps * 4, by: 32) {
          sums +=
            row.loadUnaligned(fromByteOffset: place, as: SIMD8<Float>.self)
            * window.loadUnaligned(fromByteOffset: place, as: SIMD8<Float>.self)
        }
        return sums.sum()
      }
    }
  }

  private static func design(phases: Int, half: Int, cutoff: Double, halfLength: Double, rate: Double) -> [Float] {
    var table: [Float] = []
    table.reserveCapacity(phases * 2 * half)
    for phase in 0..<phases {
      let fraction = Double(phase) / Double(phases)
      // The window holds inputs n−half+1 … n+half of an output at n + fraction.
      let row = (0..<2 * half).map { tap in
        KaiserLowPass.response(
          at: (Double(half - 1 - tap) + fraction) / rate, cutoff: cutoff, halfLength: halfLength)
      }
      let sum = row.reduce(0, +)
      table.append(contentsOf: row.map { Float($0 / sum) })
    }
    return table
  }

  private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
    var (a, b) = (first, second)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }
}
