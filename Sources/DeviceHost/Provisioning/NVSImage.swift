/// An image of ESP-IDF's non-volatile storage: one namespace of blobs, as a device finds it at its first boot.
///
/// Format: ESP-IDF Programming Guide, "Non-Volatile Storage Library", version 2 of its pages. A page of 4,096 bytes is a header,
/// a bitmap of two bits an entry, and 126 entries of 32 bytes. A blob is a data item (header entry and data) and an index item;
/// here both lie in one page. The image is not encrypted: a release image of the firmware encrypts what it finds.
public struct NVSImage: Sendable, Hashable {
  /// Bytes of a page.
  public static let pageSize = 4096
  /// The longest blob that a page holds beside its index entry.
  public static let maximumBlobBytes = (entriesPerPage - 3) * entrySize
  /// The longest key.
  public static let maximumKeyBytes = 15

  /// The image; as many bytes as the partition has.
  public let bytes: [UInt8]

  private static let entrySize = 32
  private static let entriesPerPage = 126
  private static let firstEntry = 64
  private static let isActive: UInt32 = 0xffff_fffe
  private static let isFull: UInt32 = 0xffff_fffc
  /// The namespace's own number.
  private static let namespaceIndex: UInt8 = 1

  private enum ItemType: UInt8 {
    case unsigned8 = 0x01
    case blobData = 0x42
    case blobIndex = 0x48
  }

  /// Lays out a namespace.
  ///
  /// - Parameters:
  ///   - namespace: its name, at most ``maximumKeyBytes`` bytes.
  ///   - blobs: keys with their values, each at most ``maximumBlobBytes`` bytes, in the order in which they are written.
  ///   - size: bytes of the partition: a multiple of ``pageSize``, at least three pages.
  /// - Throws: ``DeviceError`` with `invalidInput` where a name or a value is too long, or not all fits; one page stays free, which
  ///   NVS needs to move its entries.
  public init(namespace: String, blobs: [(key: String, value: [UInt8])], size: Int) throws(DeviceError) {
    guard size >= 3 * Self.pageSize, size.isMultiple(of: Self.pageSize) else {
      throw DeviceError(.invalidInput, "an NVS partition has at least three pages of \(Self.pageSize) bytes")
    }
    var pages = [Page(number: 0)]
    try pages[0].append(
      .unsigned8, namespace: 0, key: namespace, inline: [Self.namespaceIndex] + [UInt8](repeating: 0xff, count: 7))
    for (key, value) in blobs {
      guard !value.isEmpty, value.count <= Self.maximumBlobBytes else {
        throw DeviceError(.invalidInput, "the value of \(key) has \(value.count) bytes")
      }
      if pages[pages.count - 1].room < 2 + Self.entries(value.count) {
        pages[pages.count - 1].isFull = true
        pages.append(Page(number: UInt32(pages.count)))
      }
      try pages[pages.count - 1].append(blob: key, value)
    }
    guard pages.count < size / Self.pageSize else {
      throw DeviceError(.invalidInput, "the settings do not fit \(size) bytes of NVS")
    }
    var image = pages.flatMap { $0.encoded }
    image += [UInt8](repeating: 0xff, count: size - image.count)
    bytes = image
  }

  private static func entries(_ count: Int) -> Int { (count + entrySize - 1) / entrySize }

  private static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  /// The check value of NVS: CRC-32 that begins at zero in place of all ones.
  private static func check(_ bytes: [UInt8]) -> [UInt8] { littleEndian(CRC32.checksum(bytes[...], from: .max)) }

  /// A page being filled.
  private struct Page {
    let number: UInt32
    var isFull = false
    private var entries: [UInt8] = []

    init(number: UInt32) { self.number = number }

    /// Entries that are free.
    var room: Int { entriesPerPage - entries.count / entrySize }

    /// Adds an item; `inline` are the eight bytes of its header entry, `data` what follows it.
    mutating func append(
      _ type: ItemType, namespace: UInt8, key: String, chunk: UInt8 = 0xff, inline: [UInt8], data: [UInt8] = []
    ) throws(DeviceError) {
      let name = Array(key.utf8)
      guard !name.isEmpty, name.count <= maximumKeyBytes else {
        throw DeviceError(.invalidInput, "'\(key)' is no key of NVS")
      }
      let span = 1 + NVSImage.entries(data.count)
      let start = [namespace, type.rawValue, UInt8(span), chunk]
      let rest = name + [UInt8](repeating: 0, count: 16 - name.count) + inline
      entries += start + check(start + rest) + rest + data
      entries += [UInt8](repeating: 0xff, count: (span - 1) * entrySize - data.count)
    }

    mutating func append(blob key: String, _ value: [UInt8]) throws(DeviceError) {
      let unused: [UInt8] = [0xff, 0xff]
      try append(
        .blobData, namespace: namespaceIndex, key: key, chunk: 0,
        inline: littleEndian(UInt16(value.count)) + unused + check(value), data: value)
      try append(
        .blobIndex, namespace: namespaceIndex, key: key, inline: littleEndian(UInt32(value.count)) + [1, 0] + unused)
    }

    var encoded: [UInt8] {
      // Version 2, and what is reserved.
      let described = littleEndian(number) + [0xfe] + [UInt8](repeating: 0xff, count: 19)
      var bytes = littleEndian(isFull ? NVSImage.isFull : NVSImage.isActive) + described + check(described)
      var bitmap = [UInt8](repeating: 0xff, count: entrySize)
      // Written is 10, empty 11.
      for entry in 0..<entries.count / entrySize { bitmap[entry / 4] &= ~(1 << UInt8(2 * (entry % 4))) }
      bytes += bitmap + entries
      return bytes + [UInt8](repeating: 0xff, count: pageSize - bytes.count)
    }
  }
}
