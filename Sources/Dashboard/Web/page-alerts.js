import { Problem, request } from "./api.js";
import { el, notice } from "./elements.js";
import { icon } from "./icons.js";
import { live } from "./live.js";
import { dateTime, t } from "./strings.js";

/** @param {HTMLElement} main @param {string | undefined} chosen the alert that a message linked to */
export function showAlerts(main, chosen) {
  let isOver = false;
  const open = el("div", { class: "alert-list", "data-testid": "alerts-open" }, el("p", { class: "quiet" }, t("loading")));
  const over = el("div", { class: "alert-list", "data-testid": "alerts-resolved" });
  main.append(el("div", { class: "page-head" }, el("h1", {}, t("alerts"))),
    el("section", {}, el("h2", {}, t("openAlerts")), open), el("section", {}, el("h2", {}, t("resolvedAlerts")), over));
  let isFirst = true;

  async function load() {
    try {
      const { items } = await request("GET", "/api/alerts");
      if (isOver) return;
      const rank = { high: 0, medium: 1, low: 2 };
      const isOpen = (/** @type {any} */ item) => item.state !== "resolved";
      const openItems = items.filter(isOpen).sort((/** @type {any} */ a, /** @type {any} */ b) =>
        Number(a.state === "acknowledged") - Number(b.state === "acknowledged") || (rank[/** @type {"low"} */ (a.severity)] ?? 3) - (rank[/** @type {"low"} */ (b.severity)] ?? 3) || b.openedMs - a.openedMs);
      const overItems = items.filter((/** @type {any} */ item) => !isOpen(item));
      const show = (/** @type {any} */ item) => alertCard(item, { isChosen: item.id === chosen, done: load });
      open.replaceChildren(...(openItems.length ? openItems.map(show) : [notice(t("noAlertsTitle"), t("noAlertsText"))]));
      over.replaceChildren(...(overItems.length ? overItems.map(show) : [el("p", { class: "quiet" }, t("none"))]));
      if (isFirst && chosen) document.getElementById(`alert-${chosen}`)?.scrollIntoView({ block: "center" });
      isFirst = false;
    } catch (problem) {
      if (!isOver) open.replaceChildren(notice(t("failed", { code: problem instanceof Problem ? problem.code : "page" }), "", el("button", { class: "button", onclick: load }, t("tryAgain"))));
    }
  }
  live.addEventListener("alert", load);
  load();
  return () => {
    isOver = true;
    live.removeEventListener("alert", load);
  };
}

/**
 * One alert.
 * @param {any} item
 * @param {{isCompact?: boolean, isChosen?: boolean, done?: () => void}} options
 */
export function alertCard(item, { isCompact = false, isChosen = false, done = () => {} } = {}) {
  const severity = item.severity ?? "low";
  const facts = el("div", { class: "alert-facts" });
  const problem = el("p", { class: "form-problem", role: "alert" });
  const fill = () => facts.replaceChildren(
    el("span", {}, t("began", { time: dateTime(item.onsetMs ?? item.openedMs) })),
    item.resolvedMs ? el("span", {}, t("resolvedAt", { time: dateTime(item.resolvedMs) })) : "",
    item.acknowledgedBy ? el("span", { class: "seen", "data-testid": "alert-acknowledged" }, icon("seen"), t("acknowledged", { account: item.acknowledgedBy, time: dateTime(item.acknowledgedMs) })) : "",
    item.abnormalProbability === undefined ? "" : el("span", {}, `${t("abnormalProbability")} ${item.abnormalProbability.toFixed(2)}`),
    item.heartRate === undefined ? "" : el("span", {}, `${Math.round(item.heartRate)} ${t("bpm")}`));
  fill();
  const button = item.state === "open" && el("button", {
    class: "button", "data-testid": "acknowledge",
    onclick: async (/** @type {Event} */ event) => {
      const self = /** @type {HTMLButtonElement} */ (event.currentTarget);
      self.disabled = true;
      problem.textContent = "";
      try {
        Object.assign(item, await request("POST", `/api/alerts/${item.id}/acknowledge`));
        card.dataset.state = item.state;
        fill();
        self.remove();
        done();
      } catch {
        self.disabled = false;
        problem.textContent = t("acknowledgeFailed");
      }
    },
  }, t("acknowledge"));
  const card = el("article", {
    class: "alert-card", id: `alert-${item.id}`, "data-testid": "alert", "data-severity": severity, "data-rule": item.rule, "data-state": item.state, "data-patient": item.patient,
    "aria-current": isChosen ? "true" : undefined,
  },
  el("span", { class: "alert-mark" }, icon(severity), el("span", {}, t(`severity.${severity}`))),
  el("div", { class: "alert-text" },
    el("h3", {}, item.rule ? t(`rule.${item.rule}`) : t("rule"),
      !isCompact && item.patient ? el("a", { class: "tile-pseudonym", href: `/patients/${item.patient}`, "data-internal": true }, item.patient) : ""),
    el("p", {}, item.explanation ?? t("unreadable")), facts, problem),
  button);
  return card;
}
