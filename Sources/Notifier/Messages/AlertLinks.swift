public import Store

/// Where the dashboard shows an alert.
public struct AlertLinks: Hashable, Sendable {
  /// The address of the dashboard's alert page without the alert's id, e.g. `https://ward.example/alerts/`.
  public let prefix: String?

  /// - Parameter prefix: an `https` or `http` address in visible ASCII; anything else gives no link.
  public init(prefix: String?) {
    let isUsable = prefix.map { prefix in
      (prefix.hasPrefix("https://") || prefix.hasPrefix("http://"))
        && prefix.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
    self.prefix = isUsable == true ? prefix : nil
  }

  /// The page of one alert.
  public func link(to alert: AlertID) -> String? { prefix.map { $0 + alert.description } }
}
