// One alert in few words: for the patient's page.
import { sentence } from "./alert-words.js";
import { request } from "./api.js";
import { el } from "./elements.js";
import { icon } from "./icons.js";
import { dateTime, isKnown, number, t } from "./strings.js";

/** What a rule is called. @param {string | undefined} rule */
export function ruleName(rule) {
  return rule ? isKnown(`rule.${rule}`) ? t(`rule.${rule}`) : rule : t("rule");
}

/** Who did something, in words. @param {string} actor @param {string} [receiver] */
export function actorName(actor, receiver) {
  if (actor === "notifier") return t("actorNotifier");
  return actor.startsWith("link:") ? t("actorLink", { receiver: receiver ?? actor.slice(5) }) : actor;
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
    item.acknowledgedBy ? el("span", { class: "seen", "data-testid": "alert-acknowledged" }, icon("seen"), t("acknowledged", { account: actorName(item.acknowledgedBy), time: dateTime(item.acknowledgedMs) })) : "",
    item.abnormalProbability === undefined ? "" : el("span", {}, `${t("abnormalProbability")} ${number(item.abnormalProbability, 2)}`),
    item.heartRate === undefined ? "" : el("span", {}, `${number(item.heartRate)} ${t("bpm")}`),
    el("a", { href: `/alerts/${item.id}`, "data-internal": true }, t("alertDetails")));
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
    el("h3", {}, ruleName(item.rule),
      !isCompact && item.patient ? el("a", { class: "tile-pseudonym", href: `/patients/${item.patient}`, "data-internal": true }, item.patient) : ""),
    el("p", {}, sentence(item)), facts, problem),
  button);
  return card;
}
