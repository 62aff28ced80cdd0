// Patients outside the assignment.
/** @type {Record<string, string>} */
export default {
  breakGlass: "Im Notfall öffnen",
  breakGlassOf: "{patient} im Notfall öffnen",
  breakGlassTitle: "{patient} öffnen? Das ist nicht Ihr Patient.",
  breakGlassText: "Sie sehen diesen Patienten für begrenzte Zeit. Das wird mit Ihrem Namen und Grund festgehalten, Prüfer und Verwaltung sehen es, und der Datenschutz wird benachrichtigt.",
  notYourPatient: "{patient} gehört nicht zu Ihren Patienten",
  notYourPatientText: "Wenn es diesen Patienten gibt und er Sie jetzt braucht, können Sie ihn mit einem Grund öffnen. Sonst bitten Sie die Verwaltung um die Zuweisung.",
  emergencyUntil: "Notfallzugriff bis {time}. Er ist festgehalten.",
  endEmergency: "Jetzt beenden",
};
