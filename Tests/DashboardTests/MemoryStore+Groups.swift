import Store

extension MemoryStore {
  func put(_ group: PatientGroupRecord) async throws(StoreError) { change { $0.groups[group.id] = group } }
  func groups() async throws(StoreError) -> [PatientGroupRecord] {
    try read { $0.groups.values.sorted { $0.id < $1.id } }
  }
  func deleteGroup(
    _ group: GroupID, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) -> Bool {
    change { state in
      guard state.groups.removeValue(forKey: group) != nil else { return false }
      for account in state.groupCare.filter({ $0.group == group }).map(\.account).sorted() {
        Self.record(.groupUnassigned, of: account, group, nil, time, actor, &state)
      }
      for member in state.members.keys.filter({ $0.group == group }).map(\.pseudonym).sorted() {
        Self.record(.groupLeft, group, member, time, actor, &state)
      }
      Self.record(.groupRemoved, group, nil, time, actor, &state)
      state.members = state.members.filter { $0.key.group != group }
      state.groupCare.removeAll { $0.group == group }
      return true
    }
  }
  private static func record(
    _ kind: AccountEvent.Kind, of account: String = AccountEvent.noAccount, _ group: GroupID, _ patient: Pseudonym?,
    _ time: UnixMicroseconds, _ actor: String, _ state: inout State
  ) {
    state.access.events.append(
      AccountEvent(account: account, actor: actor, kind: kind, at: time, detail: group.name, patient: patient))
  }
  func join(
    _ patient: Pseudonym, _ group: GroupID, at time: UnixMicroseconds, by actor: String, limit: Int
  ) async throws(StoreError) -> Bool {
    change { state in
      let membership = GroupMembership(group: group, pseudonym: patient)
      if state.members[membership] != nil { return true }
      guard state.groups[group] != nil, state.members.keys.count(where: { $0.pseudonym == patient }) < limit else {
        return false
      }
      state.members[membership] = time
      Self.record(.groupJoined, group, patient, time, actor, &state)
      return true
    }
  }
  func leave(
    _ patient: Pseudonym, _ group: GroupID, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) {
    change { state in
      guard state.members.removeValue(forKey: GroupMembership(group: group, pseudonym: patient)) != nil else { return }
      Self.record(.groupLeft, group, patient, time, actor, &state)
    }
  }
  func memberships() async throws(StoreError) -> [GroupMembership] {
    try read { $0.members.keys.sorted { ($0.group, $0.pseudonym) < ($1.group, $1.pseudonym) } }
  }
  func entrust(
    _ group: GroupID, to account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) {
    change { state in
      guard state.groups[group] != nil,
        !state.groupCare.contains(where: { $0.account == account && $0.group == group })
      else { return }
      state.groupCare.append(GroupCare(account: account, group: group, since: time))
      Self.record(.groupAssigned, of: account, group, nil, time, actor, &state)
    }
  }
  func withdraw(
    _ group: GroupID, from account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError) {
    change { state in
      guard let index = state.groupCare.firstIndex(where: { $0.account == account && $0.group == group }) else {
        return
      }
      state.groupCare.remove(at: index)
      Self.record(.groupUnassigned, of: account, group, nil, time, actor, &state)
    }
  }
  func groupCare(of account: String?) async throws(StoreError) -> [GroupCare] {
    try read { state in
      state.groupCare.filter { account == nil || $0.account == account }.sorted {
        ($0.account, $0.group) < ($1.account, $1.group)
      }
    }
  }
}
