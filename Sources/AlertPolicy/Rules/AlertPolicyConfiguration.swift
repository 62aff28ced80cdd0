/// Every limit of the alert policy. The defaults and their clinical sources are in `docs/alerts.md`.
///
/// As JSON it is an object of rules, each an object of limits; see ``init(json:over:)``.
public struct AlertPolicyConfiguration: Hashable, Sendable, Codable {
  /// Signal quality (0…1) from which a chunk is readable: what lies below opens no rhythm alert.
  public var readableQuality = 0.3
  /// Quality of a beat (0…1) from which it counts.
  public var readableBeatQuality = 0.3
  /// Readability (0…1), the quality whatever the rhythm, from which a waveform is judged.
  public var readableWaveform = 0.3
  /// Most seconds of unreadable signal that a condition may bridge while it is being established.
  public var bridgedSeconds = 5.0
  /// Seconds of signal between two stored updates of an alert that neither begins, worsens nor ends.
  public var updateSeconds = 60.0
  /// The waveform looks like ventricular tachycardia, flutter or fibrillation.
  public var ventricularFibrillation = ProbabilityRule.ventricularFibrillation
  /// No beat for so long that none may come.
  public var asystole = AsystoleRule()
  /// Ventricular beats in a row.
  public var ventricularRun = RunRule.ventricular
  /// No beat for too long between two beats.
  public var pause = PauseRule()
  /// Supraventricular ectopic beats in a row, fast.
  public var supraventricularTachycardia = RunRule.supraventricular
  /// Irregular intervals without P waves.
  public var atrialFibrillation = ProbabilityRule.atrialFibrillation
  /// Most beats of a short window are abnormal.
  public var sustainedAbnormalRhythm = ShareRule.sustainedAbnormalRhythm
  /// Median heart rate too high.
  public var tachycardia = RateRule.tachycardia
  /// Median heart rate too low.
  public var bradycardia = RateRule.bradycardia
  /// Every second beat is ventricular.
  public var bigeminy = PatternRule()
  /// Every third beat is ventricular.
  public var trigeminy = PatternRule()
  /// Pairs of ventricular beats, again and again.
  public var couplets = CoupletRule()
  /// Abnormal beats make up too large a share of an hour.
  public var ectopicBurden = ShareRule.ectopicBurden
  /// Electrodes without contact.
  public var leadOff = LeadOffRule()
  /// No heart can be read in the signal.
  public var poorSignal = PoorSignalRule()
  /// Nothing arrives.
  public var noData = NoDataRule()
  /// The device's battery runs out.
  public var lowBattery = BatteryRule()
  /// The device's clock is not set, or wrong.
  public var deviceClock = ClockRule()
  /// When an alert that nobody acknowledges is told again.
  public var reminder = ReminderRule()

  /// The defaults.
  public init() {}

  /// What is wrong with the limits: numbers out of their range, limits that contradict each other. Empty where nothing is.
  public func faults() -> [PolicyError] {
    var own = PolicyCheck("")
    own.range("readableQuality", readableQuality, PolicyRange.share)
    own.range("readableBeatQuality", readableBeatQuality, PolicyRange.share)
    own.range("readableWaveform", readableWaveform, PolicyRange.share)
    own.range("bridgedSeconds", bridgedSeconds, 0...60)
    own.range("updateSeconds", updateSeconds, 1...3600)
    return own.faults
      + rules.flatMap { name, rule in
        var check = PolicyCheck(name)
        rule.check(&check)
        return check.faults
      }
  }

  /// Checks the limits.
  /// - Throws: The first of ``faults()``.
  public func validate() throws(PolicyError) {
    if let fault = faults().first { throw fault }
  }

  /// Every rule under its key.
  private var rules: [(name: String, rule: any CheckedRule)] {
    [
      ("ventricularFibrillation", ventricularFibrillation),
      ("asystole", asystole),
      ("ventricularRun", ventricularRun),
      ("pause", pause),
      ("supraventricularTachycardia", supraventricularTachycardia),
      ("atrialFibrillation", atrialFibrillation),
      ("sustainedAbnormalRhythm", sustainedAbnormalRhythm),
      ("tachycardia", tachycardia),
      ("bradycardia", bradycardia),
      ("bigeminy", bigeminy),
      ("trigeminy", trigeminy),
      ("couplets", couplets),
      ("ectopicBurden", ectopicBurden),
      ("leadOff", leadOff),
      ("poorSignal", poorSignal),
      ("noData", noData),
      ("lowBattery", lowBattery),
      ("deviceClock", deviceClock),
      ("reminder", reminder),
    ]
  }
}

extension PolicyTree {
  /// The policy that a whole tree describes, its limits checked.
  func policy() throws -> AlertPolicyConfiguration {
    guard case .object(let fields) = self else { throw PolicyError(.notJSON, "", "a policy is an object") }
    func take<Value: Codable>(_ key: String, _ place: inout Value) throws {
      guard let field = fields[key] else { return }
      guard let value = try? field.decoded(as: Value.self) else {
        throw PolicyError(.wrongType, key + (try field.fault(in: place).map { ".\($0)" } ?? ""), Self.refusal)
      }
      place = value
    }
    var policy = AlertPolicyConfiguration()
    try take("readableQuality", &policy.readableQuality)
    try take("readableBeatQuality", &policy.readableBeatQuality)
    try take("readableWaveform", &policy.readableWaveform)
    try take("bridgedSeconds", &policy.bridgedSeconds)
    try take("updateSeconds", &policy.updateSeconds)
    try take("ventricularFibrillation", &policy.ventricularFibrillation)
    try take("asystole", &policy.asystole)
    try take("ventricularRun", &policy.ventricularRun)
    try take("pause", &policy.pause)
    try take("supraventricularTachycardia", &policy.supraventricularTachycardia)
    try take("atrialFibrillation", &policy.atrialFibrillation)
    try take("sustainedAbnormalRhythm", &policy.sustainedAbnormalRhythm)
    try take("tachycardia", &policy.tachycardia)
    try take("bradycardia", &policy.bradycardia)
    try take("bigeminy", &policy.bigeminy)
    try take("trigeminy", &policy.trigeminy)
    try take("couplets", &policy.couplets)
    try take("ectopicBurden", &policy.ectopicBurden)
    try take("leadOff", &policy.leadOff)
    try take("poorSignal", &policy.poorSignal)
    try take("noData", &policy.noData)
    try take("lowBattery", &policy.lowBattery)
    try take("deviceClock", &policy.deviceClock)
    try take("reminder", &policy.reminder)
    try policy.validate()
    return policy
  }

  private static let refusal =
    "not a value of this limit: severities are low, medium and high, counts are whole numbers"

  /// The key whose value `rule` cannot take.
  private func fault<Rule: Codable>(in rule: Rule) throws -> String? {
    guard case .object(let fields) = self, case .object(let base) = try PolicyTree(rule) else { return nil }
    return fields.keys.sorted().first { key in
      (try? PolicyTree.object(base.merging([key: fields[key] ?? .boolean(false)]) { $1 }).decoded(as: Rule.self)) == nil
    }
  }
}
