/// Carries one message to one receiver.
public protocol AlertTransport: Sendable {
  /// Delivers; returns only when the receiver has said that it has the message.
  func deliver(_ notice: AlertNotice) async throws(DeliveryFailure)
}
