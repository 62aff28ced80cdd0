import Store

/// What the double knows of second factors, sign-ins and accesses.
struct AccessState: Sendable {
  var factors: [String: SecondFactorRecord] = [:]
  var recoveryCodes: [String: Set<[UInt8]>] = [:]
  var passkeys: [PasskeyRecord] = []
  var accesses: [EmergencyAccess] = []
  var notices: [AccessNotice] = []
  var events: [AccountEvent] = []

  mutating func dropRecoveryCodesOfNoFactor(_ account: String) {
    guard factors[account]?.isConfirmed != true, !passkeys.contains(where: { $0.account == account }) else { return }
    recoveryCodes[account] = nil
  }
}

extension MemoryStore {
  func secondFactor(of account: String) async throws(StoreError) -> SecondFactorRecord? {
    try read { $0.access.factors[account] }
  }
  func accountsWithSecondFactor() async throws(StoreError) -> [String] {
    try read {
      Set($0.access.factors.values.filter(\.isConfirmed).map(\.account)).union($0.access.passkeys.map(\.account))
        .sorted()
    }
  }
  func begin(_ factor: SecondFactorRecord) async throws(StoreError) -> Bool {
    change { state in
      guard state.access.factors[factor.account]?.isConfirmed != true else { return false }
      state.access.factors[factor.account] = factor
      return true
    }
  }
  func confirmSecondFactor(
    of account: String, box: [UInt8], step: UInt64, recoveryCodes: [[UInt8]]
  ) async throws(StoreError) -> Bool {
    change { state in
      guard let factor = state.access.factors[account], !factor.isConfirmed, factor.box == box else { return false }
      state.access.factors[account] = SecondFactorRecord(
        account: account, box: box, isConfirmed: true, lastStep: step, createdAt: factor.createdAt)
      state.access.recoveryCodes[account] = Set(recoveryCodes)
      return true
    }
  }
  func useStep(_ step: UInt64, of account: String) async throws(StoreError) -> Bool {
    change { state in
      guard let factor = state.access.factors[account], factor.isConfirmed, factor.lastStep < step else { return false }
      state.access.factors[account] = SecondFactorRecord(
        account: account, box: factor.box, isConfirmed: true, lastStep: step, createdAt: factor.createdAt)
      return true
    }
  }
  func useRecoveryCode(_ hash: [UInt8], of account: String) async throws(StoreError) -> Bool {
    change { $0.access.recoveryCodes[account]?.remove(hash) != nil }
  }
  func recoveryCodeCount(of account: String) async throws(StoreError) -> Int {
    try read { $0.access.recoveryCodes[account]?.count ?? 0 }
  }
  func setRecoveryCodes(_ hashes: [[UInt8]], of account: String) async throws(StoreError) {
    change { $0.access.recoveryCodes[account] = Set(hashes) }
  }
  func deleteSecondFactor(of account: String) async throws(StoreError) -> Bool {
    change { state in
      let isGone = state.access.factors.removeValue(forKey: account) != nil
      state.access.dropRecoveryCodesOfNoFactor(account)
      return isGone
    }
  }

  func passkeys(of account: String) async throws(StoreError) -> [PasskeyRecord] {
    try read { $0.access.passkeys.filter { $0.account == account } }
  }
  func passkey(hash: [UInt8]) async throws(StoreError) -> PasskeyRecord? {
    try read { $0.access.passkeys.first { $0.hash == hash } }
  }
  func add(_ passkey: PasskeyRecord, limit: Int, recoveryCodes: [[UInt8]]) async throws(StoreError) -> Bool? {
    change { state in
      guard state.access.passkeys.count(where: { $0.account == passkey.account }) < limit,
        !state.access.passkeys.contains(where: { $0.hash == passkey.hash })
      else { return nil }
      state.access.passkeys.append(passkey)
      guard state.access.recoveryCodes[passkey.account, default: []].isEmpty else { return false }
      state.access.recoveryCodes[passkey.account] = Set(recoveryCodes)
      return true
    }
  }
  func usePasskey(hash: [UInt8], counter: UInt32, at time: UnixMicroseconds) async throws(StoreError) -> Bool {
    change { state in
      guard let index = state.access.passkeys.firstIndex(where: { $0.hash == hash }) else { return false }
      let old = state.access.passkeys[index]
      guard old.counter < counter || (old.counter == 0 && counter == 0) else { return false }
      state.access.passkeys[index] = PasskeyRecord(
        hash: hash, account: old.account, box: old.box, counter: counter, createdAt: old.createdAt, lastUsedAt: time)
      return true
    }
  }
  func deletePasskey(hash: [UInt8], of account: String) async throws(StoreError) -> Bool {
    change { state in
      let before = state.access.passkeys.count
      state.access.passkeys.removeAll { $0.hash == hash && $0.account == account }
      state.access.dropRecoveryCodesOfNoFactor(account)
      return state.access.passkeys.count < before
    }
  }

