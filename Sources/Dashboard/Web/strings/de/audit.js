// The audit log.
/** @type {Record<string, string>} */
export default {
  action: "Was",
  entries: "Einträge",
  verifying: "Das Protokoll wird geprüft …",
  verified: "Geprüft: {count} Einträge, vollständig und unverändert. Kopf {head}…",
  notWhole: "Nicht vollständig: {finding}",
  notVerified: "Das Protokoll konnte gerade nicht geprüft werden.",
  filterText: "Wer, was, Gegenstand oder Grund",
  outcome: "Ergebnis",
  everyOutcome: "Jedes Ergebnis",
  "outcome.done": "Ausgeführt",
  "outcome.refused": "Abgelehnt",
  entriesShown: "{shown} von {loaded} geladenen Einträgen",
  downloadCSV: "Als CSV herunterladen",
  earlier: "Frühere Einträge",
};
