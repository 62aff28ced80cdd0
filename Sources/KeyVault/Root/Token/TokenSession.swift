internal import CPKCS11
internal import Sealing

/// A session of a signed-in user with a token, and what we do in it: make, find and use one AES-256 key.
struct TokenSession {
  /// Bytes of CKA_ID of the keys that we make.
  private static let identifierSize = 8

  let functions: CK_FUNCTION_LIST
  let handle: CK_SESSION_HANDLE

  /// Makes a key that never leaves the token.
  /// - Returns: its CKA_ID.
  func makeKey(labelled label: String) throws(VaultError) -> [UInt8] {
    guard try keys(labelled: label, identifier: nil).isEmpty else {
      throw VaultError(.alreadyInitialised, "the token holds a key labelled \(label) already: choose another label")
    }
    let identifier: [UInt8]
    do {
      identifier = try SecureRandom.bytes(Self.identifierSize)
    } catch {
      throw VaultError(.rootUnreadable, "no random numbers")
    }
    let template = template(label: label, identifier: identifier)
    template.add(CK_ATTRIBUTE_TYPE(CKA_VALUE_LEN), CK_ULONG(AEAD.keySize))
    for (attribute, truth) in [
      (CKA_TOKEN, true), (CKA_PRIVATE, true), (CKA_SENSITIVE, true), (CKA_EXTRACTABLE, false), (CKA_ENCRYPT, true),
      (CKA_DECRYPT, true), (CKA_WRAP, false), (CKA_UNWRAP, false), (CKA_DERIVE, false), (CKA_MODIFIABLE, false),
    ] {
      template.add(CK_ATTRIBUTE_TYPE(attribute), truth)
    }
    var mechanism = CK_MECHANISM(mechanism: CK_MECHANISM_TYPE(CKM_AES_KEY_GEN), pParameter: nil, ulParameterLen: 0)
    var key = CK_OBJECT_HANDLE()
    let status = template.withUnsafePointer { functions.C_GenerateKey(handle, &mechanism, $0, $1, &key) }
    guard status == CKR_OK else { throw TokenModule.fault("the token makes no AES-256 key", status) }
    return identifier
  }

  /// The one key of a label and CKA_ID; it must never have been outside the token.
  func key(labelled label: String, identifier: [UInt8]) throws(VaultError) -> CK_OBJECT_HANDLE {
    let found = try keys(labelled: label, identifier: identifier)
    guard found.count == 1, let key = found.first else {
      throw VaultError(
        .rootUnreadable, "the token holds no key labelled \(label) with the identifier of this vault's root")
    }
    guard try flag(CKA_SENSITIVE, of: key), try !flag(CKA_EXTRACTABLE, of: key) else {
      throw VaultError(
        .rootUnreadable, "the token would give the key \(label) away: it must be sensitive, not extractable")
    }
    return key
  }

  /// AES-256-GCM with a nonce of 96 bits and a tag of 128.
  func encrypt(
    _ plaintext: SecretBytes, key: CK_OBJECT_HANDLE, nonce: [UInt8], additionalData: [UInt8]
  ) throws(VaultError) -> [UInt8] {
    var sealed = [UInt8](repeating: 0, count: plaintext.count + AEAD.tagSize)
    var length = CK_ULONG(sealed.count)
    let status = withMechanism(nonce, additionalData) { mechanism in
      let status = functions.C_EncryptInit(handle, mechanism, key)
      guard status == CKR_OK else { return status }
      return plaintext.withUnsafeBytes { bytes in
        functions.C_Encrypt(
          handle, UnsafeMutablePointer(mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress),
          CK_ULONG(bytes.count), &sealed, &length)
      }
    }
    guard status == CKR_OK, Int(length) == sealed.count else {
      throw TokenModule.fault("the token does not encrypt with AES-GCM", status)
    }
    return sealed
  }

