// Everything that is known of one alert, and what can be done about it.
import { Problem, request, session } from "./api.js";
import { acknowledge, assign, resolve, snooze } from "./alert-actions.js";
import { shortcuts } from "./alert-keys.js";
import { actorName, ruleName } from "./alert-card.js";
import { alertStrip } from "./alert-strip.js";
import { lasting, quantity, sentence } from "./alert-words.js";
import { problemText } from "./dialog.js";
import { el, notice, setText, table } from "./elements.js";
import { icon } from "./icons.js";
import { live } from "./live.js";
import { dateTime, isKnown, number, percent, span, t } from "./strings.js";

/** Between two looks at what is on its way, in ms. */
const awaitTime = 2000;

/**
 * Shows an alert in an element.
 * @param {HTMLElement} place
 * @param {string} id
 * @param {() => void} changed called after every action
 * @returns {{end: () => void, act: (name: string) => void, reload: () => void}}
 */
export function alertDetail(place, id, changed) {
  let isOver = false, isLooking = false, lookedAt = 0;
  /** @type {any} */
  let detail = null;
  /** @type {ReturnType<typeof alertStrip> | null} */
  let strip = null;
  const problem = el("p", { class: "form-problem", role: "alert", "data-testid": "alert-problem" });
  const timer = el("p", { class: "escalation", "data-testid": "escalation", "aria-live": "off" });
  const name = el("strong", { "data-testid": "alert-name" });
  place.replaceChildren(el("p", { class: "quiet", role: "status" }, t("loading")));

  const actions = {
    acknowledge: () => acknowledge(detail.alert),
    assign: () => assign(detail.alert, detail.assignees, session?.account ?? ""),
    snooze: () => snooze(detail.alert),
    resolve: () => resolve(detail.alert),
  };

  /** @param {string} name */
  async function act(name) {
    if (!detail || !possible(detail.alert).includes(name)) return;
    setText(problem, "");
    try {
      if (await actions[/** @type {keyof typeof actions} */ (name)]()) {
        changed();
        await load();
        // The button that was used may be gone: the focus stays in the alert.
        if (!document.activeElement || document.activeElement === document.body) /** @type {HTMLElement | null} */ (place.querySelector("h2"))?.focus();
      }
    } catch (failure) {
      setText(problem, problemText(failure));
    }
  }

  async function load() {
    try {
      const loaded = await request("GET", `/api/alerts/${id}`);
      if (isOver) return;
      const isSame = detail?.alert.id === loaded.alert.id;
      detail = loaded;
      if (!isSame || !strip) {
        strip?.end();
        strip = alertStrip(detail.alert);
      }
      fill();
    } catch (failure) {
      if (isOver) return;
      const isGone = failure instanceof Problem && failure.status === 404;
      place.replaceChildren(notice(isGone ? t("alertGoneTitle") : problemText(failure), isGone ? t("alertGoneText") : "",
        el("button", { class: "button", onclick: load }, t("tryAgain"))));
    }
  }

  function fill() {
    const { alert, events, deliveries } = detail;
    const severity = alert.severity ?? "low";
    // What is drawn anew keeps the focus and where the strip was scrolled to.
    const hadFocus = place.contains(document.activeElement);
    const focused = hadFocus ? /** @type {HTMLElement} */ (document.activeElement).dataset.testid : undefined;
    const scrolled = strip?.element.querySelector(".still-scroll")?.scrollLeft ?? 0;
    place.dataset.severity = severity;
    place.dataset.phase = alert.phase;
    place.dataset.id = alert.id;
    const buttons = possible(alert).map((name) => el("button", {
      class: name === "acknowledge" ? "button" : "button quiet", "data-testid": `action-${name}`, "aria-keyshortcuts": shortcuts[name], onclick: () => act(name),
    }, t(name)));
    place.replaceChildren(
      el("div", { class: "detail-head" },
        el("span", { class: "alert-mark" }, icon(severity), el("span", {}, t(`severity.${severity}`))),
        el("div", { class: "alert-text" },
          el("h2", { class: "detail-title", tabindex: "-1" }, ruleName(alert.rule)),
          el("p", { class: "alert-facts" },
            alert.patient ? name : "", alert.patient ? el("a", { href: `/patients/${alert.patient}`, "data-internal": true, "data-testid": "alert-patient" }, alert.patient) : "",
            el("span", { "data-testid": "alert-phase" }, t(`phase.${alert.phase}`)),
            el("span", {}, t(alert.resolvedMs ? "episodeOver" : "episodeOn"))))),
      el("div", { class: "actions" }, ...buttons,
        alert.patient ? el("a", { class: "button quiet", href: `/patients/${alert.patient}/plan`, "data-internal": true, "data-testid": "open-plan" }, t("alertPlan")) : ""),
      problem, timer, undelivered(detail),
      strip ? strip.element : "",
      el("section", { class: "card" }, el("h3", {}, t("evidence")), el("p", { class: "evidence", "data-testid": "evidence" }, sentence(alert)), numbers(alert.evidence ?? []), facts(alert)),
      el("section", { class: "card" }, el("h3", {}, t("whatWasDone")), el("ol", { class: "timeline", "data-testid": "alert-log" }, ...events.map(line))),
      el("section", { class: "card" }, el("h3", {}, t("deliveries")),
        deliveries.length ? el("ul", { class: "deliveries", "data-testid": "deliveries" }, ...deliveries.map(delivery)) : el("p", { class: "quiet" }, t("noDeliveries"))));
    const scroll = strip?.element.querySelector(".still-scroll");
    if (scroll) scroll.scrollLeft = scrolled;
    if (hadFocus) /** @type {HTMLElement} */ (focused && place.querySelector(`[data-testid="${focused}"]`) || place.querySelector("h2"))?.focus({ preventScroll: true });
    tick();
  }

  /** What is on its way is no event of the alert: its log and its deliveries are asked for while something is awaited. */
  function isAwaiting() {
    const now = live.now();
    return detail?.next?.dueMs <= now || detail?.deliveries.some((/** @type {any} */ one) => one.nextAttemptMs <= now)
      || (detail?.alert.phase === "snoozed" && detail.alert.snoozedUntilMs <= now);
  }

  function look() {
    tick();
    if (isLooking || !isAwaiting() || performance.now() - lookedAt < awaitTime) return;
    isLooking = true;
    lookedAt = performance.now();
    load().finally(() => { isLooking = false; });
  }

  /** The escalation timer runs by the server's clock. */
  function tick() {
    setText(name, live.name(detail?.alert.patient ?? ""));
    const next = detail?.next;
    timer.hidden = !next;
    if (!next) return;
    const rest = next.dueMs - live.now();
    const contacts = next.contacts.join(", ");
    setText(timer, rest > 0 ? t("nextTold", { contacts, step: next.step, time: span(rest), at: dateTime(next.dueMs) }) : t("nextToldNow", { contacts, step: next.step }));
  }

  const heard = (/** @type {any} */ event) => { if (event.detail.id === id) load(); };
  live.addEventListener("tick", look);
  live.addEventListener("alert", heard);
  load();
  return {
    act, reload: load,
    end() {
      isOver = true;
      strip?.end();
      live.removeEventListener("tick", look);
      live.removeEventListener("alert", heard);
    },
  };
}

