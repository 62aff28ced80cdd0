/// Where a root key lies in a token: a hardware security module, a smart card, or SoftHSM (PKCS#11).
///
/// None of this is read from the vault's file, since whoever could write there would choose the code that we load.
package struct TokenKeyPlace: Sendable, Hashable {
  /// Path of the PKCS#11 module, a shared library.
  package var module: String
  /// Label of the token.
  package var token: String
  /// Label of the key (CKA_LABEL).
  package var key: String
  /// File with the user's PIN, mode 0600.
  package var pinFile: String

  /// Names a place.
  package init(module: String, token: String, key: String, pinFile: String) {
    self.module = module
    self.token = token
    self.key = key
    self.pinFile = pinFile
  }
}
