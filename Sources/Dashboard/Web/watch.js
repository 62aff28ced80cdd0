// What a clinician is told wherever they are in the application: a new grave alert, a patient whose data stopped. Once each, in a
// sentence, and several at a time as one.
import { announce } from "./components.js";
import { el, setAttribute } from "./elements.js";
import { icon } from "./icons.js";
import { live } from "./live.js";
import { Tone } from "./speech.js";
import { isKnown, t } from "./strings.js";

/** What happens within this time is said together, in ms. */
const gatherTime = 1200;
/** The server tells its clock every 2 s. Silent for longer than this, in ms, it may be the connection that is lost, and not a patient. */
const serverSilence = 2200;
/** More than so many are counted, not named. */
const namedLimit = 3;

/**
 * What is worth saying: pure, from what is told and what was known.
 */
export class Watch {
  constructor() {
    /** Alerts that were told. @type {Set<string>} */
    this.alerts = new Set();
    /** Patients who had a signal. @type {Set<string>} */
    this.seen = new Set();
    /** Patients whose loss was told. @type {Set<string>} */
    this.lost = new Set();
  }

  /** Whether an alert is news: open, of high severity, and not told before. @param {any} alert */
  isNews(alert) {
    if (alert.state !== "open" || alert.severity !== "high" || this.alerts.has(alert.id)) return false;
    this.alerts.add(alert.id);
    return true;
  }

  /**
   * Who was lost since the last time. While the connection itself is lost nobody is: that is said by itself.
   * @param {Iterable<[string, string]>} states patient and state @param {boolean} isConnected
   * @returns {string[]}
   */
  lostNow(states, isConnected) {
    const news = [];
    if (!isConnected) return news;
    for (const [patient, state] of states) {
      if (state === "no-data") {
        if (this.seen.has(patient) && !this.lost.has(patient)) news.push(patient);
        if (this.seen.has(patient)) this.lost.add(patient);
      } else if (!["waiting", "no-device"].includes(state)) {
        this.seen.add(patient);
        this.lost.delete(patient);
      }
    }
    return news;
  }
}

/** The alarm tone outlives the page that is shown. */
const tone = new Tone();
const watch = new Watch();
/** @type {{alerts: any[], lost: string[]}} */
let gathered = { alerts: [], lost: [] };
let isGathering = false;
let isStarted = false;

/** @param {string} patient */
const nameOf = (patient) => live.patient(patient).status?.name ?? patient;

function gather() {
  if (isGathering) return;
  isGathering = true;
  setTimeout(() => {
    isGathering = false;
    const { alerts, lost } = gathered;
    gathered = { alerts: [], lost: [] };
    const words = [];
    if (alerts.length > namedLimit) words.push(t("newAlerts", { count: alerts.length }));
    else for (const alert of alerts) {
      const rule = isKnown(`rule.${alert.rule}`) ? t(`rule.${alert.rule}`) : t("rule");
      words.push(t("newAlert", { patient: alert.patient ? nameOf(alert.patient) : "", rule }));
    }
    if (lost.length > namedLimit) words.push(t("patientsLost", { count: lost.length }));
    else for (const patient of lost) words.push(t("patientLost", { patient: nameOf(patient) }));
    if (words.length) announce(words.join(" "), { isUrgent: true });
    if (alerts.length) tone.sound("high");
    else if (lost.length) tone.sound("medium");
  }, gatherTime);
}

/** Begins to listen, once. */
export function startWatch() {
  if (isStarted) return;
  isStarted = true;
  live.addEventListener("alert", (event) => {
    const alert = /** @type {CustomEvent} */ (event).detail;
    if (!watch.isNews(alert)) return;
    gathered.alerts.push(alert);
    gather();
  });
  live.addEventListener("tick", () => {
    const states = [...live.patients].map(([name, { status }]) => /** @type {[string, string]} */ ([name, live.state(status)]));
    const lost = watch.lostNow(states, live.hasConnected && performance.now() - live.heardAt < serverSilence);
    if (lost.length === 0) return;
    gathered.lost.push(...lost);
    gather();
  });
}

/** The switch of the alarm tone. */
export function toneSwitch() {
  const self = el("button", {
    class: "button quiet icon-only tone", "data-testid": "tone", type: "button",
    onclick: async () => {
      await tone.toggle().catch(() => {});
      draw();
    },
  });
  function draw() {
    const words = t(tone.isOn ? "toneOn" : "toneOff");
    setAttribute(self, "aria-pressed", String(tone.isOn));
    setAttribute(self, "aria-label", t("tone"));
    setAttribute(self, "title", words);
    self.replaceChildren(icon(tone.isOn ? "bell" : "bell-off"));
  }
  draw();
  return self;
}