  /// Opens what ``encrypt(_:key:nonce:additionalData:)`` sealed.
  func decrypt(
    _ sealed: [UInt8], key: CK_OBJECT_HANDLE, nonce: [UInt8], additionalData: [UInt8]
  ) throws(VaultError) -> SecretBytes {
    var input = sealed
    var length = CK_ULONG(sealed.count)
    var status = CK_RV(CKR_OK)
    // Some modules ask for room for the tag too.
    let plaintext = SecretBytes(count: sealed.count) { output in
      status = withMechanism(nonce, additionalData) { mechanism in
        let status = functions.C_DecryptInit(handle, mechanism, key)
        guard status == CKR_OK else { return status }
        return functions.C_Decrypt(
          handle, &input, CK_ULONG(input.count), output.assumingMemoryBound(to: UInt8.self).baseAddress, &length)
      }
    }
    guard status == CKR_OK, Int(length) == sealed.count - AEAD.tagSize else {
      throw VaultError(.wrongRoot, "the key in this token does not open this vault")
    }
    return plaintext.withUnsafeBytes { SecretBytes(copying: $0.prefix(Int(length))) }
  }

  private func withMechanism(
    _ nonce: [UInt8], _ additionalData: [UInt8], _ body: (UnsafeMutablePointer<CK_MECHANISM>) -> CK_RV
  ) -> CK_RV {
    var nonce = nonce
    var additionalData = additionalData
    return nonce.withUnsafeMutableBufferPointer { nonce in
      additionalData.withUnsafeMutableBufferPointer { data in
        var parameters = CK_GCM_PARAMS(
          pIv: nonce.baseAddress, ulIvLen: CK_ULONG(nonce.count), ulIvBits: CK_ULONG(nonce.count * 8),
          pAAD: data.baseAddress, ulAADLen: CK_ULONG(data.count), ulTagBits: CK_ULONG(AEAD.tagSize * 8))
        return withUnsafeMutablePointer(to: &parameters) { pointer in
          var mechanism = CK_MECHANISM(
            mechanism: CK_MECHANISM_TYPE(CKM_AES_GCM), pParameter: pointer,
            ulParameterLen: CK_ULONG(MemoryLayout<CK_GCM_PARAMS>.size))
          return body(&mechanism)
        }
      }
    }
  }

  private func template(label: String, identifier: [UInt8]?) -> TokenAttributes {
    let template = TokenAttributes()
    template.add(CK_ATTRIBUTE_TYPE(CKA_CLASS), CK_ULONG(CKO_SECRET_KEY))
    template.add(CK_ATTRIBUTE_TYPE(CKA_KEY_TYPE), CK_ULONG(CKK_AES))
    template.add(CK_ATTRIBUTE_TYPE(CKA_LABEL), Array(label.utf8))
    if let identifier { template.add(CK_ATTRIBUTE_TYPE(CKA_ID), identifier) }
    return template
  }

  private func keys(labelled label: String, identifier: [UInt8]?) throws(VaultError) -> [CK_OBJECT_HANDLE] {
    var status = template(label: label, identifier: identifier).withUnsafePointer {
      functions.C_FindObjectsInit(handle, $0, $1)
    }
    guard status == CKR_OK else { throw TokenModule.fault("the token's keys cannot be listed", status) }
    // Two are as wrong as more.
    var found = [CK_OBJECT_HANDLE](repeating: 0, count: 2)
    var count = CK_ULONG()
    status = functions.C_FindObjects(handle, &found, CK_ULONG(found.count), &count)
    _ = functions.C_FindObjectsFinal(handle)
    guard status == CKR_OK else { throw TokenModule.fault("the token's keys cannot be listed", status) }
    return Array(found.prefix(Int(count)))
  }

  private func flag(_ type: some BinaryInteger, of key: CK_OBJECT_HANDLE) throws(VaultError) -> Bool {
    var value = CK_BBOOL()
    let status = withUnsafeMutablePointer(to: &value) { pointer in
      var attribute = CK_ATTRIBUTE(
        type: CK_ATTRIBUTE_TYPE(type), pValue: pointer, ulValueLen: CK_ULONG(MemoryLayout<CK_BBOOL>.size))
      return functions.C_GetAttributeValue(handle, key, &attribute, 1)
    }
    guard status == CKR_OK else { throw TokenModule.fault("an attribute of the token's key cannot be read", status) }
    return value != 0
  }
}
