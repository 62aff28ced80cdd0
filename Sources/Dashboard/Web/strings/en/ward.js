// The ward.
/** @type {Record<string, string>} */
export default {
  wardSummary: "{count} patients · {live} with a live signal · {alerts} open alerts",
  "wardSummary.one": "1 patient · {live} with a live signal · {alerts} open alerts",
  emptyWardTitle: "No patients yet",
  emptyWardText: "An administrator adds patients and hands out devices.",
  noMatch: "No patient matches.",
  tileQuality: "Signal {quality}",
};
