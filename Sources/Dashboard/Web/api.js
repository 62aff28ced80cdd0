// Requests to our own server.

import { operations } from "./operations.js";

/** What the server said instead of doing what was asked. */
export class Problem extends Error {
  /** @param {number} status @param {string} code @param {number} retryAfter seconds @param {string} reason a sentence */
  constructor(status, code, retryAfter = 0, reason = "") {
    super(code);
    this.reason = reason;
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** @typedef {{account: string, role: string, requestToken: string, expiresMs: number, needsSecondFactor?: boolean}} Session */

/** @type {Session | null} */
export let session = null;

/** Called when the server says that nobody is signed in any more. */
let whenSignedOut = () => {};
/** @param {() => void} listener */
export function onSignedOut(listener) { whenSignedOut = listener; }

/** Milliseconds after which a request is given up. */
const timeLimit = 15000;

/**
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @param {AbortSignal} [cancel] gives the request up; it then fails as `cancelled`
 * @returns {Promise<any>} the decoded answer, or null for an empty one
 */
export async function request(method, path, body, cancel) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (method !== "GET" && session) headers["X-Request-Token"] = session.requestToken;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin", cache: "no-store", redirect: "error", signal: cancel ? AbortSignal.any([cancel, AbortSignal.timeout(timeLimit)]) : AbortSignal.timeout(timeLimit),
    });
  } catch {
    throw new Problem(0, cancel?.aborted ? "cancelled" : "unreachable");
  }
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const problem = await answer.json().catch(() => null);
  const failure = new Problem(answer.status, problem?.error?.code ?? `http-${answer.status}`, Number(answer.headers.get("Retry-After") ?? 0), problem?.error?.reason ?? "");
  if (failure.code === "sign-in-first" && session) {
    session = null;
    whenSignedOut();
  }
  throw failure;
}

/**
 * The method and the address of an operation of /api/openapi.json.
 * @param {string} id the operationId, such as "showStrip"
 * @param {Record<string, string | number | boolean | null | undefined>} [parameters] of the path and the query; what is null or undefined is left out of the query
 * @returns {[string, string]}
 */
export function addressOf(id, parameters = {}) {
  const operation = operations[id];
  if (!operation) throw new TypeError(`no operation ${id}`);
  const [method, template] = operation;
  const query = new URLSearchParams();
  const path = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(parameters[name] ?? "")));
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && !template.includes(`{${name}}`)) query.set(name, String(value));
  }
  return [method, query.size > 0 ? `${path}?${query}` : path];
}

/**
 * An operation of /api/openapi.json by its name: no page writes an address down.
 * @param {string} id the operationId
 * @param {Record<string, string | number | boolean | null | undefined>} [parameters] as for `addressOf`
 * @param {any} [body]
 * @param {AbortSignal} [cancel] gives the request up; it then fails as `cancelled`
 * @returns {Promise<any>} the decoded answer, or null for an empty one
 */
export function call(id, parameters = {}, body, cancel) {
  const [method, path] = addressOf(id, parameters);
  return request(method, path, body, cancel);
}

/** Who is signed in; null if nobody is. */
export async function loadSession() {
  try {
    session = await request("GET", "/api/session");
  } catch (problem) {
    if (/** @type {Problem} */ (problem).status !== 401) throw problem;
    session = null;
  }
  return session;
}

/** @param {string} account @param {string} password @param {string} [code] of the second factor @param {any} [passkey] in place of a code */
export async function signIn(account, password, code, passkey) {
  session = await request("POST", "/api/session", { account, password, code: code || undefined, passkey });
  return session;
}

/** @param {any} answer of a passkey, which lets in alone */
export async function signInWithPasskey(answer) {
  session = await request("POST", "/api/session/passkey", answer);
  return session;
}

/** Ends the sign-in here and on the server. */
export async function signOut() {
  try { await request("DELETE", "/api/session"); } finally { session = null; }
}