  func signIns(of account: String, at time: UnixMicroseconds) async throws(StoreError) -> [SignInRecord] {
    try read { state in
      state.signIns.values.filter { $0.account == account && $0.expiresAt > time }
        .sorted { ($0.lastUsedAt, $0.createdAt) > ($1.lastUsedAt, $1.createdAt) }
    }
  }
  func renewSignIn(
    tokenHash: [UInt8], usedAt: UnixMicroseconds, expiresAt: UnixMicroseconds
  ) async throws(StoreError) {
    change { state in
      guard let old = state.signIns[tokenHash] else { return }
      state.signIns[tokenHash] = SignInRecord(
        tokenHash: tokenHash, account: old.account, createdAt: old.createdAt, expiresAt: max(old.expiresAt, expiresAt),
        lastUsedAt: max(old.lastUsedAt, usedAt), agent: old.agent, address: old.address, method: old.method)
    }
  }
  func setSignInMethod(_ method: SignInMethod, of account: String) async throws(StoreError) {
    change { state in
      for (hash, old) in state.signIns where old.account == account {
        state.signIns[hash] = SignInRecord(
          tokenHash: hash, account: old.account, createdAt: old.createdAt, expiresAt: old.expiresAt,
          lastUsedAt: old.lastUsedAt, agent: old.agent, address: old.address, method: method)
      }
    }
  }
  func deleteSignIns(of account: String, except tokenHash: [UInt8]?) async throws(StoreError) -> Int {
    change { state in
      let before = state.signIns.count
      state.signIns = state.signIns.filter { $0.value.account != account || $0.key == tokenHash }
      return before - state.signIns.count
    }
  }

  func open(_ access: EmergencyAccess) async throws(StoreError) { change { $0.access.accesses.append(access) } }
  func emergencyAccess(
    of account: String?, inForceAt time: UnixMicroseconds
  ) async throws(StoreError) -> [EmergencyAccess] {
    try read { state in
      state.access.accesses.filter { (account == nil || $0.account == account) && $0.isInForce(at: time) }
    }
  }
  func emergencyAccess(limit: Int) async throws(StoreError) -> [EmergencyAccess] {
    try read { Array($0.access.accesses.reversed().prefix(limit)) }
  }
  func emergencyAccess(_ id: AccessID) async throws(StoreError) -> EmergencyAccess? {
    try read { $0.access.accesses.first { $0.id == id } }
  }
  func emergencyAccessCount(of account: String, since time: UnixMicroseconds) async throws(StoreError) -> Int {
    try read { $0.access.accesses.count { $0.account == account && $0.openedAt >= time } }
  }
  func endEmergencyAccess(
    _ id: AccessID, by account: String, at time: UnixMicroseconds
  ) async throws(StoreError) -> Bool {
    change { state in
      guard let index = state.access.accesses.firstIndex(where: { $0.id == id && $0.isInForce(at: time) }) else {
        return false
      }
      let old = state.access.accesses[index]
      state.access.accesses[index] = EmergencyAccess(
        id: id, account: old.account, pseudonym: old.pseudonym, box: old.box, openedAt: old.openedAt,
        expiresAt: old.expiresAt, endedAt: time, endedBy: account)
      return true
    }
  }
  func accessNotices(openedSince time: UnixMicroseconds) async throws(StoreError) -> [AccessNotice] {
    try read { $0.access.notices }
  }
  func put(_ notice: AccessNotice) async throws(StoreError) {
    change { state in
      state.access.notices.removeAll { $0.access == notice.access && $0.receiver == notice.receiver }
      state.access.notices.append(notice)
    }
  }
  func put(_ account: AccountRecord, recording events: [AccountEvent]) async throws(StoreError) {
    change { state in
      state.accounts[account.name] = account
      state.access.events += events
    }
  }
  func append(_ event: AccountEvent) async throws(StoreError) { change { $0.access.events.append(event) } }
  func accountEvents(of account: String?, limit: Int) async throws(StoreError) -> [AccountEvent] {
    try read { Array($0.access.events.reversed().filter { account == nil || $0.account == account }.prefix(limit)) }
  }
}
