extension ShareRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("windowSeconds", windowSeconds, PolicyRange.window)
    check.range("onShare", onShare, 0.01...1)
    check.range("offShare", offShare, PolicyRange.share)
    check.order("offShare", offShare, atMost: "onShare", onShare)
    check.range("minimumBeats", minimumBeats, 1...100_000)
    check.range("minimumSeconds", minimumSeconds, PolicyRange.seconds)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
    check.range("fastRate", fastRate, PolicyRange.rate)
  }
}

extension RateRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("onRate", onRate, PolicyRange.rate)
    check.range("offRate", offRate, PolicyRange.rate)
    check.range("extremeRate", extremeRate, PolicyRange.rate)
    check.range("minimumSeconds", minimumSeconds, PolicyRange.seconds)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
    // Too high where the extreme lies above, too low where it lies below.
    if extremeRate >= onRate {
      check.order("offRate", offRate, atMost: "onRate", onRate)
    } else {
      check.order("onRate", onRate, atMost: "offRate", offRate)
    }
  }
}

extension PauseRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("pauseSeconds", pauseSeconds, 1...60)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
  }
}

extension AsystoleRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("seconds", seconds, 2...60)
    // The analysis tells a beat at most four seconds late.
    check.range("analysisDelaySeconds", analysisDelaySeconds, 4...60)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
  }
}

extension RunRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("minimumBeats", minimumBeats, 3...1000)
    check.range("supportingProbability", supportingProbability, 0.01...1)
    check.range("supportingBeats", supportingBeats, 0...2)
    check.range("pairRate", pairRate, PolicyRange.rate)
    check.range("fastRate", fastRate, PolicyRange.rate)
    check.range("severeBeats", severeBeats, 3...10_000)
    check.order("minimumBeats", Double(minimumBeats), atMost: "severeBeats", Double(severeBeats))
    check.range("severeRate", severeRate, PolicyRange.rate)
    check.order("fastRate", fastRate, atMost: "severeRate", severeRate)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
  }
}

extension CoupletRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("count", count, 1...CoupletTracker.limit)
    check.range("windowSeconds", windowSeconds, PolicyRange.window)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
  }
}

extension PatternRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("minimumSeconds", minimumSeconds, PolicyRange.seconds)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
  }
}

extension ProbabilityRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("onProbability", onProbability, 0.01...1)
    check.range("offProbability", offProbability, PolicyRange.share)
    check.order("offProbability", offProbability, atMost: "onProbability", onProbability)
    check.range("minimumSeconds", minimumSeconds, PolicyRange.seconds)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
  }
}

extension BatteryRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("onShare", onShare, 0.01...0.99)
    check.range("offShare", offShare, 0.01...1)
    check.order("onShare", onShare, atMost: "offShare", offShare)
    check.range("criticalShare", criticalShare, PolicyRange.share)
    check.order("criticalShare", criticalShare, atMost: "onShare", onShare)
    check.range("reports", reports, 1...100)
  }
}

extension ClockRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("aheadSeconds", aheadSeconds, 1...86_400)
    check.range("behindSeconds", behindSeconds, 10...86_400)
    check.range("steadySeconds", steadySeconds, 1...600)
    check.range("minimumSeconds", minimumSeconds, PolicyRange.seconds)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
  }
}

extension LeadOffRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("minimumSeconds", minimumSeconds, PolicyRange.seconds)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
  }
}

extension PoorSignalRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("windowSeconds", windowSeconds, PolicyRange.window)
    check.range("onShare", onShare, 0.01...1)
    check.range("offShare", offShare, PolicyRange.share)
    check.order("offShare", offShare, atMost: "onShare", onShare)
    check.range("minimumSeconds", minimumSeconds, PolicyRange.seconds)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
  }
}

extension NoDataRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("silenceSeconds", silenceSeconds, 5...86_400)
    check.range("forgottenAfterSeconds", forgottenAfterSeconds, 60...604_800)
    check.order("silenceSeconds", silenceSeconds, atMost: "forgottenAfterSeconds", forgottenAfterSeconds)
  }
}

extension ReminderRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
    check.range("intervalSeconds", intervalSeconds, 10...86_400)
    check.range("limit", limit, 0...1000)
  }
}
