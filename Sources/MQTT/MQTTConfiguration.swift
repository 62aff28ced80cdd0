/// How a connection reaches its server and what it may hold in memory.
public struct MQTTConfiguration: Sendable {
  /// Host name or address; the server's certificate must name it. A name is resolved on the loop's thread.
  public var host: String
  /// TCP port.
  public var port: UInt16
  /// Client identifier (MQTT 3.1.1 §3.1.3.1).
  public var clientID: String
  /// Whether the server forgets subscriptions and unacknowledged messages at the end of the connection.
  public var isCleanSession: Bool
  /// Longest silence in seconds; the library sends PINGREQ before it passes.
  public var keepAliveSeconds: UInt16
  /// Mutual TLS; `nil` speaks in the clear, which is for tests on the loopback interface only.
  public var tls: MQTTTLSConfiguration?
  /// What the server publishes when this connection breaks.
  public var will: MQTTPublication?
  /// When to try again after a connection broke; `nil` leaves that to the caller.
  public var reconnect: ReconnectPolicy?
  /// Messages of QoS 1 on their way to the server at once; more wait in the library.
  public var maximumInflight: UInt16
  /// Messages of QoS 1 that wait for their PUBACK before `MQTTConnection.publish` refuses more:
  /// bounds the memory behind a server that does not answer.
  public var maximumQueued: Int
  /// Seconds from the first packet to CONNACK.
  public var connectTimeoutSeconds: Int

  /// Describes a connection.
  public init(
    host: String, port: UInt16, clientID: String, isCleanSession: Bool = true, keepAliveSeconds: UInt16 = 60,
    tls: MQTTTLSConfiguration? = nil, will: MQTTPublication? = nil, reconnect: ReconnectPolicy? = nil,
    maximumInflight: UInt16 = 20, maximumQueued: Int = 1_000, connectTimeoutSeconds: Int = 30
  ) {
    self.host = host
    self.port = port
    self.clientID = clientID
    self.isCleanSession = isCleanSession
    self.keepAliveSeconds = keepAliveSeconds
    self.tls = tls
    self.will = will
    self.reconnect = reconnect
    self.maximumInflight = maximumInflight
    self.maximumQueued = maximumQueued
    self.connectTimeoutSeconds = connectTimeoutSeconds
  }

  /// Refuses what the library would cut off at a NUL or could not use.
  func validate() throws(MQTTError) {
    var texts = [("host", host), ("client id", clientID)]
    if let tls {
      texts += [("CA file", tls.authorityFile)]
      if let identity = tls.identity {
        texts += [("certificate file", identity.certificateFile), ("key file", identity.keyFile)]
      }
    }
    for (name, text) in texts where text.isEmpty || text.utf8.contains(0) {
      throw MQTTError(.configuration, "\(name) is empty or holds a NUL")
    }
    guard port > 0 else { throw MQTTError(.configuration, "port 0") }
    guard keepAliveSeconds == 0 || keepAliveSeconds >= 5 else {
      throw MQTTError(.configuration, "keep-alive below 5 s, which the library refuses")
    }
    guard maximumQueued > 0, connectTimeoutSeconds > 0 else {
      throw MQTTError(.configuration, "a limit is not positive")
    }
  }
}

/// Mutual TLS, version 1.2 or later; the server's certificate and its host name are always verified.
public struct MQTTTLSConfiguration: Sendable {
  /// A client certificate and its private key, in PEM.
  public struct Identity: Sendable {
    /// PEM file with the certificate and its chain.
    public var certificateFile: String
    /// PEM file with the private key.
    public var keyFile: String
    /// Password of the key file, asked for at every connection; what it returns is wiped after use.
    public var keyPassword: (@Sendable () -> [UInt8])?

    /// Names the files.
    public init(certificateFile: String, keyFile: String, keyPassword: (@Sendable () -> [UInt8])? = nil) {
      self.certificateFile = certificateFile
      self.keyFile = keyFile
      self.keyPassword = keyPassword
    }
  }

  /// PEM file with the certificates that may have issued the server's.
  public var authorityFile: String
  /// Who we are; `nil` shows no certificate.
  public var identity: Identity?

  /// Names the files.
  public init(authorityFile: String, identity: Identity?) {
    self.authorityFile = authorityFile
    self.identity = identity
  }
}
