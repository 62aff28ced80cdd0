internal import CoreMetrics
internal import Metrics

/// What the gatekeeper counts, for Prometheus.
struct GatekeeperMetrics: Sendable {
  let admitted = Gauge(label: "sealedbeat_gatekeeper_admitted_devices")
  let cut = Counter(label: "sealedbeat_gatekeeper_cuts_total", dimensions: [("reason", "revoked")])
  let cutAgain = Counter(label: "sealedbeat_gatekeeper_cuts_total", dimensions: [("reason", "came-back")])
  let commands = Counter(label: "sealedbeat_gatekeeper_rotation_commands_total")
  let pluginTime = Timer(label: "sealedbeat_gatekeeper_plugin_seconds")
  let refusals = Counter(label: "sealedbeat_gatekeeper_plugin_refusals_total")
  let feedFailures = Counter(label: "sealedbeat_gatekeeper_vault_failures_total")
}
