// The vault's audit log: whether it is whole, and what it says.
import { call } from "./api.js";
import { csv } from "./csv.js";
import { download } from "./dialog.js";
import { el, setText, table } from "./elements.js";
import { card, failure, moment, prose } from "./keys.js";
import { icon } from "./icons.js";
import { isKnown, number, t } from "./strings.js";

/** Entries that the vault gives at a time. */
const pageSize = 1000;

/** @param {HTMLElement} main */
export function showAudit(main) {
  let isOver = false;
  /** Newest first. @type {any[]} */
  let entries = [];
  const verdict = el("p", { class: "verdict", role: "status", "data-testid": "audit-verdict" }, t("verifying"));
  const words = el("input", { type: "search", placeholder: t("filterText"), "aria-label": t("filterText"), "data-testid": "audit-filter", oninput: draw });
  const outcome = el("select", { "aria-label": t("outcome"), "data-testid": "audit-outcome", onchange: draw },
    ...["", "done", "refused"].map((one) => el("option", { value: one }, t(one ? `outcome.${one}` : "everyOutcome"))));
  const count = el("p", { class: "quiet", role: "status", "data-testid": "audit-count" });
  const list = el("div", {}, el("p", { class: "quiet" }, t("loading")));
  const earlier = el("button", { class: "button quiet", hidden: true, "data-testid": "audit-earlier", onclick: () => load(Math.max(1, entries.at(-1).sequence - pageSize)) }, t("earlier"));
  main.append(el("div", { class: "page-head" }, el("h1", {}, t("auditLog")), verdict), card(t("entries"), el("div", { class: "filters" }, words, outcome, count, el("button", { class: "button quiet", "data-testid": "audit-csv", onclick: report }, t("downloadCSV"))), list, earlier));

  /** What the filter lets through. */
  function selected() {
    const wanted = /** @type {HTMLInputElement} */ (words).value.trim().toLowerCase(), kind = /** @type {HTMLSelectElement} */ (outcome).value;
    return entries.filter((one) => (!kind || one.outcome === kind)
      && (!wanted || [one.actor, one.action, one.object, one.purpose, one.reason].some((text) => text.toLowerCase().includes(wanted))));
  }

  /** The shown entries as a file, with what the verification said in its name. */
  function report() {
    const whole = verdict.dataset.whole === "true" ? "verified" : verdict.dataset.whole === "false" ? "not-whole" : "not-verified";
    download(`audit-${new Date().toISOString().slice(0, 10)}-${whole}.csv`, csv(["sequence", "time", "actor", "action", "outcome", "object", "purpose", "reason"],
      selected().map((one) => [one.sequence, new Date(one.time / 1000).toISOString(), one.actor, one.action, one.outcome, one.object, one.purpose, one.reason])), "text/csv");
  }

  function draw() {
    const shown = selected();
    setText(count, t("entriesShown", { shown: number(shown.length), loaded: number(entries.length) }));
    earlier.hidden = entries.length === 0 || entries.at(-1).sequence <= 1;
    list.replaceChildren(table(t("auditLog"), [t("number"), t("time"), t("actor"), t("action"), t("outcome"), t("object"), t("purpose"), t("reason")],
      shown.map((one) => [number(one.sequence), moment(one.time), one.actor, el("code", {}, one.action),
        el("span", { class: "outcome", "data-outcome": one.outcome }, isKnown(`outcome.${one.outcome}`) ? t(`outcome.${one.outcome}`) : one.outcome), el("code", {}, one.object), one.purpose, prose(one.reason)]), "audit"));
  }

  /** @param {number} [from] the first entry wanted; the latest ones without it */
  async function load(from) {
    try {
      const first = from ?? Math.max(1, (await call("showKeyReport")).auditEntries - pageSize + 2);
      const page = await call("listAudit", { from: first });
      if (isOver) return;
      const oldest = entries.at(-1)?.sequence ?? Infinity;
      entries = entries.concat(page.filter((/** @type {any} */ one) => one.sequence < oldest).reverse());
      draw();
    } catch (problem) {
      if (!isOver) list.replaceChildren(failure(problem, () => load(from)));
    }
  }

  async function verify() {
    try {
      const answer = await call("verifyAudit");
      if (isOver) return;
      verdict.dataset.whole = String(answer.isWhole);
      verdict.replaceChildren(icon(answer.isWhole ? "seen" : "high"),
        answer.isWhole ? t("verified", { count: number(answer.count), head: answer.head.slice(0, 16) }) : t("notWhole", { finding: answer.finding }));
    } catch {
      if (!isOver) setText(verdict, t("notVerified"));
    }
  }

  load();
  verify();
  return () => { isOver = true; };
}
