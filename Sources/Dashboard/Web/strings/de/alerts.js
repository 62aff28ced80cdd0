// Alerts.
/** @type {Record<string, string>} */
export default {
  noAlertsTitle: "Keine offenen Alarme",
  noAlertsText: "Beendete Alarme stehen darunter.",
  openAlerts: "Offen",
  resolvedAlerts: "Beendet",
  acknowledge: "Quittieren",
  acknowledged: "Quittiert von {account} um {time}",
  acknowledgeFailed: "Der Alarm konnte nicht quittiert werden. Bitte erneut versuchen.",
  resolvedAt: "Vorüber seit {time}",
  began: "Beginn {time}",
  unreadable: "Der Inhalt lässt sich nicht mehr öffnen.",
};
