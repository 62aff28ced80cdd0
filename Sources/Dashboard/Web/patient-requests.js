// What the server is asked about one patient's signals.
import { addressOf, call } from "./api.js";

/** @typedef {Record<string, string | number | boolean | null | undefined>} Parameters what is null or undefined is left out */

/** @param {string} pseudonym @param {Parameters} parameters @param {AbortSignal} cancel */
export const readEnvelope = (pseudonym, parameters, cancel) => call("showEnvelope", { pseudonym, ...parameters }, undefined, cancel);
/** @param {string} pseudonym @param {Parameters} parameters */
export const readBeats = (pseudonym, parameters) => call("listBeats", { pseudonym, ...parameters });
/** @param {string} pseudonym @param {Parameters} parameters */
export const readSessions = (pseudonym, parameters) => call("listSessions", { pseudonym, ...parameters });
/** @param {string} pseudonym @param {Parameters} parameters */
export const readTrends = (pseudonym, parameters) => call("showTrends", { pseudonym, ...parameters });
/** @param {string} pseudonym @param {Parameters} parameters */
export const readVariability = (pseudonym, parameters) => call("showVariability", { pseudonym, ...parameters });
/** @param {string} pseudonym @param {Parameters} parameters */
export const readMorphology = (pseudonym, parameters) => call("showMorphology", { pseudonym, ...parameters });
/** @param {string} pseudonym @param {Parameters} parameters */
export const readMarks = (pseudonym, parameters) => call("listMarks", { pseudonym, ...parameters });
/** @param {string} pseudonym @param {any} note */
export const addNote = (pseudonym, note) => call("addNote", { pseudonym }, note);
/** @param {string} pseudonym @param {any} label */
export const addLabel = (pseudonym, label) => call("addLabel", { pseudonym }, label);
/** @param {string} pseudonym @param {Parameters} parameters */
export const exportAddress = (pseudonym, parameters) => addressOf("exportSession", { pseudonym, ...parameters })[1];
