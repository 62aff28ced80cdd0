package import MQTT
package import Store
internal import Wire

/// What one message from mosquitto is: pure validation of topic and structure, without a key.
package enum IntakeVerdict: Sendable {
  /// A well-formed chunk of the device that the topic names. mosquitto binds the topic to the certificate.
  case chunk(ReceivedChunk)
  /// A device's link changed.
  case link(LinkChange)
  /// Refused.
  case refused(QuarantinedMessage)

  /// Judges a message.
  package init(_ message: MQTTMessage, receivedAt: UnixMicroseconds) {
    var device: DeviceID?
    do throws(WireError) {
      let topic = try Topic(parsing: message.topic)
      device = topic.device
      switch topic.channel {
      case .chunk:
        let chunk = try SealedChunk(decoding: message.payload)
        self = .chunk(
          ReceivedChunk(
            device: topic.device, header: chunk.header, message: message.payload, receivedAt: receivedAt))
      case .status:
        guard let status = LinkStatus(rawValue: String(decoding: message.payload.prefix(16), as: UTF8.self)) else {
          throw WireError(.unexpectedType, "status")
        }
        self = .link(LinkChange(device: topic.device, status: status, at: receivedAt))
      case .receipt, .command:
        throw WireError(.foreignTopic, "channel")
      }
    } catch {
      self = .refused(
        QuarantinedMessage(
          device: device, topic: String(message.topic.prefix(128)), code: error.code,
          message: Array(message.payload.prefix(SealedChunk.maximumEncodedSize)), receivedAt: receivedAt))
    }
  }
}
