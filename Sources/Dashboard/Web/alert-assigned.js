// Tells clinicians, wherever they are in the application, that somebody has made an alert their task.
import { request, session } from "./api.js";
import { toast } from "./components.js";
import { el } from "./elements.js";
import { live } from "./live.js";
import { isKnown, t } from "./strings.js";

/** Alerts that are one's own task. @type {Set<string> | null} */
let mine = null;
let isStarted = false;

/** One's own doing is no news: called before oneself is made responsible. @param {string} id */
export function takeMyself(id) { mine?.add(id); }

/** Takes note of an alert as it is now: pure but for the set. @param {any} alert @param {string} account @param {Set<string>} known @returns {boolean} whether it has become this account's task */
export function isNewTask(alert, account, known) {
  if (alert.assignedTo !== account || alert.closedMs) {
    known.delete(alert.id);
    return false;
  }
  if (known.has(alert.id)) return false;
  known.add(alert.id);
  return true;
}

/** Begins to listen, once: first to what is one's task already. */
export async function startAssignments() {
  // Who needs a second factor first is told nothing yet.
  if (isStarted || session?.needsSecondFactor) return;
  isStarted = true;
  live.addEventListener("ended", () => { mine = null; });
  live.addEventListener("alert", (event) => hear(/** @type {CustomEvent} */ (event).detail));
  await know();
}

async function know() {
  try {
    const { items } = await request("GET", "/api/alerts?assigned=me");
    mine = new Set(items.map((/** @type {any} */ one) => one.id));
  } catch { /* Asked again with the next alert. */ }
}

/** @param {any} alert */
async function hear(alert) {
  if (!session) return;
  if (!mine) return know();
  if (!isNewTask(alert, session.account, mine)) return;
  const rule = isKnown(`rule.${alert.rule}`) ? t(`rule.${alert.rule}`) : t("rule");
  const self = toast(t("assignedToYou", { rule, patient: alert.patient ?? alert.device }), "info", { stays: true });
  self.querySelector("p")?.append(" ", el("a", { href: `/alerts/${alert.id}`, "data-internal": true, onclick: () => self.remove() }, t("openAlert")));
}
