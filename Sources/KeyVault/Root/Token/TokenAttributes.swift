internal import CPKCS11

/// A template of PKCS#11 attributes, whose values live as long as it does.
final class TokenAttributes {
  private var attributes: [CK_ATTRIBUTE] = []

  func add(_ type: CK_ATTRIBUTE_TYPE, _ number: CK_ULONG) {
    withUnsafeBytes(of: number) { add(type, bytes: $0) }
  }

  func add(_ type: CK_ATTRIBUTE_TYPE, _ truth: Bool) {
    withUnsafeBytes(of: CK_BBOOL(truth ? 1 : 0)) { add(type, bytes: $0) }
  }

  func add(_ type: CK_ATTRIBUTE_TYPE, _ octets: [UInt8]) {
    octets.withUnsafeBytes { add(type, bytes: $0) }
  }

  private func add(_ type: CK_ATTRIBUTE_TYPE, bytes: UnsafeRawBufferPointer) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 8)
    copy.copyBytes(from: bytes)
    attributes.append(CK_ATTRIBUTE(type: type, pValue: copy.baseAddress, ulValueLen: CK_ULONG(bytes.count)))
  }

  func withUnsafePointer<Result>(_ body: (UnsafeMutablePointer<CK_ATTRIBUTE>?, CK_ULONG) -> Result) -> Result {
    attributes.withUnsafeMutableBufferPointer { body($0.baseAddress, CK_ULONG($0.count)) }
  }

  deinit {
    for attribute in attributes { attribute.pValue?.deallocate() }
  }
}
