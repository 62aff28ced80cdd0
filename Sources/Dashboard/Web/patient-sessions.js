// The sessions of a patient by day, week or month; any can be opened or exported.
import { problemText } from "./dialog.js";
import { el, table } from "./elements.js";
import { icon } from "./icons.js";
import { readSessions } from "./patient-requests.js";
import { dateTime, number, t } from "./strings.js";

/** What the filter offers, in days; 0: all. */
const spans = /** @type {const} */ ([["day", 1], ["week", 7], ["month", 31], ["all", 0]]);
const limit = 200;

/** @param {number} seconds */
export function durationText(seconds) {
  const minutes = Math.floor(seconds / 60);
  return minutes < 1 ? t("duration.seconds", { seconds: Math.floor(seconds) })
    : minutes < 60 ? t("duration.minutes", { minutes }) : t("duration.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/**
 * @param {string} patient
 * @param {{open: (session: any) => void, save: (session: any) => void, now: () => number, shown: () => string | null}} actions
 */
export function sessionsCard(patient, { open, save, now, shown }) {
  let chosen = "week";
  let generation = 0;
  const list = el("div", { "aria-live": "polite" }, el("p", { class: "quiet" }, t("loading")));
  const filter = el("div", { class: "choice", role: "radiogroup", "aria-label": t("sessions.filter") },
    ...spans.map(([name]) => el("label", {}, el("input", {
      type: "radio", name: "sessions-span", value: name, checked: name === chosen, "data-testid": `sessions-${name}`,
      onchange: () => {
        chosen = name;
        load();
      },
    }), el("span", {}, t(`sessions.${name}`)))));
  const card = el("section", { class: "card wide", "data-testid": "sessions-card" }, el("div", { class: "card-head" }, el("h2", {}, t("sessions")), filter), list);

  async function load() {
    const mine = ++generation;
    const days = spans.find(([name]) => name === chosen)?.[1] ?? 0;
    try {
      const { items } = await readSessions(patient, { limit, from: days ? Math.floor(now() - days * 86400000) : undefined });
      if (mine !== generation) return;
      list.replaceChildren(items.length === 0 ? el("p", { class: "quiet", "data-testid": "sessions-empty" }, t("sessions.none")) : rows(items));
    } catch (problem) {
      if (mine !== generation) return;
      list.replaceChildren(el("p", { class: "form-problem", role: "alert" }, problemText(problem)), el("button", { class: "button quiet small", type: "button", onclick: load }, t("tryAgain")));
    }
  }

  /** @param {any[]} items */
  const rows = (items) => table(t("sessions"), [t("started"), t("sessions.duration"), t("sessions.beats"), t("lastData"), t("device"), ""], items.map((one) => [
    el("span", { title: one.session }, dateTime(one.startMs ?? one.firstReceivedMs)),
    durationText(one.seconds),
    one.beats === null || one.beats === undefined ? "–" : t("sessions.beatsOf", { beats: number(one.beats), abnormal: number(one.abnormalBeats ?? 0) }),
    dateTime(one.lastReceivedMs), one.device,
    el("div", { class: "actions" },
      one.isCurrent && el("span", { class: "badge", "data-severity": "low" }, icon("live"), t("sessions.current")),
      el("button", { class: "button quiet small", type: "button", "data-testid": "session-open", "data-session": one.session, "aria-pressed": String(one.session === shown()), onclick: () => open(one) }, t("sessions.open")),
      el("button", { class: "button quiet small", type: "button", "data-testid": "session-export", onclick: () => save(one) }, t("export.title")))]), "sessions");
  return { card, load };
}
