// Signing in.
/** @type {Record<string, string>} */
export default {
  tagline: "EKG, versiegelt von der Elektrode bis zu dieser Seite",
  signingIn: "Wird geprüft …",
  signInFailed: "Name oder Passwort ist falsch.",
  tooManyAttempts: "Zu viele Versuche. In {seconds} s erneut versuchen.",
};
