package import Store
package import Wire

/// Measures how well one device's data arrives. Pure: fed with committed chunks, read now and then.
package struct TelemetryMeter: Sendable {
  private var telemetry: DeviceTelemetry
  private var session: SessionID?
  private var missing = MissingSequences()
  private var latencies = LatencyWindow()
  private var lastArrival: UnixMicroseconds?
  private var lastCapture: UInt64?
  private var jitter = 0.0
  private var jitterSamples = 0

  /// Starts with nothing measured.
  package init(device: DeviceID) { telemetry = DeviceTelemetry(device: device) }

  /// A chunk of this device became durable at `committedAt`, or was there already.
  package mutating func record(_ chunk: ReceivedChunk, outcome: ChunkOutcome, committedAt: UnixMicroseconds) {
    let header = chunk.header
    telemetry.lastReceivedAt = max(telemetry.lastReceivedAt ?? 0, chunk.receivedAt)
    telemetry.firmware = header.firmware.rawValue
    switch outcome {
    case .duplicate:
      telemetry.duplicates += 1
      return
    case .conflicting:
      telemetry.refused += 1
      return
    case .committed:
      telemetry.committed += 1
    }
    if header.session != session {
      session = header.session
      missing = MissingSequences(first: header.sequence)
    }
    if missing.arrived(header.sequence) { telemetry.reordered += 1 }
    telemetry.lost += missing.giveUp(below: header.earliestHeldSequence)
    telemetry.backlog = header.backlog
    measureJitter(arrival: chunk.receivedAt, capture: header.captureTime)
    if header.isClockSynchronised, committedAt >= header.lastSampleTime {
      latencies.add(microseconds: committedAt - header.lastSampleTime)
    }
  }

  /// A message of this device was refused.
  package mutating func recordRefusal() { telemetry.refused += 1 }

  /// The device's link changed.
  package mutating func record(_ change: LinkChange) {
    telemetry.status = change.status
    telemetry.statusSince = change.at
  }

  /// What was measured so far.
  package var current: DeviceTelemetry {
    var current = telemetry
    let open = missing.count
    let expected = telemetry.committed + telemetry.lost + open
    current.completeness = expected == 0 ? 1 : Double(telemetry.committed) / Double(expected)
    current.latencyMilliseconds = latencies.percentiles
    current.jitterMilliseconds = jitterSamples > 0 ? jitter / 1000 : nil
    return current
  }

  /// Interarrival jitter, smoothed by 1/16 (RFC 3550 §6.4.1).
  private mutating func measureJitter(arrival: UnixMicroseconds, capture: UInt64) {
    defer {
      lastArrival = arrival
      lastCapture = capture
    }
    guard let lastArrival, let lastCapture else { return }
    let difference = (Double(arrival) - Double(lastArrival)) - (Double(capture) - Double(lastCapture))
    jitter += (abs(difference) - jitter) / 16
    jitterSamples += 1
  }
}

extension ChunkHeader {
  /// Unix time of the end of the last sample, microseconds: the earliest moment at which a device could seal this.
  package var lastSampleTime: UInt64 {
    guard sampleRateMillihertz > 0 else { return captureTime }
    return captureTime + UInt64(count) * 1_000_000_000 / UInt64(sampleRateMillihertz)
  }
}
