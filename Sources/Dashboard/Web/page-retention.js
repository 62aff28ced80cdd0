// How long data are kept, what goes next, what is held, and what was deleted: administrators decide, auditors read.
import { call, session } from "./api.js";
import { badge, skeleton, toast } from "./components.js";
import { ask, field, problemText } from "./dialog.js";
import { el, notice, table } from "./elements.js";
import { number, dateTime, t } from "./strings.js";

/** Looks ahead, in days. */
const horizons = [7, 30, 90, 365];
const mayChange = () => session?.role === "administrator";
const dayMs = 86_400_000;

/** @param {HTMLElement} main @returns {() => void} what ends the page */
export function showRetention(main) {
  let isOver = false;
  const policy = card("retentionPolicy"), plan = card("retentionNext"), holds = card("retentionHolds"), record = card("retentionRecord");
  main.append(el("div", { class: "page-head" }, el("h1", {}, t("retention")), el("p", { class: "summary" }, t("retentionSummary"))),
    ...[policy, plan, holds, record].map((one) => one.self));
  const places = [policy.body, holds.body, record.body];
  for (const place of places) place.replaceChildren(skeleton(3));

  async function load() {
    try {
      const view = await call("showRetention");
      if (isOver) return;
      policy.body.replaceChildren(...policyPart(view, reload));
      holds.body.replaceChildren(...holdsPart(view, reload));
      record.body.replaceChildren(...recordPart(view));
    } catch (problem) {
      if (!isOver) for (const place of places) place.replaceChildren(notice(problemText(problem), "", el("button", { class: "button", onclick: reload }, t("tryAgain"))));
    }
  }
  const next = planPart(plan.body, () => isOver);
  function reload() {
    load();
    next();
  }
  reload();
  return () => { isOver = true; };
}

/** @param {string} key */
function card(key) {
  const body = el("div", { class: "retention-part" });
  return { body, self: el("section", { class: "card wide", "data-testid": key }, el("h2", {}, t(key)), body) };
}

/** @param {string} kind */
const kindName = (kind) => t(`kind.${kind}`);
/** @param {number | null | undefined} days */
const daysText = (days) => days === null || days === undefined ? t("noException") : t("retentionDays", { count: days });
/** Who did it, in words. @param {string} name */
const who = (name) => name === "operator" ? t("retentionConsole") : name === "setting" ? t("retentionSetting") : name === "svc.retention" ? t("retentionService") : name;

/** @param {number} count of bytes */
function size(count) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) {
    count /= 1000;
    unit += 1;
  }
  return `${number(count, unit === 0 ? 0 : 1, 0)} ${units[unit]}`;
}

// The policy

/** @param {any} view @param {() => void} done */
function policyPart(view, done) {
  const pending = (/** @type {string} */ kind) => view.changes.find((/** @type {any} */ one) => one.isPending && !one.patient && one.kind === kind);
  const rows = view.kinds.map((/** @type {any} */ one) => {
    const change = pending(one.kind);
    return [kindName(one.kind), el("span", { "data-testid": `days-${one.kind}` }, daysText(one.days)),
      change ? badge("warn", t("countsFrom", { days: daysText(change.to), time: dateTime(change.countsMs), account: who(change.by) })) : t("noPending"), t(`kindText.${one.kind}`)];
  });
  return [el("p", { class: "quiet" }, t("retentionGrace", { count: view.graceDays })),
    table(t("retentionPolicy"), [t("retentionKind"), t("keptFor"), t("pendingChange"), t("whatItIs")], rows, "retention-policy"),
    mayChange() && policyForm(view, done), el("h3", {}, t("exceptions")),
    view.exceptions.length === 0 ? el("p", { class: "quiet" }, t("noExceptions")) : exceptionTable(view, done),
    mayChange() && exceptionForm(view, done)].filter((one) => one !== false);
}

