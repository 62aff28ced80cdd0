public import Cardio
import Wire

/// A synthetic patient at the electrodes; it has no end.
public struct SyntheticSource: SampleSource {
  private var patient: SyntheticPatient
  private let quantiser: Quantiser

  /// A patient with `preset`; `seed` varies the rhythm and the noise.
  public init(preset: SyntheticPatient.Preset, seed: UInt64, nanovoltsPerLSB: UInt32) {
    patient = SyntheticPatient(preset: preset, seed: seed)
    quantiser = Quantiser(nanovoltsPerLSB: nanovoltsPerLSB)
  }

  /// It has no end.
  public var length: Int? { nil }

  /// The next stretch, cut where an electrode comes off or on.
  public mutating func next(_ count: Int) -> [SampleBlock] {
    let signal = patient.next(count)
    var blocks: [SampleBlock] = []
    for (microvolts, isOff) in zip(signal.microvolts, signal.isLeadOff) {
      let leadOff: LeadOff = isOff ? .positive : []
      if blocks.last?.leadOff != leadOff || blocks.isEmpty { blocks.append(SampleBlock(samples: [], leadOff: leadOff)) }
      blocks[blocks.count - 1].samples.append(quantiser(microvolts))
    }
    return blocks
  }
}
