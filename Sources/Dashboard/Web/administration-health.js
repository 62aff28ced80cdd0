// How well each device's data arrive: what is measured, what it means, and how old it is.
import { el, table } from "./elements.js";
import { span, t } from "./strings.js";

/** Beyond these a value is called a fault. */
export const limits = {
  /** Silence of a device that is online, in ms: forty chunks. */
  silenceMs: 60_000,
  /** Share of what a device took that has arrived. */
  completeness: 0.99,
  /** From the sensor to the store, 99 % of chunks, in ms. */
  latencyMs: 5000,
  /** Spread of the latency in ms: more than a chunk. */
  jitterMs: 1500,
  /** Chunks that a device holds back. */
  backlog: 100,
};

/**
 * What is wrong with a device's way to us, gravest first; empty when nothing is.
 * @param {any} device of listDevices @param {number} nowMs
 * @returns {{word: string, parameters: Record<string, string | number>}[]}
 */
export function faults(device, nowMs) {
  /** @type {{word: string, parameters: Record<string, string | number>}[]} */
  const found = [];
  const say = (/** @type {boolean} */ is, /** @type {string} */ word, parameters = {}) => { if (is) found.push({ word, parameters }); };
  if (!device.receivedMs) return device.patient ? [{ word: "healthNeverSent", parameters: {} }] : [];
  say(device.link === "offline" && Boolean(device.patient), "healthOffline");
  say(device.link === "online" && nowMs - device.receivedMs > limits.silenceMs, "healthSilent");
  say(device.lost > 0, "healthLost", { count: device.lost });
  say(device.refused > 0, "healthRefused", { count: device.refused });
  say(device.completeness < limits.completeness, "healthIncomplete", { value: Number((100 * device.completeness).toFixed(2)) });
  say((device.latencyMs?.p99 ?? 0) > limits.latencyMs, "healthLate", { value: Number(((device.latencyMs?.p99 ?? 0) / 1000).toFixed(1)) });
  say((device.jitterMs ?? 0) > limits.jitterMs, "healthJitter", { value: Number((device.jitterMs ?? 0).toFixed(0)) });
  say(device.backlog > limits.backlog, "healthBacklog", { count: device.backlog });
  return found;
}

/** The system's health as a section. @param {any[]} devices */
export function healthSection(devices) {
  const now = Date.now();
  const judged = devices.map((device) => ({ device, faults: faults(device, now) }));
  const troubled = judged.filter((one) => one.faults.length > 0);
  const summary = devices.length === 0 ? t("healthNoDevices") : troubled.length === 0 ? t("healthAllWell", { count: devices.length }) : t("healthTroubled", { count: troubled.length, all: devices.length });
  return el("div", { "data-testid": "health" },
    el("p", { "data-testid": "health-summary" }, summary),
    troubled.length > 0 && table(t("systemHealth"), [t("device"), t("healthFinding"), t("lastData")], troubled.map(({ device, faults: found }) => [
      el("code", {}, device.device), el("ul", { class: "findings" }, ...found.map((one) => el("li", {}, t(one.word, one.parameters)))),
      device.receivedMs ? span(now - device.receivedMs) : t("nobody"),
    ]), "health-devices"),
    el("p", { class: "quiet" }, t("healthLimits", { seconds: limits.silenceMs / 1000, completeness: 100 * limits.completeness, latency: limits.latencyMs / 1000, jitter: limits.jitterMs, backlog: limits.backlog })));
}
