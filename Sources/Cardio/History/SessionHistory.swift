/// All that an analysis said of a session so far, in order of time: what trends, tachograms and reports are made of.
public struct SessionHistory: Hashable, Sendable {
  /// Most stretches: twice the 57,754 chunks of 24 h. What comes after is not taken.
  public static let stretchLimit = 2 * 57_754
  /// Most beats: 300 a minute for twice 24 h.
  public static let beatLimit = 2 * 24 * 60 * 300

  /// Beats in order of position.
  public private(set) var beats: [HistoryBeat] = []
  /// Stretches in order; what lies between two is missing.
  public private(set) var stretches: [HistoryStretch] = []

  /// Of nothing yet.
  public init() {}

  /// Bytes that it takes.
  public var byteCount: Int {
    beats.capacity * MemoryLayout<HistoryBeat>.stride + stretches.capacity * MemoryLayout<HistoryStretch>.stride
  }

  /// The index after the last sample; 0 for none.
  public var end: Int { stretches.last?.end ?? 0 }

  /// Adds a stretch that follows all before; another one is not taken.
  public mutating func append(_ stretch: HistoryStretch) {
    guard stretch.firstSample >= end, stretches.count < Self.stretchLimit else { return }
    stretches.append(stretch)
  }

  /// Adds a beat at its place.
  public mutating func append(_ beat: HistoryBeat) {
    guard beats.count < Self.beatLimit, beat.position.isFinite else { return }
    if let last = beats.last, beat.position < last.position {
      beats.insert(beat, at: place(of: beat.position))
    } else {
      beats.append(beat)
    }
  }

  /// The beats whose R peaks lie in a range of samples.
  public func beats(in range: Range<Int>) -> ArraySlice<HistoryBeat> {
    beats[place(of: Double(range.lowerBound))..<place(of: Double(range.upperBound))]
  }

  /// The stretches that have samples in a range.
  public func stretches(in range: Range<Int>) -> ArraySlice<HistoryStretch> {
    let low = stretches.partition { $0.end > range.lowerBound }
    let high = stretches.partition { $0.firstSample >= range.upperBound }
    return stretches[low..<max(low, high)]
  }

  /// Unix time of a position in microseconds, by the clock of the chunk that holds it, or else of the one before; `nil` where nothing is
  /// known.
  public func time(at position: Double) -> UInt64? {
    let after = stretches.partition { Double($0.firstSample) > position }
    guard let stretch = after > 0 ? stretches[after - 1] : stretches.first else { return nil }
    let time = Double(stretch.captureTime) + ((position - Double(stretch.firstSample)) * 8000).rounded()
    return time > 0 ? UInt64(time) : 0
  }

  private func place(of position: Double) -> Int { beats.partition { $0.position >= position } }
}

extension Array {
  /// The first place at which `isBehind` holds, where it holds of all after it; the count where it holds nowhere.
  func partition(_ isBehind: (Element) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
