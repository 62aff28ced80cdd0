import Store

extension MemoryStore {
  func put(_ group: PatientGroupRecord) async throws(StoreError) { change { $0.groups[group.id] = group } }
  func groups() async throws(StoreError) -> [PatientGroupRecord] {
    try read { $0.groups.values.sorted { $0.id < $1.id } }
  }
  func deleteGroup(_ group: GroupID) async throws(StoreError) -> Bool {
    change { state in
      state.members = state.members.filter { $0.key.group != group }
      state.groupCare.removeAll { $0.group == group }
      return state.groups.removeValue(forKey: group) != nil
    }
  }
  func join(
    _ patient: Pseudonym, _ group: GroupID, at time: UnixMicroseconds, limit: Int
  ) async throws(StoreError) -> Bool {
    change { state in
      let membership = GroupMembership(group: group, pseudonym: patient)
      if state.members[membership] != nil { return true }
      guard state.groups[group] != nil, state.members.keys.count(where: { $0.pseudonym == patient }) < limit else {
        return false
      }
      state.members[membership] = time
      return true
    }
  }
  func leave(_ patient: Pseudonym, _ group: GroupID) async throws(StoreError) {
    change { $0.members[GroupMembership(group: group, pseudonym: patient)] = nil }
  }
  func memberships() async throws(StoreError) -> [GroupMembership] {
    try read { $0.members.keys.sorted { ($0.group, $0.pseudonym) < ($1.group, $1.pseudonym) } }
  }
  func entrust(_ group: GroupID, to account: String, at time: UnixMicroseconds) async throws(StoreError) {
    change { state in
      guard state.groups[group] != nil,
        !state.groupCare.contains(where: { $0.account == account && $0.group == group })
      else { return }
      state.groupCare.append(GroupCare(account: account, group: group, since: time))
    }
  }
  func withdraw(_ group: GroupID, from account: String) async throws(StoreError) {
    change { $0.groupCare.removeAll { $0.account == account && $0.group == group } }
  }
  func groupCare(of account: String?) async throws(StoreError) -> [GroupCare] {
    try read { state in
      state.groupCare.filter { account == nil || $0.account == account }.sorted {
        ($0.account, $0.group) < ($1.account, $1.group)
      }
    }
  }
}
