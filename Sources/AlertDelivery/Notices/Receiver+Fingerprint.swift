internal import Crypto
internal import Wire

extension AlertNotice.Receiver {
  /// 16 hexadecimal digits that stand for a receiver where its address must not be read.
  public var fingerprint: String {
    let name =
      switch self {
      case .mailbox(let address): "mail:\(address.mailbox)"
      case .webhook(let name): "webhook:\(name)"
      }
    return SHA256.hash(data: Array(name.utf8)).prefix(8).hex
  }
}
