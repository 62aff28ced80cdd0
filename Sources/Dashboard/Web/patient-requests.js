// What the server is asked about one patient's signals: one place for the addresses.
import { request } from "./api.js";

/** @param {string} patient @param {string} part @param {Record<string, string | number | boolean | undefined>} [parameters] those that are undefined are left out */
export function address(patient, part, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  return `/api/patients/${patient}/${part}${query.size > 0 ? `?${query}` : ""}`;
}

/**
 * @param {string} patient @param {string} part `envelope`, `beats`, `sessions`, `trends`, `variability`, `morphology`, `marks`
 * @param {Record<string, string | number | boolean | undefined>} [parameters] @param {AbortSignal} [cancel]
 * @returns {Promise<any>}
 */
export function read(patient, part, parameters, cancel) { return request("GET", address(patient, part, parameters), undefined, cancel); }

/** Adds a mark, which nothing overwrites. @param {string} patient @param {"notes" | "labels"} part @param {any} body @returns {Promise<any>} */
export function add(patient, part, body) { return request("POST", address(patient, part), body); }
