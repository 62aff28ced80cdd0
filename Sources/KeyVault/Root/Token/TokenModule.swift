internal import CPKCS11
internal import Foundation
internal import Glibc
internal import Sealing

/// A loaded PKCS#11 module.
///
/// It is initialised for one operation and finalised after it, so that nobody stays signed in to the token while the
/// vault runs. The standard keeps one sign-in for a whole process, hence one operation at a time.
struct TokenModule {
  /// Longest PIN file, in bytes.
  private static let longestPIN = 256
  /// Most slots that are looked through.
  private static let slotLimit = 64
  private static let turn = NSLock()

  private let functions: CK_FUNCTION_LIST

  /// Signs in to a token for the duration of `body`.
  /// - Throws: ``VaultError/Code/rootUnreadable`` if the module, the token or the PIN is not as named.
  static func withSession<Value>(
    _ place: TokenKeyPlace, _ body: (TokenSession) throws(VaultError) -> Value
  ) throws(VaultError) -> Value {
    let pin = try PrivateFile.read(place.pinFile, limit: longestPIN)
    turn.lock()
    defer { turn.unlock() }
    let module = try TokenModule(path: place.module)
    var arguments = CK_C_INITIALIZE_ARGS()
    arguments.flags = CK_FLAGS(CKF_OS_LOCKING_OK)
    let status = module.functions.C_Initialize(&arguments)
    guard status == CKR_OK || status == CKR_CRYPTOKI_ALREADY_INITIALIZED else {
      throw fault("the module \(place.module) cannot be initialised", status)
    }
    defer { _ = module.functions.C_Finalize(nil) }
    let slot = try module.slot(labelled: place.token)
    return try module.withSession(slot, pin: pin, place, body)
  }

  /// Loads the shared library; it stays loaded, since modules seldom bear being unloaded.
  private init(path: String) throws(VaultError) {
    guard path.hasPrefix("/") else {
      throw VaultError(.rootUnreadable, "name the PKCS#11 module by its full path, not \(path)")
    }
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL), let symbol = dlsym(library, "C_GetFunctionList") else {
      throw VaultError(.rootUnreadable, "\(path) is not a PKCS#11 module that can be loaded")
    }
    typealias Entry = @convention(c) (UnsafeMutablePointer<CK_FUNCTION_LIST_PTR?>?) -> CK_RV
    var list: CK_FUNCTION_LIST_PTR?
    guard unsafeBitCast(symbol, to: Entry.self)(&list) == CKR_OK, let list else {
      throw VaultError(.rootUnreadable, "the PKCS#11 module \(path) gives no functions")
    }
    functions = list.pointee
  }

  private func slot(labelled label: String) throws(VaultError) -> CK_SLOT_ID {
    var slots = [CK_SLOT_ID](repeating: 0, count: Self.slotLimit)
    var count = CK_ULONG(Self.slotLimit)
    let status = functions.C_GetSlotList(1, &slots, &count)
    guard status == CKR_OK else { throw Self.fault("the tokens cannot be listed", status) }
    let padded =
      Array(label.utf8.prefix(32)) + [UInt8](repeating: UInt8(ascii: " "), count: max(0, 32 - label.utf8.count))
    let found = slots.prefix(Int(count)).filter { slot in
      var info = CK_TOKEN_INFO()
      guard functions.C_GetTokenInfo(slot, &info) == CKR_OK else { return false }
      return withUnsafeBytes(of: info.label) { Array($0) } == padded
    }
    guard found.count == 1, let slot = found.first else {
      throw VaultError(
        .rootUnreadable, "there \(found.isEmpty ? "is no token" : "are several tokens") labelled \(label)")
    }
    return slot
  }

  private func withSession<Value>(
    _ slot: CK_SLOT_ID, pin: SecretBytes, _ place: TokenKeyPlace,
    _ body: (TokenSession) throws(VaultError) -> Value
  ) throws(VaultError) -> Value {
    var handle = CK_SESSION_HANDLE()
    var status = functions.C_OpenSession(slot, CK_FLAGS(CKF_SERIAL_SESSION | CKF_RW_SESSION), nil, nil, &handle)
    guard status == CKR_OK else { throw Self.fault("the token \(place.token) opens no session", status) }
    defer { _ = functions.C_CloseSession(handle) }
    status = pin.withUnsafeBytes { bytes in
      let length = bytes.firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? bytes.count
      return functions.C_Login(
        handle, CK_USER_TYPE(CKU_USER),
        UnsafeMutablePointer(mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress), CK_ULONG(length))
    }
    switch status {
    case CK_RV(CKR_OK), CK_RV(CKR_USER_ALREADY_LOGGED_IN): break
    case CK_RV(CKR_PIN_INCORRECT):
      throw VaultError(.rootUnreadable, "the PIN in \(place.pinFile) is not that of the token \(place.token)")
    case CK_RV(CKR_PIN_LOCKED):
      throw VaultError(
        .rootUnreadable, "the PIN of the token \(place.token) is locked: its security officer must reset it")
    default: throw Self.fault("the token \(place.token) refuses the PIN", status)
    }
    defer { _ = functions.C_Logout(handle) }
    return try body(TokenSession(functions: functions, handle: handle))
  }

  /// A failure by the number that the standard gives it.
  static func fault(_ sentence: String, _ status: CK_RV) -> VaultError {
    VaultError(.rootUnreadable, "\(sentence) (PKCS#11 error 0x\(String(status, radix: 16)))")
  }
}
