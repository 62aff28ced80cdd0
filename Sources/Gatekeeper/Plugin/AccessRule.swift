package import Wire

/// One rule of mosquitto's dynamic-security plugin. What no rule allows is refused.
package struct AccessRule: Hashable, Sendable, Codable {
  /// What a rule is about.
  package enum Kind: String, Sendable, Codable {
    /// The client publishes.
    case send = "publishClientSend"
    /// A message is delivered to the client.
    case receive = "publishClientReceive"
    /// The client subscribes to exactly this filter.
    case subscribe = "subscribeLiteral"
  }

  /// What it is about.
  package let acltype: Kind
  /// Topic or filter.
  package let topic: String
  /// Whether it allows.
  package let allow: Bool

  /// Allows something.
  package init(_ kind: Kind, _ topic: String) {
    acltype = kind
    self.topic = topic
    allow = true
  }
}

/// Who may do what at mosquitto. The plugin does not put a client's name into a rule, so each device has a role of its own.
package enum AccessRules {
  /// A device: its own four topics, two to write, two to read.
  package static func device(_ device: DeviceID) -> [AccessRule] {
    let topics = { Topic(device: device, channel: $0).description }
    return [
      AccessRule(.send, topics(.chunk)), AccessRule(.send, topics(.status)),
      AccessRule(.subscribe, topics(.receipt)), AccessRule(.subscribe, topics(.command)),
      AccessRule(.receive, topics(.receipt)), AccessRule(.receive, topics(.command)),
    ]
  }

  /// The broker: the other end of what carries data.
  package static let broker: [AccessRule] = [
    AccessRule(.subscribe, Topic.filter(.chunk)), AccessRule(.subscribe, Topic.filter(.status)),
    AccessRule(.receive, Topic.filter(.chunk)), AccessRule(.receive, Topic.filter(.status)),
    AccessRule(.send, Topic.filter(.receipt)),
  ]

  /// The gatekeeper: the plugin, the notices about connections, commands for devices, and the word that a device which it
  /// cut is offline. It cannot read a chunk.
  package static let gatekeeper: [AccessRule] = [
    AccessRule(.send, PluginTopic.request),
    AccessRule(.subscribe, PluginTopic.answer), AccessRule(.receive, PluginTopic.answer),
    AccessRule(.subscribe, PluginTopic.notices), AccessRule(.receive, PluginTopic.notices),
    AccessRule(.subscribe, Topic.filter(.status)), AccessRule(.receive, Topic.filter(.status)),
    AccessRule(.send, Topic.filter(.status)), AccessRule(.send, Topic.filter(.command)),
  ]
}

/// The plugin's topics.
package enum PluginTopic {
  /// Commands go here.
  package static let request = "$CONTROL/dynamic-security/v1"
  /// Answers come here, to the one who asked.
  package static let answer = "$CONTROL/dynamic-security/v1/response"
  /// mosquitto's log lines of level notice: who connects.
  package static let notices = "$SYS/broker/log/N"
}
