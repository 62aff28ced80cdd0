// How a patient's state is said: words, shapes, ages. The ward, the patient's page and the alerts say it alike.
import { setAttribute, setText } from "./elements.js";
import { icon } from "./icons.js";
import { live } from "./live.js";
import { clockTime, number, percent, span, t } from "./strings.js";

/** Age beyond which a heart rate is no longer shown, even in grey, in ms: what was a minute ago is not the present. */
const forgetAfter = 60_000;
/** Battery from which it is called low, 0…1. */
const lowBattery = 0.2;

/** States in which what is shown is not the present. */
export const staleStates = ["no-data", "waiting", "no-device", "key-refused"];

/** Why the strip stands still, in words; "" when it does not. @param {string} state @param {any} status */
export function stripNote(state, status) {
  if (state === "no-data") return status.receivedMs === undefined ? t("noDataYet") : t("noDataSince", { time: clockTime(status.receivedMs) });
  if (state === "waiting") return t("noDataYet");
  if (state === "no-device") return t("noDeviceWorn");
  if (state === "key-refused") return t("keyRefused");
  if (state === "delayed") return t("delayedBy", { seconds: Math.round((live.now() - status.capturedMs) / 1000) });
  if (state === "not-analysed") return t("notAnalysed");
  return "";
}

/** @param {Element} element @param {string} state */
export function showState(element, state) {
  if (element.getAttribute("data-state") === state) return;
  element.setAttribute("data-state", state);
  element.replaceChildren(icon(state), t(`state.${state}`));
}

/** @param {HTMLElement} element @param {any} alerts */
export function showAlerts(element, alerts) {
  const key = `${alerts.unresolved}/${alerts.unacknowledged}/${alerts.severity}`;
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.hidden = alerts.unresolved === 0;
  const isSeen = alerts.unacknowledged === 0;
  element.dataset.severity = isSeen ? "seen" : alerts.severity ?? "low";
  element.replaceChildren(icon(isSeen ? "seen" : alerts.severity ?? "low"),
    isSeen ? t("alertCountSeen", { count: alerts.unresolved }) : t("alertCount", { count: alerts.unacknowledged }));
}

/** @param {number} quality 0…1 */
export function qualityWord(quality) { return t(quality >= 0.8 ? "qualityGood" : quality >= 0.5 ? "qualityFair" : "qualityPoor"); }

/** States in which nothing is measured of the heart, though data may arrive: what was measured before is of unknown age beside them. */
const unmeasuredStates = ["waiting", "no-device", "key-refused", "not-analysed", "lead-off"];

/** Whether what was measured of the heart may not be shown, not even in grey: it is none of now, or older than a minute. @param {any} status @param {string} state */
export function isForgotten(status, state) {
  const age = live.age(status);
  return unmeasuredStates.includes(state) || age === null || age > forgetAfter;
}

/** The heart rate as it may be shown; "–" where it was not measured or is too old to be one. @param {any} status @param {string} state */
export function heartRateText(status, state) {
  const isGone = status.heartRate === undefined || isForgotten(status, state);
  return isGone ? "–" : String(Math.round(status.heartRate));
}

/** The rhythm in words; while the first beats are counted, how many there are. @param {any} status @param {string} state */
export function rhythmText(status, state) {
  if (staleStates.includes(state) || unmeasuredStates.includes(state)) return "";
  if (status.rhythm.code === "too-few-beats") return t("analysing", { beats: status.rhythm.beats });
  return t(`rhythm.${status.rhythm.code}`);
}

/** The link and, where the device tells it, its battery. @param {HTMLElement} element @param {any} status */
export function showDevice(element, status) {
  const battery = status.battery === undefined ? null : status.battery;
  const key = `${status.link}/${battery}`;
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  const link = status.link === "online" ? "linkOnline" : status.link === "offline" ? "linkOffline" : "linkUnknown";
  element.replaceChildren(icon(status.link === "online" ? "link" : "link-off"), t(link));
  if (battery === null) return;
  const isLow = battery < lowBattery;
  element.append(icon(isLow ? "battery-low" : "battery"), t(isLow ? "batteryLow" : "battery", { percent: percent(battery) }));
  setAttribute(element, "data-low", String(isLow));
}

/**
 * What the device's own network flagged while it had no connection, and how long ago the device said so; "" where it said nothing. It is
 * the device's word, never counted among our findings.
 * @param {any} status
 */
export function deviceBeatsText(status) {
  const own = status.deviceBeats;
  if (!own) return "";
  return t("deviceFlagged", { flagged: number(own.flagged), judged: number(own.judged), age: t("ago", { span: span(Math.max(0, live.now() - own.saidMs)) }) });
}

/** How old what is shown is; "" where nothing ever came. @param {HTMLElement} element @param {any} status */
export function showDataAge(element, status) {
  const age = live.age(status);
  setText(element, age === null ? "" : t("ago", { span: span(age) }));
  setAttribute(element, "data-old", String(age !== null && age > 4000));
}

/** A patient in one sentence, as a screen reader says it. @param {any} status @param {string} state */
export function sentence(status, state) {
  const rate = heartRateText(status, state);
  const alerts = status.alerts.unacknowledged > 0 ? t("alertCount", { count: status.alerts.unacknowledged }) : status.alerts.unresolved > 0 ? t("alertCountSeen", { count: status.alerts.unresolved }) : "";
  return [status.name ?? status.patient, alerts, stripNote(state, status) || t(`state.${state}`),
    rate === "–" || staleStates.includes(state) ? "" : `${t("heartRateShort")} ${rate} ${t("bpm")}`, rhythmText(status, state),
    status.battery !== undefined && status.battery < lowBattery ? t("batteryLow", { percent: percent(status.battery) }) : "", deviceBeatsText(status)].filter(Boolean).join(", ");
}
