internal import JWTKit

/// What a provider says of somebody, after its signature was verified (OpenID Connect Core 1.0 §2).
struct IDToken: JWTPayload {
  /// Seconds that two clocks may differ.
  static let leeway: Double = 60

  let issuer: String
  let audience: [String]
  let authorizedParty: String?
  /// Unix seconds.
  let expiration: Double
  let nonce: String?
  /// Claims that are text.
  let texts: [String: String]

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    issuer = try container.decode(String.self, forKey: Key(stringValue: "iss"))
    let audienceKey = Key(stringValue: "aud")
    audience =
      try (try? container.decode([String].self, forKey: audienceKey)) ?? [
        container.decode(String.self, forKey: audienceKey)
      ]
    authorizedParty = try container.decodeIfPresent(String.self, forKey: Key(stringValue: "azp"))
    expiration = try container.decode(Double.self, forKey: Key(stringValue: "exp"))
    nonce = try container.decodeIfPresent(String.self, forKey: Key(stringValue: "nonce"))
    var texts: [String: String] = [:]
    for key in container.allKeys {
      if let text = try? container.decode(String.self, forKey: key) { texts[key.stringValue] = text }
    }
    self.texts = texts
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (name, text) in texts { try container.encode(text, forKey: Key(stringValue: name)) }
    try container.encode(audience, forKey: Key(stringValue: "aud"))
    try container.encode(expiration, forKey: Key(stringValue: "exp"))
  }

  /// What needs no clock and no configuration is checked by ``isFor(clientID:issuer:nonce:now:)``.
  func verify(using algorithm: some JWTAlgorithm) async throws {}

  /// §3.1.3.7: the issuer, we and nobody else as the audience, this attempt, and not too late.
  func isFor(clientID: String, issuer expected: String, nonce wanted: String, now: Double) -> Bool {
    issuer == expected && audience.contains(clientID)
      && (audience.count == 1 ? authorizedParty ?? clientID == clientID : authorizedParty == clientID)
      && nonce == wanted && expiration + Self.leeway > now
  }
}