/** @param {any} view @param {() => void} done */
function policyForm(view, done) {
  const fields = view.kinds.map((/** @type {any} */ one) => ({
    ...one, ...field(kindName(one.kind), { type: "number", required: true, min: view.lowestDays, max: view.highestDays, step: "1", value: one.target, "data-testid": `new-days-${one.kind}` }),
  }));
  const problem = el("p", { class: "form-problem", role: "alert", "data-testid": "policy-problem" });
  return el("form", {
    class: "inline-form", "data-testid": "policy-form",
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      const changes = fields.map((/** @type {any} */ one) => ({ kind: one.kind, from: one.target, to: Number(one.input.value), days: one.days })).filter((/** @type {any} */ one) => one.from !== one.to);
      propose(view, undefined, changes, problem, done);
    },
  }, el("h3", {}, t("changePolicy")), ...fields.map((/** @type {any} */ one) => one.label), el("button", { class: "button", type: "submit", "data-testid": "policy-preview" }, t("seeWhatGoes")), problem);
}

/**
 * Shows what a change would delete, and makes it when the person agrees: one that keeps less only when its number is typed again.
 * @param {any} view @param {string | undefined} patient @param {{kind: string, from: number | null, to: number | null, days: number | null}[]} changes @param {HTMLElement} problem @param {() => void} done
 */
async function propose(view, patient, changes, problem, done) {
  problem.textContent = "";
  if (changes.length === 0) {
    problem.textContent = t("problem.nothing-to-change");
    return;
  }
  const body = { patient, changes: changes.map(({ kind, from, to }) => ({ kind, from, to })) };
  let preview;
  try {
    preview = await call("previewRetention", {}, body);
  } catch (failure) {
    problem.textContent = problemText(failure);
    return;
  }
  const less = changes.find((one) => (one.to ?? 0) < (one.days ?? 0));
  const word = String(less?.to ?? 0);
  const again = field(t("typeDaysAgain", { days: word }), { required: true, autocomplete: "off", inputmode: "numeric", pattern: word, "data-testid": "confirm-days" });
  const goes = [...preview.now, ...preview.later];
  const answer = await ask({
    title: changes.map((one) => t("changeOne", { kind: kindName(one.kind), from: daysText(one.from), to: daysText(one.to) })).join(" · "),
    text: less ? t("keepsLess", { count: view.graceDays, time: dateTime(view.nowMs + view.graceDays * dayMs) }) : t("keepsMore"),
    fields: [preview.areHoldsKnown ? goes.length > 0 ? lines(t("wouldGo"), goes, "preview-lines") : el("p", { "data-testid": "preview-nothing" }, t("nothingGoes")) : el("p", { class: "warning" }, t("holdsUnknown")),
      ...(less ? [again.label] : [])],
    action: t("changePolicy"), isDangerous: less !== undefined, send: () => call("changeRetention", {}, body),
  });
  if (answer === null) return;
  toast(t("policyChanged"));
  done();
}

/** @param {any} view @param {() => void} done */
function exceptionTable(view, done) {
  return table(t("exceptions"), [t("patient"), t("retentionKind"), t("keptFor"), t("state"), ""], view.exceptions.map((/** @type {any} */ one) => [
    el("code", {}, one.patient), kindName(one.kind), daysText(one.days), one.target === null || one.target === undefined ? badge("warn", t("exceptionEnds")) : badge("good", t("inForceNow")),
    mayChange() && one.target !== null && one.target !== undefined ? el("button", {
      class: "button quiet small", "data-testid": `end-exception-${one.patient}-${one.kind}`, "aria-label": t("endExceptionOf", { patient: one.patient, kind: kindName(one.kind) }),
      onclick: (/** @type {Event} */ event) => propose(view, one.patient, [{ kind: one.kind, from: one.target, to: null, days: one.days }], problemBeside(event), done),
    }, t("endException")) : ""]), "retention-exceptions");
}

/** A place for what went wrong, behind the button that was pressed. @param {Event} event */
function problemBeside(event) {
  const place = el("p", { class: "form-problem", role: "alert" });
  /** @type {HTMLElement} */ (event.currentTarget).after(place);
  return place;
}