/** What can be done about an alert now. @param {any} alert @returns {string[]} */
function possible(alert) {
  if (alert.closedMs) return [];
  return [...(alert.acknowledgedMs ? [] : ["acknowledge"]), "assign", "snooze", "resolve"];
}

/** @param {any} alert */
function facts(alert) {
  /** @type {[string, string][]} */
  const rows = [[t("beganLabel"), dateTime(alert.onsetMs ?? alert.openedMs)]];
  if (alert.endMs) rows.push([t("endedLabel"), `${dateTime(alert.endMs)} (${lasting(alert.endMs - alert.onsetMs)})`]);
  if (alert.heartRate !== undefined) rows.push([t("heartRateLabel"), `${number(alert.heartRate)} ${t("bpm")}`]);
  if (alert.abnormalProbability !== undefined) rows.push([t("howSure"), percent(alert.abnormalProbability, 1)]);
  if (alert.beats) rows.push([t("beatsLabel"), t("beatsCounted", { beats: alert.beats, abnormal: alert.abnormalBeats })]);
  if (alert.assignedTo) rows.push([t("assignee"), alert.assignedTo]);
  if (alert.snoozedUntilMs && alert.phase === "snoozed") rows.push([t("snoozedUntilLabel"), dateTime(alert.snoozedUntilMs)]);
  rows.push([t("device"), alert.device]);
  return el("dl", { class: "detail-facts" }, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

/**
 * The numbers that a rule went by, with their limits; a name that has no word yet is shown as it is.
 * @param {{name: string, value: number, unit: string, limit?: number}[]} evidence
 */
function numbers(evidence) {
  // The sentence says that the clock was not set: there is no number to it.
  const shown = evidence.filter((one) => one.name !== "clock-unset");
  if (shown.length === 0) return "";
  const row = (/** @type {any} */ one) => [isKnown(`evidence.${one.name}`) ? t(`evidence.${one.name}`) : one.name, quantity(one.value, one.unit), quantity(one.limit, one.unit)];
  return table(t("evidence"), [t("evidenceWhat"), t("evidenceMeasured"), t("evidenceLimit")], shown.map(row), "evidence-table");
}

/** @param {any} event */
function line(event) {
  const actor = actorName(event.actor, event.receiver);
  const [occasion, count] = event.kind === "told" ? (event.detail ?? "").split(" ") : [event.detail, ""];
  const words = t(`event.${event.kind}`, {
    actor, step: event.step ?? "", assignee: event.assignee ?? "", until: event.untilMs ? dateTime(event.untilMs) : "",
    detail: occasionName(occasion ?? ""), count: Number(count || 0),
  });
  return el("li", { "data-kind": event.kind },
    el("time", { datetime: new Date(event.atMs).toISOString() }, dateTime(event.atMs)),
    el("span", {}, words, event.reason ? el("q", { class: "reason" }, event.reason) : ""));
}

/** Why people were told. @param {string} occasion */
function occasionName(occasion) {
  const [, name, ordinal] = /^([a-z]+)(?:-(\d+))?$/.exec(occasion) ?? [];
  return name && isKnown(`occasion.${name}`) ? t(`occasion.${name}`, { ordinal: ordinal ?? "" }) : occasion;
}

/** Why an attempt failed: its stable name, and what the receiver's server said. @param {string} error @returns {[string, string]} */
function cause(error) {
  const [, code, said] = /^([a-z]+): (.*)$/.exec(error) ?? [];
  return code && isKnown(`failure.${code}`) ? [code, said] : ["", error];
}

/** Attempts of a message that were in vain so far. @param {any} item @returns {any[]} */
const failed = (item) => item.state === "delivered" ? [] : item.attempts.filter((/** @type {any} */ one) => one.error);

/** Who does not know of it, as far as anybody should. @param {any} detail */
function undelivered({ alert, deliveries }) {
  const receivers = alert.closedMs ? [] : deliveries.filter((/** @type {any} */ one) => failed(one).length > 0).map((/** @type {any} */ one) => one.receiver ?? t("unreadable"));
  return receivers.length === 0 ? "" : el("p", { class: "undelivered", role: "status", "data-testid": "undelivered" }, icon("high"), el("span", {}, t("undelivered", { receivers: [...new Set(receivers)].join(", ") })));
}

/** @param {any} item */
function delivery(item) {
  const [code] = cause(failed(item).at(-1)?.error ?? "");
  return el("li", { "data-state": item.state },
    el("div", { class: "delivery-head" },
      el("strong", {}, item.receiver ?? t("unreadable")),
      el("span", {}, t(`channel.${item.channel}`)), el("span", {}, occasionName(item.occasion ?? "")),
      el("span", { class: "delivery-state", "data-state": item.state }, icon(item.state === "delivered" ? "seen" : item.state === "dead" ? "key-destroyed" : "waiting"),
        t(item.state === "pending" && failed(item).length > 0 ? "delivery.retried" : `delivery.${item.state}`))),
    el("ol", { class: "attempts" }, ...alike(item.attempts).map(([first, ...others]) => el("li", {},
      el("time", {}, others.length > 0 ? t("attemptsBetween", { from: dateTime(first.atMs), until: dateTime(others.at(-1).atMs), count: others.length + 1 }) : dateTime(first.atMs)), " ",
      first.receipt ? t("receipt", { text: first.receipt }) : first.error ? vain(first.error) : t(`delivery.${first.state}`)))),
    code ? el("p", { class: "delivery-advice" }, t(`advice.${code}`)) : "",
    item.nextAttemptMs ? el("p", { class: "small-print" }, t("nextAttempt", { time: dateTime(item.nextAttemptMs) })) : "");
}

/** Attempts in a row that failed in the same way are one line. @param {any[]} attempts @returns {any[][]} */
function alike(attempts) {
  /** @type {any[][]} */
  const runs = [];
  for (const one of attempts) {
    const last = runs.at(-1);
    if (last && one.error && last[0].error === one.error) last.push(one);
    else runs.push([one]);
  }
  return runs;
}

/** @param {string} error */
function vain(error) {
  const [code, said] = cause(error);
  return code ? t("attemptFailedBecause", { cause: t(`failure.${code}`), text: said }) : t("attemptFailed", { text: said });
}
