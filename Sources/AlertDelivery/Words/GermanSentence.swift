internal import AlertPolicy
internal import Findings

/// One German sentence of an alert, made of its rule and the numbers that it went by: what was measured, and against which limit.
///
/// The page says the same from `Web/strings/de/alerts.js`. English mails say the sentence that the policy wrote.
struct GermanSentence {
  /// The sentence.
  let text: String

  /// - Parameter body: the alert; `nil` where the numbers are not there, as in bodies that are older than they are.
  init?(_ body: AlertBody) {
    let numbers = Numbers(body.evidence)
    guard let sentence = Self.sentence(body.rule, numbers) else { return nil }
    let isClockUnset = numbers["clock-unset"] != nil && body.rule != .deviceClock
    text = sentence + (isClockUnset ? " Die Uhr des Geräts war nicht gestellt: Zeiten sind seine eigenen." : "")
  }

  /// The numbers of an alert as people read them.
  private struct Numbers {
    let evidence: [String: AlertEvidence]

    init(_ list: [AlertEvidence]) {
      evidence = Dictionary(list.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(name: String) -> Double? { evidence[name]?.value }

    /// The measured value.
    func value(_ name: String) -> String? { evidence[name].map { Self.written($0.value, $0.unit) } }
    /// The limit.
    func limit(_ name: String) -> String? {
      evidence[name].flatMap { one in one.limit.map { Self.written($0, one.unit) } }
    }

    private static func written(_ value: Double, _ unit: String) -> String {
      let text =
        switch unit {
        case "s": Figure.seconds(abs(value))
        case "/min": Figure.rate(value)
        case "share": Figure.percent(value)
        default: Figure.decimal(value)
        }
      return text.replacing(".", with: ",")
    }
  }

  private static func sentence(_ rule: AlertRule, _ numbers: Numbers) -> String? {
    switch rule {
    case .ventricularFibrillation:
      probable("Die Kurve sieht nach Kammertachykardie, -flattern oder -flimmern aus", numbers)
    case .atrialFibrillation:
      probable("Die Intervalle sind ohne Muster unregelmäßig, und P-Wellen fehlen", numbers)
    case .asystole: asystole(numbers)
    case .pause:
      if let (interval, limit) = both("interval", numbers) {
        "\(interval) lang kein Schlag; Grenze \(limit)."
      } else {
        nil
      }
    case .ventricularRun: run("ventrikuläre Schläge", numbers)
    case .supraventricularTachycardia: run("supraventrikuläre Extrasystolen", numbers)
    case .sustainedAbnormalRhythm, .ectopicBurden: share(numbers)
    case .tachycardia: rate("ab", numbers)
    case .bradycardia: rate("bis", numbers)
    case .bigeminy: pattern("zweite", numbers)
    case .trigeminy: pattern("dritte", numbers)
    case .couplets:
      if let (count, limit) = both("couplets", numbers), let window = numbers.value("window-seconds") {
        "\(count) Paare ventrikulärer Schläge innerhalb von \(window); Grenze \(limit)."
      } else {
        nil
      }
    case .leadOff: leadOff(numbers)
    case .poorSignal: poorSignal(numbers)
    case .noData:
      if let (silence, limit) = both("silence", numbers) {
        "Seit \(silence) ist vom Gerät nichts eingetroffen; Grenze \(limit)."
      } else {
        nil
      }
    case .lowBattery:
      if let (charge, limit) = both("battery", numbers) {
        "Der Akku ist zu \(charge) geladen; Grenze \(limit)."
      } else {
        nil
      }
    case .deviceClock: clock(numbers)
    }
  }

  private static func both(_ name: String, _ numbers: Numbers) -> (String, String)? {
    guard let value = numbers.value(name), let limit = numbers.limit(name) else { return nil }
    return (value, limit)
  }

  private static func probable(_ what: String, _ numbers: Numbers) -> String? {
    guard let (probability, limit) = both("probability", numbers), let time = numbers.limit("duration") else {
      return nil
    }
    return "\(what): Wahrscheinlichkeit \(probability), Grenze \(limit) über \(time)."
  }

  private static func asystole(_ numbers: Numbers) -> String? {
    if let (interval, limit) = both("interval", numbers) {
      return "\(interval) lang kein Schlag; asystolieartig ab \(limit)."
    }
    guard let (silence, limit) = both("silence", numbers) else { return nil }
    return
      "Kein Schlag bei anliegenden Elektroden: asystolieartig. Der letzte ausgewertete Schlag liegt \(silence) zurück; "
      + "Grenze \(limit)."
  }

  private static func run(_ what: String, _ numbers: Numbers) -> String? {
    guard let (beats, least) = both("run-beats", numbers), let (rate, fast) = both("run-rate", numbers) else {
      return nil
    }
    let supporting = numbers["supporting-beats"] ?? 0
    let unsure = supporting > 0 ? ", davon \(Figure.decimal(supporting)) weniger sicher," : ""
    return "\(beats) \(what) in Folge\(unsure) mit \(rate); Grenze \(least), schnell ab \(fast)."
  }

  private static func share(_ numbers: Numbers) -> String? {
    guard let (share, limit) = both("abnormal-share", numbers), let beats = numbers.value("window-beats"),
      let window = numbers.value("window-seconds")
    else { return nil }
    let words = "\(share) der \(beats) Schläge der letzten \(window) sind auffällig"
    if let rate = numbers.evidence["heart-rate"], let fast = rate.limit, rate.value >= fast {
      return "\(words), bei \(Figure.rate(rate.value)); Grenzen \(limit) und \(Figure.rate(fast))."
    }
    return "\(words); Grenze \(limit)."
  }

  private static func rate(_ direction: String, _ numbers: Numbers) -> String? {
    guard let (rate, limit) = both("heart-rate", numbers), let time = numbers.limit("duration") else { return nil }
    return "Herzfrequenz (Median) \(rate); Grenze \(direction) \(limit) über \(time)."
  }

  private static func pattern(_ ordinal: String, _ numbers: Numbers) -> String? {
    guard let (time, limit) = both("pattern-seconds", numbers), let beats = numbers.value("ventricular-beats") else {
      return nil
    }
    return "\(time) lang jeder \(ordinal) Schlag ventrikulär, \(beats)-mal; Grenze \(limit)."
  }

  private static func leadOff(_ numbers: Numbers) -> String? {
    guard let (time, limit) = both("duration", numbers) else { return nil }
    let which =
      switch numbers["electrodes"] {
      case 1: "Elektrode LO+"
      case 2: "Elektrode LO−"
      case 3: "Beide Elektroden"
      default: "Eine Elektrode"
      }
    return "\(which) seit \(time) ohne Kontakt; Grenze \(limit)."
  }

  private static func poorSignal(_ numbers: Numbers) -> String? {
    guard let (share, limit) = both("unreadable-share", numbers), let window = numbers.value("window-seconds") else {
      return nil
    }
    return
      "In \(share) der letzten \(window) ist kein Herzrhythmus lesbar, Elektroden liegen an; Grenze \(limit). "
      + "Auf Rhythmusalarme ist so lange kein Verlass."
  }

  private static func clock(_ numbers: Numbers) -> String? {
    guard numbers["clock-unset"] == nil, let delay = numbers["clock-delay"],
      let (time, limit) = both("clock-delay", numbers)
    else {
      return numbers.limit("duration").map {
        "Die Uhr des Geräts ist seit \($0) nicht gestellt: Zeiten sind seine eigenen."
      }
    }
    return delay < 0
      ? "Messwerte sind \(time) nach ihrem Eintreffen datiert; Grenze \(limit)."
      : "Messwerte treffen gleichbleibend \(time) nach ihrem Datum ein; Grenze \(limit)."
  }
}
