internal import CProcess

/// What may be known of an open file before a secret is read from it.
public enum PrivateDescriptor: Hashable, Sendable {
  /// A regular file that only its owner can read, of so many bytes.
  case ownerOnly(size: Int)
  /// A regular file that others can read or write.
  case readableByOthers
  /// A directory, a device, or no open file at all.
  case notAFile

  /// Looks at an open file descriptor, so that the file which was judged is the file that is read.
  public init(inspecting descriptor: Int32) {
    switch sb_private_file_size(descriptor) {
    case -1: self = .notAFile
    case -2: self = .readableByOthers
    case let size: self = .ownerOnly(size: size)
    }
  }
}