/** @param {any} view @param {() => void} done */
function exceptionForm(view, done) {
  const patient = field(t("patient"), { required: true, pattern: "P-[A-Z2-9]{4,12}", autocomplete: "off", spellcheck: "false", placeholder: "P-…", "data-testid": "exception-patient" });
  const kind = choice(t("retentionKind"), view.kinds.map((/** @type {any} */ one) => [one.kind, kindName(one.kind)]), "exception-kind");
  const days = field(t("daysField"), { type: "number", required: true, min: view.lowestDays, max: view.highestDays, step: "1", "data-testid": "exception-days" });
  const problem = el("p", { class: "form-problem", role: "alert", "data-testid": "exception-problem" });
  return el("form", {
    class: "inline-form",
    onsubmit: (/** @type {Event} */ event) => {
      event.preventDefault();
      const standing = view.exceptions.find((/** @type {any} */ one) => one.patient === patient.input.value && one.kind === kind.select.value);
      propose(view, patient.input.value, [{ kind: kind.select.value, from: standing?.target ?? null, to: Number(days.input.value), days: standing?.days ?? null }], problem, done);
    },
  }, el("h3", {}, t("addException")), patient.label, kind.label, days.label, el("button", { class: "button", type: "submit", "data-testid": "exception-add" }, t("seeWhatGoes")), problem);
}

/** A labelled choice. @param {string} label @param {string[][]} options @param {string} testID */
function choice(label, options, testID) {
  const select = /** @type {HTMLSelectElement} */ (el("select", { "data-testid": testID }, ...options.map(([value, title]) => el("option", { value }, title))));
  return { select, label: el("label", { class: "field" }, el("span", {}, label), select) };
}

// What goes next

/** @param {HTMLElement} place @param {() => boolean} isOver @returns {() => void} what looks again */
function planPart(place, isOver) {
  const ahead = choice(t("lookAhead"), horizons.map((days) => [String(days), t("retentionDays", { count: days })]), "plan-days");
  ahead.select.value = "30";
  const list = el("div", { role: "status" });
  place.replaceChildren(el("div", { class: "inline-form retention-ahead" }, ahead.label), list);
  let asked = 0;
  async function look() {
    const mine = ++asked;
    list.replaceChildren(skeleton(2));
    try {
      const plan = await call("planRetention", { days: ahead.select.value });
      if (isOver() || mine !== asked) return;
      if (!plan.areHoldsKnown) return list.replaceChildren(notice(t("holdsUnknown"), t("holdsUnknownText"), el("button", { class: "button", onclick: look }, t("tryAgain"))));
      const parts = [];
      if (plan.now.length > 0) parts.push(el("h3", {}, t("goesNow")), lines(t("goesNow"), plan.now, "plan-now"));
      if (plan.later.length > 0) parts.push(el("h3", {}, t("goesLater", { count: plan.days })), lines(t("goesLater", { count: plan.days }), plan.later, "plan-later"));
      if (plan.refusedNow + plan.refusedLater > 0) parts.push(el("p", { "data-testid": "plan-refused" }, t("refusedGo", { now: number(plan.refusedNow), later: number(plan.refusedLater), count: plan.days })));
      if (parts.length === 0) parts.push(el("p", { "data-testid": "plan-nothing" }, t("nothingGoesIn", { count: plan.days })));
      const reasons = Object.entries(plan.stays);
      if (reasons.length > 0) parts.push(el("p", { "data-testid": "plan-stays" }, t("staysBecause", { reasons: stays(plan.stays) })));
      list.replaceChildren(...parts);
    } catch (problem) {
      if (!isOver() && mine === asked) list.replaceChildren(notice(problemText(problem), "", el("button", { class: "button", onclick: look }, t("tryAgain"))));
    }
  }
  ahead.select.addEventListener("change", look);
  return look;
}

/** @param {string} caption @param {any[]} items @param {string} testID */
function lines(caption, items, testID) {
  return table(caption, [t("retentionKind"), t("device"), t("patient"), t("sessionsCount"), t("rowsCount"), t("sizeAbout")], items.map((one) => [
    kindName(one.kind), el("code", {}, one.device), one.patients.length > 0 ? el("code", {}, one.patients.join(", ")) : t("unknownPatient"),
    number(one.sessions), number(one.rows), one.bytes > 0 ? size(one.bytes) : "–"]), testID);
}

