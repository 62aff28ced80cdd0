// Patients outside the assignment.
/** @type {Record<string, string>} */
export default {
  breakGlass: "Open in an emergency",
  breakGlassOf: "Open {patient} in an emergency",
  breakGlassTitle: "Open {patient}, who is not your patient?",
  breakGlassText: "You see this patient for a limited time. It goes on record with your name and reason, auditors and administrators see it, and the privacy officer is told.",
  notYourPatient: "{patient} is not among your patients",
  notYourPatientText: "If there is such a patient and they need you now, you can open them with a reason. Otherwise ask an administrator to assign them.",
  emergencyUntil: "Emergency access until {time}. It is on record.",
  endEmergency: "End it now",
};
