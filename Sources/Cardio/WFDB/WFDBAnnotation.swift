/// One annotation of a WFDB annotation file, annot(5).
public struct WFDBAnnotation: Hashable, Sendable {
  /// An annotation code (ecgcodes.h), 1…49.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The number of the code.
    public let rawValue: UInt8

    /// The code with a number.
    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    /// Change of rhythm; the auxiliary text names it.
    public static let rhythmChange = Code(rawValue: 28)
    /// Start of ventricular flutter or fibrillation.
    public static let flutterStart = Code(rawValue: 32)
    /// End of ventricular flutter or fibrillation.
    public static let flutterEnd = Code(rawValue: 33)

    /// The mnemonic, such as `N`, `V`, `+`; `?` when the code has none.
    public var symbol: String {
      Code.symbols.indices.contains(Int(rawValue)) ? Code.symbols[Int(rawValue)] : "?"
    }

    /// The code of a mnemonic.
    public init?(symbol: String) {
      guard symbol != "?", let index = Code.symbols.firstIndex(of: symbol) else { return nil }
      self.rawValue = UInt8(index)
    }

    private static let symbols = [
      "?", "N", "L", "R", "a", "V", "F", "J", "A", "S", "E", "j", "/", "Q", "~", "?", "|", "?", "s", "T", "*", "D",
      "\"", "=", "p", "B", "^", "t", "+", "u", "?", "!", "[", "]", "e", "n", "@", "x", "f", "(", ")", "r",
    ]

    /// The AAMI EC57 class of a beat, or `nil` when the annotation is not a beat.
    ///
    /// N = N L R e j (and bundle-branch block unspecified, B); S = A a J S (and n); V = V E r; F = F; Q = / f Q.
    public var beatClass: BeatClass? {
      switch symbol {
      case "N", "L", "R", "B", "e", "j": .normal
      case "A", "a", "J", "S", "n": .supraventricular
      case "V", "E", "r": .ventricular
      case "F": .fusion
      case "/", "f", "Q": .unknown
      default: nil
      }
    }
  }

  /// The sample to which the annotation belongs, at the record's own rate.
  public let sample: Int
  /// What it says.
  public let code: Code
  /// The subtype, −128…127.
  public let subtype: Int8
  /// The signal it belongs to.
  public let channel: Int8
  /// The annotator's number.
  public let number: Int8
  /// The auxiliary text (`(AFIB`), without trailing zeros; empty when there is none.
  public let auxiliary: String

  /// An annotation of `code` at `sample`.
  public init(
    sample: Int, code: Code, subtype: Int8 = 0, channel: Int8 = 0, number: Int8 = 0, auxiliary: String = ""
  ) {
    self.sample = sample
    self.code = code
    self.subtype = subtype
    self.channel = channel
    self.number = number
    self.auxiliary = auxiliary
  }
}
