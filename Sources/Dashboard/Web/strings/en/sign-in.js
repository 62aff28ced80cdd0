// Signing in.
/** @type {Record<string, string>} */
export default {
  tagline: "ECG, sealed from the electrode to this page",
  signingIn: "Checking…",
  signInFailed: "Name or password is wrong.",
  tooManyAttempts: "Too many attempts. Try again in {seconds} s.",
};
