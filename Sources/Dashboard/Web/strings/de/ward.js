// The ward.
/** @type {Record<string, string>} */
export default {
  wardSummary: "{count} Patienten · {live} mit laufendem Signal · {alerts} offene Alarme",
  "wardSummary.one": "1 Patient · {live} mit laufendem Signal · {alerts} offene Alarme",
  emptyWardTitle: "Noch keine Patienten",
  emptyWardText: "Die Verwaltung legt Patienten an und gibt Geräte aus.",
  noMatch: "Kein Patient passt dazu.",
  tileQuality: "Signal {quality}",
};
