internal import Foundation
public import Sealing
public import Store

/// An OpenID Connect provider that people may sign in at (OpenID Connect Core 1.0, authorization code flow with PKCE).
public struct ProviderConfiguration: Sendable {
  /// Why a provider cannot be used.
  public struct Fault: Error, Sendable, CustomStringConvertible {
    /// In a sentence.
    public let description: String
  }

  /// The issuer, exactly as its tokens name it; `https`, or `http` on a loopback address.
  public let issuer: String
  /// Our name at the provider.
  public let clientID: String
  /// Our secret there; `nil` for a public client, which PKCE alone protects.
  public let clientSecret: SecretBytes?
  /// Where the provider sends the browser back: the dashboard's address and ``callbackPath``.
  public let redirectURI: String
  /// What the button on the sign-in page says.
  public let name: String
  /// The claim of the ID token that is the account's name: one that people cannot change themselves.
  public let accountClaim: String
  /// The role of accounts that are made for people who have none; `nil` makes none. Such a clinician sees no patient until assigned.
  public let createsAccountsAs: Role?
  /// Certificates of authorities to trust, in PEM; the system's when `nil`.
  public let authorityFile: String?

  /// The path that the provider sends the browser back to.
  public static let callbackPath = "/api/provider/callback"

  /// Describes a provider.
  /// - Parameters:
  ///   - issuer: The issuer's address.
  ///   - clientID: Our name there.
  ///   - clientSecret: Our secret there, if it gave us one.
  ///   - dashboardURL: The address that people type, without a path.
  ///   - name: What the button says.
  ///   - accountClaim: The claim that is the account's name.
  ///   - createsAccountsAs: Role of accounts that are made; `nil` makes none.
  ///   - authorityFile: Authorities to trust.
  /// - Throws: ``Fault`` for an address that is not safe, or a name that is missing.
  public init(
    issuer: String, clientID: String, clientSecret: SecretBytes?, dashboardURL: String, name: String,
    accountClaim: String = "preferred_username", createsAccountsAs: Role? = nil, authorityFile: String? = nil
  ) throws(Fault) {
    guard Self.isSafe(issuer), Self.isSafe(dashboardURL) else {
      throw Fault(
        description: "An identity provider and the dashboard are at https addresses, or on a loopback address.")
    }
    guard !clientID.isEmpty, !accountClaim.isEmpty else {
      throw Fault(description: "An identity provider needs a client id and a claim that names the account.")
    }
    self.issuer = issuer
    self.clientID = clientID
    self.clientSecret = clientSecret
    redirectURI = (dashboardURL.hasSuffix("/") ? String(dashboardURL.dropLast()) : dashboardURL) + Self.callbackPath
    self.name = name
    self.accountClaim = accountClaim
    self.createsAccountsAs = createsAccountsAs
    self.authorityFile = authorityFile
  }

  /// Whether an address may be spoken to: TLS, or it never leaves this machine.
  static func isSafe(_ address: String) -> Bool {
    guard let url = URL(string: address), let host = url.host(), !host.isEmpty else { return false }
    return url.scheme == "https" || url.scheme == "http" && ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host)
  }
}