/** Why sessions stay, in words. @param {Record<string, number>} reasons */
function stays(reasons) {
  return Object.entries(reasons).sort().map(([reason, count]) => {
    if (reason.startsWith("hold-")) return t("stay.hold", { hold: reason.slice(5), count });
    if (reason.startsWith("exception-")) return t("stay.exception", { patient: reason.slice(10), count });
    return t(`stay.${reason}`, { count });
  }).join("; ");
}

// Holds

/** @param {any} view @param {() => void} done */
function holdsPart(view, done) {
  const active = view.holds.filter((/** @type {any} */ one) => !one.releasedMs), over = view.holds.filter((/** @type {any} */ one) => one.releasedMs);
  const subject = (/** @type {any} */ one) => one.patient ? el("code", {}, one.patient) : el("span", {}, el("code", {}, one.device), ` ${range(one)}`);
  const vault = view.heldInVault === null || view.heldInVault === undefined ? el("p", { class: "warning", "data-testid": "vault-holds" }, t("holdsUnknownText"))
    : el("p", { "data-testid": "vault-holds" }, view.heldInVault.length === 0 ? t("noVaultHolds") : t("vaultHolds", { devices: view.heldInVault.join(", ") }));
  return [el("p", { class: "quiet" }, t("holdsText")),
    active.length === 0 ? el("p", { "data-testid": "no-holds" }, t("noHolds")) : table(t("retentionHolds"), [t("holdNumber"), t("heldWhat"), t("reason"), t("placedBy"), t("placedAt"), ""], active.map((/** @type {any} */ one) => [
      String(one.hold), subject(one), el("span", { class: "prose" }, one.reason), who(one.by), dateTime(one.atMs), mayChange() ? releaseButton(one, done) : ""]), "holds"),
    vault, mayChange() && el("div", { class: "actions" }, el("button", { class: "button", "data-testid": "place-hold", onclick: () => placeHold(done) }, t("placeHold"))),
    over.length > 0 && el("details", { "data-testid": "released-holds" }, el("summary", {}, t("releasedHolds", { count: over.length })), table(t("releasedHolds", { count: over.length }), [t("holdNumber"), t("heldWhat"), t("reason"), t("placedBy"), t("releasedBy"), t("releaseReason")], over.map((/** @type {any} */ one) => [
      String(one.hold), subject(one), el("span", { class: "prose" }, one.reason), `${who(one.by)}, ${dateTime(one.atMs)}`, `${who(one.releasedBy)}, ${dateTime(one.releasedMs)}`, el("span", { class: "prose" }, one.releaseReason)]), "holds-over")),
  ].filter((one) => one !== false);
}

/** @param {any} hold */
function range(hold) {
  if (!hold.fromMs && !hold.untilMs) return t("allTime");
  return t("timeRange", { from: hold.fromMs ? dateTime(hold.fromMs) : "…", until: hold.untilMs ? dateTime(hold.untilMs) : "…" });
}

/** @param {any} hold @param {() => void} done */
function releaseButton(hold, done) {
  if (hold.by === session?.account) return el("span", { class: "prose second-person" }, t("youPlacedIt"));
  return el("button", {
    class: "button quiet small", "data-testid": `release-hold-${hold.hold}`, "aria-label": t("releaseHoldOf", { hold: hold.hold }),
    onclick: async () => {
      const why = field(t("reason"), { required: true, maxlength: "200", autocomplete: "off", pattern: ".*\\S.*", "data-testid": "dialog-reason" });
      const answer = await ask({ title: t("releaseHoldOf", { hold: hold.hold }), text: t("releaseRetentionText"), fields: [why.label], action: t("releaseRetention"), isDangerous: true, send: () => call("releaseRetentionHold", { hold: hold.hold }, { reason: why.input.value.trim() }) });
      if (answer === null) return;
      toast(t("holdReleased"));
      done();
    },
  }, t("releaseRetention"));
}

