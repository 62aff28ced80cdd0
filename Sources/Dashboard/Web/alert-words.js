// What an alert says, in the reader's language: made of the rule and of the numbers that it went by.
import { isKnown, number, percent, span, t } from "./strings.js";

/** @typedef {{name: string, value: number, unit: string, limit?: number}} Evidence */

/** A number of an alert with its unit. @param {number | undefined} value @param {string} unit */
export function quantity(value, unit) {
  if (value === undefined) return t("nobody");
  if (unit === "share") return percent(value, Math.round(value * 1000) % 10 === 0 ? 0 : 1);
  if (unit === "/min") return `${number(value)}${t("bpm")}`;
  if (unit === "electrodes") return t(`electrodes.${value}`);
  if (unit === "s") return seconds(value);
  return number(value, value % 1 === 0 ? 0 : 1);
}

/** How long an episode lasted: what is short in tenths of a second. @param {number} ms */
export function lasting(ms) {
  return ms < 10_000 ? t("secondsShort", { value: number(ms / 1000, 1) }) : span(ms);
}

/** `3.2 s`, `30 s`, `5 min`. @param {number} value */
function seconds(value) {
  if (value >= 120 && value % 60 === 0) return t("span.minute", { count: value / 60 });
  return t("secondsShort", { value: number(value, value % 1 === 0 ? 0 : 1) });
}

/** `run-beats` as a placeholder of the catalogue: `runBeats`. @param {string} name */
const placeholder = (name) => name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());

/** Which of a rule's sentences its numbers ask for. @param {string} rule @param {Map<string, Evidence>} evidence @returns {string} */
function variant(rule, evidence) {
  const value = (/** @type {string} */ name) => evidence.get(name)?.value ?? 0;
  switch (rule) {
    case "asystole": return evidence.has("interval") ? ".interval" : ".silence";
    case "ventricular-run": case "supraventricular-tachycardia": return value("supporting-beats") > 0 ? ".supported" : "";
    case "sustained-abnormal-rhythm": case "ectopic-burden": {
      const rate = evidence.get("heart-rate");
      return rate?.limit !== undefined && rate.value >= rate.limit ? ".fast" : "";
    }
    case "lead-off": return evidence.has("electrodes") ? `.${value("electrodes")}` : "";
    case "device-clock": return evidence.has("clock-unset") || !evidence.has("clock-delay") ? ".unset" : value("clock-delay") < 0 ? ".ahead" : ".behind";
    default: return "";
  }
}

/**
 * One sentence: what was measured, and against which limit. An alert that was written before its numbers were kept says the sentence that it was
 * written with, and one that can no longer be opened says so.
 * @param {{rule?: string, explanation?: string, evidence?: Evidence[]}} alert
 */
export function sentence(alert) {
  const evidence = new Map((alert.evidence ?? []).map((one) => [one.name, one]));
  const key = alert.rule && `said.${alert.rule}${variant(alert.rule, evidence)}`;
  if (!key || evidence.size === 0 || !isKnown(key)) return alert.explanation ?? t("unreadable");
  /** @type {Record<string, string>} */
  const parameters = {};
  for (const { name, value, unit, limit } of evidence.values()) {
    // How far off a clock is; the sentence says in which direction.
    parameters[placeholder(name)] = quantity(name === "clock-delay" ? Math.abs(value) : value, unit);
    parameters[`${placeholder(name)}Limit`] = quantity(limit === undefined ? undefined : name === "clock-delay" ? Math.abs(limit) : limit, unit);
  }
  const remark = evidence.has("clock-unset") && alert.rule !== "device-clock" ? ` ${t("saidClockUnset")}` : "";
  return t(key, parameters) + remark;
}
