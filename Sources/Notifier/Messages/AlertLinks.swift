public import AlertDelivery
public import Store

/// Where the dashboard shows an alert.
public struct AlertLinks: Hashable, Sendable {
  /// The address of the dashboard's alert page without the alert's id, e.g. `https://ward.example/alerts/`.
  public let prefix: String?
  /// The address of the page that takes note of an alert without a sign-in, without the token, e.g.
  /// `https://ward.example/acknowledge#`. The token stands behind a `#`: no server, proxy or scanner on the way is sent it.
  public let acknowledgementPrefix: String?

  /// - Parameters:
  ///   - prefix: an `https` or `http` address in visible ASCII; anything else gives no link.
  ///   - acknowledgementPrefix: likewise.
  public init(prefix: String?, acknowledgementPrefix: String? = nil) {
    self.prefix = Self.usable(prefix)
    self.acknowledgementPrefix = Self.usable(acknowledgementPrefix)
  }

  private static func usable(_ prefix: String?) -> String? {
    prefix.flatMap { prefix in
      let isUsable =
        (prefix.hasPrefix("https://") || prefix.hasPrefix("http://"))
        && prefix.utf8.allSatisfy { (0x21...0x7E).contains($0) }
      return isUsable ? prefix : nil
    }
  }

  /// The page on which the receiver of a message takes note of its alert.
  public func acknowledgement(of notice: AlertNotice) -> String? {
    guard let acknowledgementPrefix, let token = notice.acknowledgement else { return nil }
    return acknowledgementPrefix + token
  }

  /// The page of one alert.
  public func link(to alert: AlertID) -> String? { prefix.map { $0 + alert.description } }
}
