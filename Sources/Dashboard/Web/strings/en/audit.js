// The audit log.
/** @type {Record<string, string>} */
export default {
  action: "What",
  entries: "Entries",
  verifying: "The log is being verified…",
  verified: "Verified: {count} entries, whole and unaltered. Head {head}…",
  notWhole: "Not whole: {finding}",
  notVerified: "The log could not be verified now.",
  filterText: "Filter by who, what, object or reason",
  outcome: "Outcome",
  everyOutcome: "Every outcome",
  "outcome.done": "Done",
  "outcome.refused": "Refused",
  entriesShown: "{shown} of {loaded} loaded entries",
  downloadCSV: "Download as CSV",
  earlier: "Earlier entries",
};
