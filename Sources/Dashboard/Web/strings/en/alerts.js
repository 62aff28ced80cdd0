// Alerts.
/** @type {Record<string, string>} */
export default {
  noAlertsTitle: "No open alerts",
  noAlertsText: "Resolved alerts are below.",
  openAlerts: "Open",
  resolvedAlerts: "Resolved",
  acknowledge: "Acknowledge",
  acknowledged: "Acknowledged by {account} at {time}",
  acknowledgeFailed: "It could not be acknowledged. Try again.",
  resolvedAt: "Over since {time}",
  began: "Began {time}",
  unreadable: "The content can no longer be opened.",
};
