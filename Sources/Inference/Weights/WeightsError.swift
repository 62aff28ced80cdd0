/// Why a weights file was refused.
///
/// Equality is on ``code`` alone: the reason and the place are for people.
public struct WeightsError: Error, Sendable {
  /// The stable name of a refusal.
  public enum Code: String, Sendable, CaseIterable {
    /// The file could not be opened or read.
    case unreadable
    /// The file is larger than ``WeightsLimits/maximumFileBytes``.
    case fileTooLarge
    /// The file ends before its header does.
    case truncated
    /// The header is longer than ``WeightsLimits/maximumHeaderBytes``.
    case headerTooLarge
    /// The header is not the JSON that safetensors prescribes.
    case malformedHeader
    /// Two entries have the same name.
    case duplicateName
    /// The header names more than ``WeightsLimits/maximumTensors`` tensors.
    case tooManyTensors
    /// A tensor has a data type that this reader does not know.
    case unsupportedDataType
    /// A tensor has too many dimensions or too many elements.
    case invalidShape
    /// A tensor's bytes lie outside the file, or its range runs backwards.
    case offsetsOutOfRange
    /// A tensor's byte count is not what its shape and data type need.
    case sizeMismatch
    /// Two tensors share bytes.
    case offsetsOverlap
    /// Bytes of the file belong to no tensor.
    case unclaimedBytes
    /// The file is of a model that this version does not know.
    case unknownModel
    /// A metadata entry that the model needs is absent or out of range.
    case invalidMetadata
    /// A tensor that the model needs is absent.
    case missingTensor
    /// The file has a tensor that the model has no use for.
    case unexpectedTensor
    /// A tensor has another shape than the model needs.
    case wrongShape
    /// A tensor has another data type than the model needs.
    case wrongDataType
    /// A weight is NaN or infinite, or becomes so when BatchNorm is folded.
    case nonFiniteWeight
  }

  /// The stable name of the refusal.
  public let code: Code
  /// What was found, in words.
  public let reason: String
  /// Where: a tensor's name, a header offset or a path.
  public let place: String

  package init(_ code: Code, _ reason: String, at place: String) {
    self.code = code
    self.reason = Self.printable(reason)
    self.place = Self.printable(place)
  }

  /// Longest text quoted from a file; a name is shorter.
  private static let maximumCharacters = 300

  /// A hostile file's names end in logs and on terminals: control characters are replaced, and the rest is cut short.
  private static func printable(_ text: String) -> String {
    var printable = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(maximumCharacters) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        printable.append("\u{FFFD}")
      default: printable.append(scalar)
      }
    }
    return String(printable)
  }
}

extension WeightsError: Equatable {
  /// Two errors are equal when their codes are.
  public static func == (left: WeightsError, right: WeightsError) -> Bool { left.code == right.code }
}

extension WeightsError: CustomStringConvertible {
  /// One sentence for a log or a terminal.
  public var description: String { "weights \(code.rawValue): \(reason) (\(place))" }
}