/** @param {() => void} done */
async function placeHold(done) {
  const kind = choice(t("heldWhat"), [["patient", t("wholePatient")], ["device", t("deviceRange")]], "hold-kind");
  const patient = field(t("patient"), { pattern: "P-[A-Z2-9]{4,12}", required: true, autocomplete: "off", spellcheck: "false", placeholder: "P-…", "data-testid": "hold-patient" });
  const device = field(t("device"), { pattern: "[a-z0-9][a-z0-9-]{1,30}[a-z0-9]", autocomplete: "off", spellcheck: "false", "data-testid": "hold-device" });
  const from = field(t("fromOptional"), { type: "datetime-local", "data-testid": "hold-from" }), until = field(t("untilOptional"), { type: "datetime-local", "data-testid": "hold-until" });
  const why = field(t("reasonReference"), { required: true, maxlength: "200", autocomplete: "off", pattern: ".*\\S.*", "data-testid": "dialog-reason" });
  const ofDevice = [device, from, until];
  const show = () => {
    const isPatient = kind.select.value === "patient";
    patient.label.hidden = !isPatient;
    patient.input.required = isPatient;
    device.input.required = !isPatient;
    // A hidden field that is filled in wrongly would hold the form back without a word.
    for (const one of isPatient ? ofDevice : [patient]) one.input.value = "";
    for (const one of ofDevice) one.label.hidden = isPatient;
  };
  kind.select.addEventListener("change", show);
  show();
  const ms = (/** @type {HTMLInputElement} */ input) => input.value ? new Date(input.value).getTime() : undefined;
  const answer = await ask({
    title: t("placeHold"), text: t("placeHoldText"), fields: [kind.label, patient.label, device.label, from.label, until.label, why.label], action: t("placeHold"),
    send: () => call("placeRetentionHold", {}, kind.select.value === "patient" ? { patient: patient.input.value, reason: why.input.value.trim() }
      : { device: device.input.value, fromMs: ms(from.input), untilMs: ms(until.input), reason: why.input.value.trim() }),
  });
  if (answer === null) return;
  toast(t("holdPlaced", { hold: answer.hold }));
  done();
}

// The record

/** @param {any} view */
function recordPart(view) {
  const doubtful = view.runs[0]?.outcome === "clock-doubtful";
  return [el("p", { class: "quiet" }, t("recordText")),
    doubtful && el("p", { class: "warning", "data-testid": "clock-doubtful" }, t("clockDoubtfulText")),
    view.runs.length === 0 ? el("p", { "data-testid": "no-runs" }, t("noRuns")) : table(t("rounds"), [t("round"), t("time"), t("placedBy"), t("roundOutcome"), t("deleted"), t("stayed")], view.runs.map((/** @type {any} */ one) => [
      String(one.run), dateTime(one.startedMs), who(one.by), outcome(one), one.deleted.length === 0 ? t("nothingDeleted") : one.deleted.map((/** @type {any} */ sum) => t("deletedSum", { kind: kindName(sum.kind), rows: number(sum.rows), size: size(sum.bytes), devices: sum.devices.join(", ") })).join("; "),
      Object.keys(one.stays).length === 0 ? "–" : stays(one.stays)]), "runs"),
    el("h3", {}, t("policyHistory")),
    view.changes.length === 0 ? el("p", { class: "quiet" }, t("noChanges")) : table(t("policyHistory"), [t("time"), t("placedBy"), t("retentionKind"), t("patient"), t("changedFrom"), t("changedTo"), t("countsAt")], view.changes.map((/** @type {any} */ one) => [
      dateTime(one.atMs), who(one.by), kindName(one.kind), one.patient ? el("code", {}, one.patient) : t("everybody"), daysText(one.from), daysText(one.to),
      one.isPending ? badge("warn", dateTime(one.countsMs)) : dateTime(one.countsMs)]), "changes"),
  ].filter((one) => one !== false);
}

/** @param {any} run */
function outcome(run) {
  if (!run.outcome) return badge("warn", t("roundOutcome.unended"));
  return badge(run.outcome === "done" ? "good" : run.outcome === "stopped" ? "quiet" : "bad", t(`roundOutcome.${run.outcome}`));
}
