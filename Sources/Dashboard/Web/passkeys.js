// Passkeys in the browser (WebAuthn Level 3): what the server asks for, and what the authenticator says to it. Bytes travel as base64url.
import { Problem, call } from "./api.js";

/** Whether this browser has passkeys at all. */
export const hasPasskeys = () => typeof PublicKeyCredential === "function";

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
function text(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** What went wrong at the authenticator, as a problem with words. @param {unknown} failure @returns {never} */
function refuse(failure) {
  const name = failure instanceof DOMException ? failure.name : "";
  throw new Problem(0, name === "InvalidStateError" ? "passkey-known" : "passkey-left");
}

/** Makes a passkey. @param {any} options of the server @param {string} name @returns {Promise<any>} for the server */
export async function makePasskey(options, name) {
  const made = /** @type {PublicKeyCredential} */ (await navigator.credentials.create({
    publicKey: {
      challenge: bytes(options.challenge), rp: { id: options.party, name: "SealedBeat" },
      user: { id: bytes(options.user), name: options.account, displayName: options.account },
      pubKeyCredParams: options.algorithms.map((/** @type {number} */ alg) => ({ type: "public-key", alg })),
      excludeCredentials: options.known.map((/** @type {string} */ id) => ({ type: "public-key", id: bytes(id) })),
      authenticatorSelection: { residentKey: "required", userVerification: "required" }, attestation: "none", timeout: options.timeoutMs,
    },
  }).catch(refuse));
  const answer = /** @type {AuthenticatorAttestationResponse} */ (made.response);
  return { name, user: options.user, clientData: text(answer.clientDataJSON), attestation: text(answer.attestationObject) };
}

/** Uses a passkey: asks the server for a challenge and the person for a hand. @param {boolean} isAlone whether it is to let in without a password @returns {Promise<any>} for the server */
export async function usePasskey(isAlone) {
  const options = await call("challengePasskey");
  const used = /** @type {PublicKeyCredential} */ (await navigator.credentials.get({
    publicKey: { challenge: bytes(options.challenge), rpId: options.party, userVerification: isAlone ? "required" : "discouraged", timeout: options.timeoutMs },
  }).catch(refuse));
  const answer = /** @type {AuthenticatorAssertionResponse} */ (used.response);
  return {
    credential: text(used.rawId), user: answer.userHandle ? text(answer.userHandle) : undefined, clientData: text(answer.clientDataJSON),
    data: text(answer.authenticatorData), signature: text(answer.signature),
  };
}
