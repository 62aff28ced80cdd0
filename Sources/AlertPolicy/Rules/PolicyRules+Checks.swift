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
    check.range("asystoleSeconds", asystoleSeconds, 2...60)
    check.order("pauseSeconds", pauseSeconds, atMost: "asystoleSeconds", asystoleSeconds)
    check.range("analysisDelaySeconds", analysisDelaySeconds, 4...60)
    check.range("offSeconds", offSeconds, PolicyRange.seconds)
  }
}

extension LeadOffRule: CheckedRule {
  func check(_ check: inout PolicyCheck) {
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
