package import HTTPTypes

/// Whether one of our own pages sent a request that changes something (OWASP CSRF Prevention Cheat Sheet: verify the origin with
/// standard headers; Fetch Metadata).
package enum RequestOrigin {
  /// - Parameter host: The `Host` that the request was sent to.
  /// - Returns: Whether `Origin` names this very host over HTTPS and `Sec-Fetch-Site`, where a browser sends it, agrees.
  package static func isOurs(_ headers: HTTPFields, host: String?) -> Bool {
    guard let host, !host.isEmpty, let origin = headers[.origin] else { return false }
    if let site = headers[.secFetchSite], site != "same-origin" { return false }
    return origin.lowercased() == "https://\(host.lowercased())"
  }
}

extension HTTPField.Name {
  // Each name below is a valid token (RFC 9110 §5.6.2), so that none of these can be nil.
  package static let secFetchSite = HTTPField.Name("Sec-Fetch-Site")!
  package static let requestToken = HTTPField.Name("X-Request-Token")!
  static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy")!
  static let crossOriginResourcePolicy = HTTPField.Name("Cross-Origin-Resource-Policy")!
  static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
  static let permissionsPolicy = HTTPField.Name("Permissions-Policy")!
  static let lastEventID = HTTPField.Name("Last-Event-ID")!
}
