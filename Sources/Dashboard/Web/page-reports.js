// Reports for those who check: a period, what was done in it, and the hash under which the vault's audit log has the report.
import { addressOf, call } from "./api.js";
import { announce } from "./components.js";
import { field, problemText } from "./dialog.js";
import { el, setText, table } from "./elements.js";
import { clockTime, date, isKnown, number, t } from "./strings.js";

/** The reports there are. */
const kinds = ["access", "keys", "audit"];
/** Days of the period that is proposed. */
const standardDays = 30;
/** A time as reports write it. */
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** @param {HTMLElement} main */
export function showReports(main) {
  let isOver = false;
  const kind = /** @type {HTMLSelectElement} */ (el("select", { "data-testid": "report-kind" }, ...kinds.map((one) => el("option", { value: one }, t(`report.${one}`)))));
  const from = field(t("reportFrom"), { type: "date", required: true, "data-testid": "report-from", value: day(Date.now() - standardDays * 86400000) });
  const until = field(t("reportUntil"), { type: "date", required: true, "data-testid": "report-until", value: day(Date.now()) });
  const account = field(t("reportAccount"), { autocomplete: "off", maxlength: "64", pattern: "[a-z0-9._\\-]*", "data-testid": "report-account" });
  const patient = field(t("reportPatient"), { autocomplete: "off", maxlength: "14", pattern: "[Pp]-[A-Za-z2-9]{4,12}", title: t("reportPatientRule"), "data-testid": "report-patient" });
  const problem = el("p", { class: "form-problem", role: "alert", "data-testid": "report-problem" });
  const button = el("button", { class: "button", type: "submit", "data-testid": "report-draw" }, t("reportDraw"));
  const result = el("div", { "data-testid": "report" });
  main.append(
    el("div", { class: "page-head" }, el("h1", {}, t("reports")), el("p", { class: "summary" }, t("reportsSummary"))),
    el("form", { class: "card wide inline-form", onsubmit: draw }, el("label", { class: "field" }, el("span", {}, t("reportKind")), kind), from.label, until.label, account.label, patient.label, button, problem),
    result);

  /** What is asked for; the last day counts as a whole. */
  function asked() {
    return {
      report: kind.value, from: Date.parse(from.input.value), until: Date.parse(until.input.value) + 86400000,
      account: account.input.value.trim() || undefined, patient: patient.input.value.trim().toUpperCase() || undefined,
    };
  }

  /** @param {Event} event */
  async function draw(event) {
    event.preventDefault();
    setText(problem, "");
    if (until.input.value < from.input.value) {
      setText(problem, t("reportBackwards"));
      return until.input.focus();
    }
    button.setAttribute("disabled", "");
    const parameters = asked();
    try {
      const report = await call("showReport", parameters);
      if (isOver) return;
      fill(result, report, parameters);
      announce(t("reportDrawn", { report: t(`report.${report.report}`) }));
    } catch (fault) {
      if (!isOver) { setText(problem, problemText(fault)); result.replaceChildren(); }
    } finally {
      button.removeAttribute("disabled");
    }
  }
  return () => { isOver = true; };
}

/** @param {number} ms */
const day = (ms) => new Date(ms).toISOString().slice(0, 10);

/** @param {HTMLElement} place @param {any} report @param {Record<string, any>} parameters */
function fill(place, report, parameters) {
  const files = ["csv", "pdf"].map((format) => el("a", {
    class: "button quiet", download: true, "data-testid": `report-${format}`, href: addressOf("showReport", { ...parameters, format })[1],
  }, t(`report.${format}`)));
  place.replaceChildren(
    el("section", { class: "card wide" }, el("h2", {}, t(`report.${report.report}`)),
      el("dl", { class: "facts" }, ...report.facts.flatMap((/** @type {any} */ fact) => [el("dt", {}, word("fact", fact.name)), el("dd", {}, shown(fact.value))])),
      el("p", { class: "small-print", "data-testid": "report-seal" }, t("reportSeal", { entry: number(report.entry) }), " ", el("code", {}, report.digest)),
      el("div", { class: "actions" }, ...files)),
    ...report.sections.map((/** @type {any} */ section) => {
      const title = t(`section.${section.code}`);
      return el("section", { class: "card wide" }, el("h2", {}, title), section.rows.length === 0
        ? el("p", { class: "quiet" }, t("reportNone"))
        : table(title, section.columns.map((/** @type {string} */ one) => word("column", one)), section.rows.map((/** @type {string[]} */ row) => row.map(shown)), `section-${section.code}`));
    }));
}

/** A word of the report in the page's language. @param {string} group @param {string} text */
function word(group, text) {
  const key = `${group}.${text.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
  return isKnown(key) ? t(key) : text;
}

/** With its date, today's too: a report is kept. @param {string} text */
const shown = (text) => instant.test(text) ? `${date(Date.parse(text))} ${clockTime(Date.parse(text))}` : text;
