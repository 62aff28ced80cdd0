internal import Store

/// Who asks.
struct SignedIn: Sendable {
  /// The account.
  let account: String
  /// What it may do.
  let role: Role
  /// Whom it may see.
  let scope: PatientScope
  /// The cookie's token.
  let token: SessionToken
  /// When the sign-in ends if nothing more is heard.
  let expiresAt: UnixMicroseconds
  /// How the person proved who they are.
  let method: SignInMethod
  /// Whether the role needs a second factor and none was shown: then nothing but adding one is possible.
  let needsSecondFactor: Bool
  /// The token that a program sent in place of a cookie; `nil` for a person.
  var program: Program?

  /// As whom the live hub knows them.
  var viewer: Viewer { Viewer(account: account, isProgram: program != nil) }

  /// A program that acts in the account's name.
  struct Program: Sendable {
    /// As it was sent, to look whether it still holds.
    let authorization: String
    /// What it may be used for.
    let scopes: Set<TokenScope>
  }
}
