internal import Crypto
public import Findings
public import Store
public import Wire

extension AlertID {
  /// The name of an episode: the first 16 bytes of SHA-256 over device, session, rule and onset, parted by zero octets.
  ///
  /// It depends on nothing else, so a restart that comes to the same conclusion comes to the same name.
  public init(reference: SessionReference, rule: AlertRule, onset: UInt64) {
    var hash = SHA256()
    hash.update(data: Array(reference.device.name.utf8) + [0])
    hash.update(data: reference.session.bytes + [0])
    hash.update(data: Array(rule.rawValue.utf8) + [0])
    hash.update(data: (0..<8).map { UInt8(truncatingIfNeeded: onset >> (56 - 8 * $0)) })
    // SHA-256 has 32 bytes, so that its first 16 always make an AlertID.
    self.init(Array(hash.finalize().prefix(16)))!
  }
}
