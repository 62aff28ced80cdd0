import CMosquitto
import Glibc
import Logging

extension MQTTConnection {
  /// A client of the library with everything set but the server.
  func makeClient() throws(MQTTError) -> OpaquePointer {
    let owner = Unmanaged.passUnretained(self).toOpaque()
    guard let client = mosquitto_new(configuration.clientID, configuration.isCleanSession, owner) else {
      throw MQTTError(.system, "mosquitto_new: \(String(cString: strerror(errno)))")
    }
    do throws(MQTTError) {
      try configure(client)
    } catch {
      mosquitto_destroy(client)
      throw error
    }
    return client
  }

  private func configure(_ client: OpaquePointer) throws(MQTTError) {
    func require(_ code: Int32, _ place: String) throws(MQTTError) {
      if code != MOSQ_ERR_SUCCESS.rawInt { throw MQTTError(library: code, place) }
    }
    try require(mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311), "protocol version")
    try require(mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1), "TCP_NODELAY")
    try require(
      mosquitto_max_inflight_messages_set(client, UInt32(configuration.maximumInflight)), "maximum in flight")
    if let will = configuration.will {
      let code = will.payload.withUnsafeBytes { bytes in
        mosquitto_will_set(
          client, will.topic, Int32(bytes.count), bytes.baseAddress, will.qos.rawValue, will.isRetained)
      }
      try require(code, "will")
    }
    if let tls = configuration.tls {
      let identity = tls.identity
      let hasPassword = identity?.keyPassword != nil
      try require(
        mosquitto_tls_set(
          client, tls.authorityFile, nil, identity?.certificateFile, identity?.keyFile,
          hasPassword ? writeKeyPassword : nil),
        "CA, certificate or key file")
      // In this library "tlsv1.2" is the least, not the only, version; 1 is SSL_VERIFY_PEER.
      try require(mosquitto_tls_opts_set(client, 1, "tlsv1.2", nil), "TLS version")
      try require(mosquitto_tls_insecure_set(client, false), "host name verification")
    }
    mosquitto_connect_with_flags_callback_set(client) { _, owner, code, flags in
      MQTTConnection.from(owner)?.handleConnected(code: code, flags: flags)
    }
    mosquitto_subscribe_callback_set(client) { _, owner, _, count, granted in
      guard let connection = MQTTConnection.from(owner) else { return }
      connection.progress &+= 1
      let codes = UnsafeBufferPointer(start: granted, count: Int(count)).map { Int($0) }
      connection.onEvent(.subscribed(granted: codes))
    }
    mosquitto_publish_callback_set(client) { _, owner, packet in
      guard let connection = MQTTConnection.from(owner) else { return }
      connection.progress &+= 1
      guard let token = connection.outstanding.removeValue(forKey: packet), token != 0 else { return }
      connection.onEvent(.published(token: token))
    }
    mosquitto_message_callback_set(client) { _, owner, message in
      guard let connection = MQTTConnection.from(owner), let message = message?.pointee else { return }
      connection.progress &+= 1
      let payload = UnsafeRawBufferPointer(start: message.payload, count: Int(message.payloadlen))
      connection.onEvent(
        .message(
          MQTTMessage(
            topic: String(cString: message.topic), payload: Array(payload), qos: Int(message.qos),
            isRetained: message.retain)))
    }
    mosquitto_log_callback_set(client) { _, owner, level, text in
      guard level & (MOSQ_LOG_ERR | MOSQ_LOG_WARNING) != 0, let text else { return }
      MQTTConnection.from(owner)?.loop.logger.debug("libmosquitto", metadata: ["text": "\(String(cString: text))"])
    }
  }

  /// The connection behind a callback. It lives as long as its client: the loop or the caller holds it.
  private static func from(_ owner: UnsafeMutableRawPointer?) -> MQTTConnection? {
    owner.map { Unmanaged<MQTTConnection>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// OpenSSL asks for the password of the key file; `argument` is the library's client, as its manual promises.
private func writeKeyPassword(
  buffer: UnsafeMutablePointer<CChar>?, size: Int32, isWriting: Int32, argument: UnsafeMutableRawPointer?
) -> Int32 {
  guard let buffer, let argument, let owner = mosquitto_userdata(OpaquePointer(argument)) else { return 0 }
  let connection = Unmanaged<MQTTConnection>.fromOpaque(owner).takeUnretainedValue()
  guard var password = connection.configuration.tls?.identity?.keyPassword?(), password.count <= Int(size) else {
    return 0
  }
  defer { password.withUnsafeMutableBytes { if let base = $0.baseAddress { explicit_bzero(base, $0.count) } } }
  for (index, octet) in password.enumerated() { buffer[index] = CChar(bitPattern: octet) }
  return Int32(password.count)
}

extension mosq_err_t {
  /// As the library's functions return it.
  var rawInt: Int32 { Int32(rawValue) }
}

extension MQTTError {
  /// Translates a code of the library (`mosquitto.h`, `enum mosq_err_t`).
  init(library code: Int32, _ place: String) {
    let system = code == MOSQ_ERR_ERRNO.rawInt ? String(cString: strerror(errno)) : nil
    let text = system ?? String(cString: mosquitto_strerror(code))
    let kind: Code =
      switch code {
      case MOSQ_ERR_TLS.rawInt, MOSQ_ERR_TLS_HANDSHAKE.rawInt: .tls
      case MOSQ_ERR_CONN_REFUSED.rawInt: .refused
      case MOSQ_ERR_CONN_LOST.rawInt, MOSQ_ERR_NO_CONN.rawInt, MOSQ_ERR_EAI.rawInt, MOSQ_ERR_ERRNO.rawInt:
        .connectionLost
      case MOSQ_ERR_KEEPALIVE.rawInt: .timeout
      case MOSQ_ERR_PAYLOAD_SIZE.rawInt, MOSQ_ERR_OVERSIZE_PACKET.rawInt, MOSQ_ERR_MALFORMED_UTF8.rawInt,
        MOSQ_ERR_INVAL.rawInt:
        .invalidMessage
      default: .library
      }
    self.init(kind, "\(place): \(text)")
  }
}
