// Signing in.
/** @type {Record<string, string>} */
export default {
  tagline: "EKG, versiegelt von der Elektrode bis zu dieser Seite",
  signingIn: "Wird geprüft …",
  tooManyAttempts: "Zu viele Versuche. In {seconds} s erneut versuchen.",
  signInFailed: "Name, Passwort oder Code ist falsch. Ein Konto mit zweitem Faktor braucht einen noch nicht benutzten Code.",
  signInCode: "Code",
  signInCodeHint: "Aus Ihrer Authenticator-App oder ein Wiederherstellungscode, wenn Ihr Konto einen zweiten Faktor hat.",
  signInAt: "Anmelden mit {provider}",
  "return.provider-strayed": "Diese Anmeldung dauerte zu lange oder begann anderswo. Beginnen Sie neu.",
  "return.provider-declined": "Der Identitätsanbieter hat Sie nicht eingelassen.",
  "return.provider-unavailable": "Der Identitätsanbieter antwortet nicht wie erwartet.",
  "return.provider-unknown": "Der Identitätsanbieter kennt Sie, aber hier gibt es kein Konto für Sie.",
  signInByPasskey: "Mit einem Passkey anmelden",
  signInBesidePassword: "Passwort und Passkey statt eines Codes",
  passkeyLeft: "Es wurde kein Passkey benutzt: abgebrochen, oder es gibt keinen für diesen Server.",
};
