public import AlertDelivery

/// Carries one message to one receiver.
public protocol AlertTransport: Sendable {
  /// Delivers; returns only when the receiver has said that it has the message.
  /// - Returns: what it said.
  func deliver(_ notice: AlertNotice) async throws(DeliveryFailure) -> DeliveryReceipt
}

/// What a receiver's server said when it took a message: `250 2.0.0 Ok: queued as 4F2…`, `HTTP 202`.
public struct DeliveryReceipt: Hashable, Sendable {
  /// Longest kept, in characters: it is somebody else's text.
  public static let textLimit = 200

  /// Printable ASCII on one line.
  public let text: String

  /// Takes what a server said; anything but printable ASCII becomes a space.
  public init(_ text: some StringProtocol) {
    let plain = text.unicodeScalars.prefix(Self.textLimit).map { scalar in
      (0x20...0x7E).contains(scalar.value) ? Character(scalar) : " "
    }
    self.text = String(plain).split(separator: " ").joined(separator: " ")
  }
}
