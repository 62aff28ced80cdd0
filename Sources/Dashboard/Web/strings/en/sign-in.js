// Signing in.
/** @type {Record<string, string>} */
export default {
  tagline: "ECG, sealed from the electrode to this page",
  signingIn: "Checking…",
  tooManyAttempts: "Too many attempts. Try again in {seconds} s.",
  signInFailed: "Name, password or code is wrong. An account with a second factor needs a code that was not used yet.",
  signInCode: "Code",
  signInCodeHint: "From your authenticator app, or a recovery code, if your account has a second factor.",
  signInAt: "Sign in with {provider}",
  "return.provider-strayed": "That sign-in took too long or was begun elsewhere. Begin again.",
  "return.provider-declined": "The identity provider did not let you in.",
  "return.provider-unavailable": "The identity provider does not answer as it should.",
  "return.provider-unknown": "The identity provider knows you, but there is no account for you here.",
  signInByPasskey: "Sign in with a passkey",
  signInBesidePassword: "Password and passkey instead of a code",
  passkeyLeft: "No passkey was used: it was called off, or there is none for this server.",
};
