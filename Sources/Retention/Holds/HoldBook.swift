public import Store
public import Wire

/// Everything that is known of holds and of who wore what, when: says what holds a session. Where the past is not known, more
/// is held rather than less.
public struct HoldBook: Sendable {
  private let holds: [RetentionHold]
  private let heldInVault: Set<DeviceID>
  private let history: WearingHistory

  /// - Parameters:
  ///   - holds: Every hold; released ones hold nothing.
  ///   - heldInVault: Devices whose keys are under a legal hold.
  ///   - wearings: Who wore what, oldest first.
  public init(holds: [RetentionHold], heldInVault: Set<DeviceID>, wearings: [DeviceWearing]) {
    self.holds = holds.filter { $0.release == nil }
    self.heldInVault = heldInVault
    history = WearingHistory(wearings)
  }

  /// Whose a session is: everybody who wore the device while it lasted. What began before the first known wearer may be anybody's
  /// who is known to have worn the device.
  public func patients(of session: KeptSession) -> Set<Pseudonym> {
    let span = session.span
    let rows = history.wearings(of: session.reference.device)
    guard let first = rows.first else { return [] }
    if span.lowerBound < first.since { return Set(rows.compactMap(\.patient)) }
    var patients: Set<Pseudonym> = []
    for (index, row) in rows.enumerated() {
      let isOver = index + 1 < rows.count && rows[index + 1].since <= span.lowerBound
      if let patient = row.patient, row.since <= span.upperBound, !isOver { patients.insert(patient) }
    }
    return patients
  }

  /// Devices of which nothing is deleted that has no session: where a hold is on the device, whatever its stretch, on anybody who is
  /// known to have worn it, or in the vault.
  public var heldDevices: Set<DeviceID> {
    var devices = heldInVault
    for hold in holds {
      switch hold.subject {
      case .patient(let patient):
        devices.formUnion(history.devices(of: patient))
      case .device(let device, _, _): devices.insert(device)
      }
    }
    return devices
  }

  /// What holds a session, or `nil` when nothing does.
  /// - Parameters:
  ///   - session: Which one.
  ///   - patients: Whose it is.
  public func hold(on session: KeptSession, of patients: Set<Pseudonym>) -> RetentionStay? {
    let span = session.span
    for hold in holds {
      switch hold.subject {
      case .patient(let patient):
        if patients.contains(patient) { return .hold(hold.number) }
      case .device(let device, let from, let until):
        if device == session.reference.device, span.upperBound >= from ?? 0, span.lowerBound <= until ?? .max {
          return .hold(hold.number)
        }
      }
    }
    return heldInVault.contains(session.reference.device) ? .vaultHold : nil
  }
}

extension KeptSession {
  /// From the first to the last moment that its recording is known of, by our clock and by the device's. Of a session without its row
  /// nothing is known: it may have been at any time. The span does not depend on what else is still there, so that what a round
  /// that was interrupted has left is held, or not, as the whole was.
  var span: ClosedRange<UnixMicroseconds> {
    guard let recording else { return 0...(.max) }
    let moments = [recording.firstReceivedAt, recording.lastReceivedAt, recording.lastCaptureTime]
    return (moments.min() ?? 0)...(moments.max() ?? .max)
  }
}
