// The page behind the link in a mail.
/** @type {Record<string, string>} */
export default {
  acknowledgeTitle: "Take note of an alert",
  acknowledgeWhat: "Patient {patient}, alert of {time}",
  acknowledgeText: "By this you say that you look after it. Nobody else will be told of it any more.",
  takeNote: "I take note of it",
  noteTaken: "It has been taken note of at {time}.",
  alertClosed: "Nothing is left to be done about it.",
  nobodyKnown: "unknown",
  signInForMore: "Sign in for more",
  linkUntil: "This link is good until {time}.",
  linkExpired: "This link is no longer good",
  linkUnusable: "This link opens nothing",
  linkRefusedText: "Sign in to look at the alert.",
};
