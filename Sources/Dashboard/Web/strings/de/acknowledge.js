// The page behind the link in a mail.
/** @type {Record<string, string>} */
export default {
  acknowledgeTitle: "Einen Alarm quittieren",
  acknowledgeWhat: "Patient {patient}, Alarm von {time}",
  acknowledgeText: "Damit sagen Sie, dass Sie sich darum kümmern. Sonst wird niemand mehr benachrichtigt.",
  takeNote: "Ich nehme ihn zur Kenntnis",
  noteTaken: "Er wurde um {time} quittiert.",
  alertClosed: "Es ist nichts mehr zu tun.",
  nobodyKnown: "unbekannt",
  signInForMore: "Für mehr anmelden",
  linkUntil: "Dieser Link gilt bis {time}.",
  linkExpired: "Dieser Link gilt nicht mehr",
  linkUnusable: "Dieser Link öffnet nichts",
  linkRefusedText: "Melden Sie sich an, um den Alarm anzusehen.",
};
