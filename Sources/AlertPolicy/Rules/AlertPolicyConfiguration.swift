/// Every limit of the alert policy. The defaults and their clinical sources are in `docs/alerts.md`.
public struct AlertPolicyConfiguration: Hashable, Sendable, Codable {
  /// Signal quality (0…1) from which a chunk is readable: what lies below opens no rhythm alert.
  public var readableQuality: Double
  /// Most seconds of unreadable signal that a condition may bridge while it is being established.
  public var bridgedSeconds: Double
  /// Most beats of a short window are abnormal.
  public var sustainedAbnormalRhythm: ShareRule
  /// Abnormal beats make up too large a share of a long window.
  public var ectopicBurden: ShareRule
  /// Median heart rate too high.
  public var tachycardia: RateRule
  /// Median heart rate too low.
  public var bradycardia: RateRule
  /// No beat for too long.
  public var pause: PauseRule
  /// Electrodes without contact.
  public var leadOff: LeadOffRule
  /// Nothing arrives.
  public var noData: NoDataRule
  /// When an alert that nobody acknowledges is told again.
  public var reminder: ReminderRule
  /// Seconds of signal between two stored updates of an alert that neither begins, worsens nor ends.
  public var updateSeconds: Double

  /// States limits; each has a default.
  public init(
    readableQuality: Double = 0.3, bridgedSeconds: Double = 5,
    sustainedAbnormalRhythm: ShareRule = .sustainedAbnormalRhythm, ectopicBurden: ShareRule = .ectopicBurden,
    tachycardia: RateRule = .tachycardia, bradycardia: RateRule = .bradycardia, pause: PauseRule = PauseRule(),
    leadOff: LeadOffRule = LeadOffRule(), noData: NoDataRule = NoDataRule(), reminder: ReminderRule = ReminderRule(),
    updateSeconds: Double = 60
  ) {
    self.readableQuality = readableQuality
    self.bridgedSeconds = bridgedSeconds
    self.sustainedAbnormalRhythm = sustainedAbnormalRhythm
    self.ectopicBurden = ectopicBurden
    self.tachycardia = tachycardia
    self.bradycardia = bradycardia
    self.pause = pause
    self.leadOff = leadOff
    self.noData = noData
    self.reminder = reminder
    self.updateSeconds = updateSeconds
  }
}
