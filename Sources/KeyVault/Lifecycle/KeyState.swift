/// The states of a key (NIST SP 800-57 Part 1 Rev. 5 §7) and the moves between them.
package enum KeyState: String, Sendable, CaseIterable, Codable {
  /// Exists and may not be used yet.
  case preActivation = "pre-activation"
  /// Protects new data and opens what it protected.
  case active
  /// Not usable for now; can become active again.
  case suspended
  /// Protects nothing new; still opens what it protected.
  case deactivated
  /// Known, or suspected to be known, by someone it should not be; opens what was protected before that.
  case compromised
  /// Gone: what it protected can never be read again.
  case destroyed
  /// Gone, and known by someone it should not have been known by.
  case destroyedCompromised = "destroyed-compromised"

  /// What happens to a key.
  package enum Event: String, Sendable, CaseIterable, Codable {
    /// Its time begins.
    case activate
    /// Its use is interrupted.
    case suspend
    /// The interruption ends.
    case resume
    /// Its time to protect new data ends.
    case deactivate
    /// Its secrecy is lost or in doubt.
    case compromise
    /// It is erased.
    case destroy
  }

  /// The state after `event`, or `nil` where SP 800-57 has no such move.
  package func after(_ event: Event) -> KeyState? {
    switch (self, event) {
    case (.preActivation, .activate), (.suspended, .resume): .active
    case (.active, .suspend): .suspended
    case (.active, .deactivate), (.suspended, .deactivate): .deactivated
    case (.preActivation, .compromise), (.active, .compromise), (.suspended, .compromise),
      (.deactivated, .compromise):
      .compromised
    case (.preActivation, .destroy), (.active, .destroy), (.suspended, .destroy), (.deactivated, .destroy):
      .destroyed
    case (.compromised, .destroy), (.destroyed, .compromise): .destroyedCompromised
    default: nil
    }
  }

  /// Which sessions' keys may be derived from a device key in this state.
  package var release: KeyRelease {
    switch self {
    // A device that was out of reach still holds sessions that it began under an earlier key: they are the patient's.
    case .active, .deactivated: .everySession
    case .compromised: .knownSessions
    case .preActivation, .suspended, .destroyed, .destroyedCompromised: .none
    }
  }

  /// Whether the key's bytes are gone.
  package var isDestroyed: Bool { self == .destroyed || self == .destroyedCompromised }
}

/// Which sessions' keys a state lets out.
package enum KeyRelease: Sendable, Hashable {
  /// All, those that nobody asked for yet included.
  case everySession
  /// Those that were known before the state began: what comes after could be forged.
  case knownSessions
  /// None.
  case none
}
