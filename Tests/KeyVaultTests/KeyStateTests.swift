import KeyVault
import Testing

@Suite("Key states, SP 800-57 Part 1 §7")
struct KeyStateTests {
  /// Every legal edge; all others are illegal.
  private static let edges: [KeyState: [KeyState.Event: KeyState]] = [
    .preActivation: [.activate: .active, .compromise: .compromised, .destroy: .destroyed],
    .active: [.suspend: .suspended, .deactivate: .deactivated, .compromise: .compromised, .destroy: .destroyed],
    .suspended: [.resume: .active, .deactivate: .deactivated, .compromise: .compromised, .destroy: .destroyed],
    .deactivated: [.compromise: .compromised, .destroy: .destroyed],
    .compromised: [.destroy: .destroyedCompromised],
    .destroyed: [.compromise: .destroyedCompromised],
    .destroyedCompromised: [:],
  ]

  @Test("Each event in each state", arguments: KeyState.allCases)
  func edges(of state: KeyState) {
    for event in KeyState.Event.allCases {
      #expect(state.after(event) == Self.edges[state]?[event], "\(state.rawValue), \(event.rawValue)")
    }
  }

  @Test("Session keys are derived from active and deactivated keys; of compromised ones, for known sessions alone")
  func release() {
    #expect(KeyState.allCases.filter { $0.release == .everySession } == [.active, .deactivated])
    #expect(KeyState.allCases.filter { $0.release == .knownSessions } == [.compromised])
  }
}
