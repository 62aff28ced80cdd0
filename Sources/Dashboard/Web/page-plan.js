// How a patient's alerts reach people: steps of contacts, quiet hours, budget and digest, own limits; with a preview.
import { Problem, request } from "./api.js";
import { choice } from "./alert-actions.js";
import { ruleName } from "./alert-card.js";
import { firstRefused, input, refuse as refuseField } from "./plan-fields.js";
import { problemText } from "./dialog.js";
import { el, notice, setText } from "./elements.js";
import { live } from "./live.js";
import { dateTime, isKnown, languages, number, t } from "./strings.js";

/** @typedef {import("./plan-fields.js").Field} Field */

/** @param {HTMLElement} main @param {string} name */
export function showPlan(main, name) {
  let isOver = false;
  const place = el("div", { class: "plan", "data-testid": "plan" }, el("p", { class: "quiet", role: "status" }, t("loading")));
  const title = el("h1", {});
  const entitle = () => setText(title, t("planTitle", { patient: live.name(name) ? `${live.name(name)} (${name})` : name }));
  entitle();
  main.append(el("div", { class: "page-head" }, title, el("a", { class: "button quiet", href: `/patients/${name}`, "data-internal": true }, t("backToPatient"))), place);

  async function load() {
    try {
      const loaded = await request("GET", `/api/patients/${name}/plan`);
      if (!isOver) edit(place, name, loaded, load);
    } catch (problem) {
      if (isOver) return;
      const isGone = problem instanceof Problem && problem.status === 404;
      place.replaceChildren(notice(isGone ? t("notFoundTitle") : problemText(problem), isGone ? t("notFoundText") : "", el("button", { class: "button", onclick: load }, t("tryAgain"))));
    }
  }
  load();
  live.addEventListener("tick", entitle);
  return () => {
    isOver = true;
    live.removeEventListener("tick", entitle);
  };
}

/** @param {number} minute of the day */
function clock(minute) { return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`; }
/** A text as minutes of the day; null where it is none. @param {string} text hh:mm */
function minuteIn(text) {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  return hours !== undefined && Number(hours) < 24 && Number(minutes) < 60 ? Number(hours) * 60 + Number(minutes) : null;
}

/** Whether the server would take it as a mailbox: a dot-atom and a host name. @param {string} text */
const isMailbox = (text) => /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/.test(text);

/** Whether it is the name of a time zone. @param {string} text */
function isZone(text) {
  try {
    return Boolean(new Intl.DateTimeFormat(undefined, { timeZone: text }));
  } catch {
    return false;
  }
}

/**
 * @param {HTMLElement} place @param {string} patient
 * @param {{plan: any, revision: number, updatedMs?: number, updatedBy?: string, limits: any}} loaded
 * @param {() => void} reload
 */
function edit(place, patient, loaded, reload) {
  const { plan, limits } = loaded;
  const severities = /** @type {[string, string][]} */ (["low", "medium", "high"].map((one) => [one, t(`severity.${one}`)]));

  // Steps.
  /** @type {{element: HTMLElement, wait: Field, contacts: () => {fields: Field[], address: Field}[], add: HTMLElement, read: () => any}[]} */
  let steps = [];
  const stepList = el("ol", { class: "plan-steps" });
  /** @param {any} step */
  function addStep(step) {
    /** @type {{element: HTMLElement, fields: Field[], address: Field, read: () => any}[]} */
    let contacts = [];
    const contactList = el("ul", { class: "plan-contacts" });
    /** @param {any} contact */
    const addContact = (contact) => {
      const label = input(t("contactLabel"), { value: contact.label, required: true, maxlength: "80", autocomplete: "off", "data-testid": "contact-label" });
      const kind = choice(t("contactBy"), [["mail", t("channel.mail")], ["webhook", t("channel.webhook")]], "contact-kind");
      kind.select.value = contact.webhook ? "webhook" : "mail";
      const address = input(t("contactAddress"), { value: contact.mail ?? contact.webhook ?? "", required: true, maxlength: "254", autocomplete: "off", spellcheck: "false", "data-testid": "contact-address" },
        (text) => kind.select.value === "mail" ? isMailbox(text) ? "" : t("fieldMail") : text.length <= 64 ? "" : t("fieldWebhook"));
      const language = choice(t("contactLanguage"), languages.map(({ code, name }) => [code, name]), "contact-language");
      language.select.value = contact.language ?? "en";
      // A webhook is read by a machine.
      const showLanguage = () => { language.label.hidden = kind.select.value !== "mail"; };
      kind.select.addEventListener("change", showLanguage);
      showLanguage();
      const least = choice(t("contactFrom"), severities, "contact-least");
      least.select.value = contact.atLeast;
      const entry = {
        element: el("li", {}, label.label, kind.label, address.label, least.label, language.label, el("button", {
          class: "button quiet", type: "button", "aria-label": t("removeContact", { name: contact.label }),
          onclick: () => { contacts = contacts.filter((one) => one !== entry); entry.element.remove(); },
        }, t("remove"))),
        fields: [label, address], address,
        read: () => ({ label: label.element.value.trim(), [kind.select.value]: address.element.value.trim(), atLeast: least.select.value, language: kind.select.value === "mail" ? language.select.value : undefined }),
      };
      contacts.push(entry);
      contactList.append(entry.element);
    };
    for (const contact of step.contacts) addContact(contact);
    const wait = input(t("minutesUntilNext"), { type: "number", min: "1", max: "1440", required: true, value: step.minutesUntilNext, "data-testid": "step-minutes" });
    const add = el("button", { class: "button quiet", type: "button", "data-testid": "add-contact", onclick: () => addContact({ label: "", mail: "", atLeast: "low" }) }, t("addContact"));
    const entry = {
      wait, add, contacts: () => contacts,
      element: el("li", { class: "card", "data-testid": "plan-step" }, contactList,
        el("div", { class: "actions" }, add, wait.label,
          el("button", { class: "button quiet", type: "button", onclick: () => { steps = steps.filter((one) => one !== entry); entry.element.remove(); } }, t("removeStep")))),
      read: () => ({ contacts: contacts.map((one) => one.read()), minutesUntilNext: Number(wait.element.value) }),
    };
    steps.push(entry);
    stepList.append(entry.element);
  }
  for (const step of plan.steps) addStep(step);
  const escalates = choice(t("escalatesFrom"), severities, "escalates-from");
  escalates.select.value = plan.escalatesFrom;

  // When.
  const zone = input(t("timeZone"), { value: plan.timeZone, required: true, autocomplete: "off", spellcheck: "false", "data-testid": "time-zone" }, (text) => isZone(text) ? "" : t("fieldZone"));
  const isQuiet = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", checked: Boolean(plan.quietHours), "data-testid": "has-quiet" }));
  const quietFrom = input(t("quietFrom"), { type: "time", value: clock(plan.quietHours?.fromMinute ?? 1320), "data-testid": "quiet-from" });
  const quietUntil = input(t("quietUntil"), { type: "time", value: clock(plan.quietHours?.untilMinute ?? 360), "data-testid": "quiet-until" },
    (text) => isQuiet.checked && text === quietFrom.element.value ? t("fieldQuiet") : "");
  // Hours that are not in force are not asked for.
  const showQuiet = () => { for (const one of [quietFrom, quietUntil]) one.element.disabled = !isQuiet.checked; };
  isQuiet.addEventListener("change", showQuiet);
  showQuiet();
  const budget = input(t("dailyBudget"), { type: "number", min: "0", max: "1000", value: plan.dailyBudget ?? "", placeholder: t("noBudget"), "data-testid": "daily-budget" });
  const digest = input(t("digestTimes"), { value: plan.digestMinutes.map(clock).join(", "), required: true, autocomplete: "off", "data-testid": "digest-times" }, (text) => {
    const minutes = text.split(",").map(minuteIn);
    return minutes.includes(null) || minutes.length > 8 || minutes.some((one, index) => index > 0 && Number(minutes[index - 1]) >= Number(one)) ? t("fieldDigest") : "";
  });
  const tells = choice(t("tellsResolution"), [["", t("asInstallation")], ["true", t("yes")], ["false", t("no")]], "tells-resolution");
  tells.select.value = plan.tellsResolution === undefined ? "" : String(plan.tellsResolution);

  // Own limits: empty means the installation's.
  /** @type {{path: string[], field: Field, read: () => any}[]} */
  const fields = [];
  /** @param {any} tree @param {any} own @param {string[]} path @returns {HTMLElement[]} */
  function limitFields(tree, own, path) {
    return Object.keys(tree).sort().flatMap((key) => {
      const value = tree[key], testID = `limit-${[...path, key].join(".")}`;
      const label = isKnown(`limit.${key}`) ? t(`limit.${key}`) : key;
      if (typeof value === "number") {
        const field = input(label, { type: "number", step: "any", min: "0", value: own?.[key] ?? "", placeholder: t("installationSays", { value: number(value, 3, 0) }), "data-testid": testID });
        fields.push({ path: [...path, key], field, read: () => field.element.value.trim() === "" ? undefined : Number(field.element.value) });
        return [field.label];
      }
      if (typeof value === "object") return [];
      const isSwitch = typeof value === "boolean";
      const options = isSwitch ? /** @type {[string, string][]} */ ([["true", t("yes")], ["false", t("no")]]) : severities;
      const words = options.find(([one]) => one === String(value))?.[1] ?? String(value);
      const one = choice(label, [["", t("installationSays", { value: words })], ...options], testID);
      one.select.value = own?.[key] === undefined ? "" : String(own[key]);
      const field = { element: one.select, label: one.label, check: () => "" };
      fields.push({ path: [...path, key], field, read: () => one.select.value === "" ? undefined : isSwitch ? one.select.value === "true" : one.select.value });
      return [one.label];
    });
  }
  const general = limitFields(limits, plan.limits, []);
  const groups = Object.keys(limits).filter((key) => typeof limits[key] === "object").sort().map((key) => {
    const inputs = limitFields(limits[key], plan.limits?.[key], [key]);
    const rule = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const words = isKnown(`rule.${rule}`) ? ruleName(rule) : isKnown(`limit.${key}`) ? t(`limit.${key}`) : key;
    return el("details", { open: Boolean(plan.limits?.[key]) }, el("summary", {}, words), el("div", { class: "plan-grid" }, ...inputs));
  });

  /** The plan as it stands in the form. */
  function read() {
    /** @type {any} */
    const own = {};
    for (const { path, read: value } of fields) {
      if (value() === undefined) continue;
      let at = own;
      for (const part of path.slice(0, -1)) at = at[part] ??= {};
      at[path[path.length - 1]] = value();
    }
    /** @type {any} */
    const result = {
      steps: steps.map((one) => one.read()), escalatesFrom: escalates.select.value, timeZone: zone.element.value.trim(),
      digestMinutes: digest.element.value.split(",").map((one) => minuteIn(one) ?? 0), limits: own,
    };
    if (isQuiet.checked) result.quietHours = { fromMinute: minuteIn(quietFrom.element.value) ?? 0, untilMinute: minuteIn(quietUntil.element.value) ?? 0 };
    if (budget.element.value !== "") result.dailyBudget = Number(budget.element.value);
    if (tells.select.value) result.tellsResolution = tells.select.value === "true";
    return result;
  }

  const problem = el("p", { class: "form-problem", role: "alert", "data-testid": "plan-problem" });
  const said = el("p", { class: "said", role: "status", "data-testid": "plan-said" });
  const preview = el("div", { class: "plan-preview", "aria-live": "polite", "data-testid": "plan-preview" });
  const save = /** @type {HTMLButtonElement} */ (el("button", { class: "button", type: "submit", "data-testid": "plan-save" }, t("savePlan")));
  const look = /** @type {HTMLButtonElement} */ (el("button", { class: "button quiet", type: "button", "data-testid": "plan-look", onclick: showPreview }, t("previewPlan")));

  /** Every field with what is wrong with it; the first of those gets the focus. @returns {boolean} whether all can be sent */
  function isSound() {
    const all = [...steps.flatMap((step) => [...step.contacts().flatMap((one) => one.fields), step.wait]), zone, quietFrom, quietUntil, budget, digest, ...fields.map(({ field }) => field)];
    const refused = firstRefused(all);
    const lonely = steps.find((step) => step.contacts().length === 0);
    setText(problem, refused ? t("fieldsRefused") : lonely ? t("stepLonely") : "");
    if (refused) show(refused); else lonely?.add.focus();
    return !refused && !lonely;
  }

  /** @param {Field} field */
  function show(field) {
    const group = field.element.closest("details");
    if (group) group.open = true;
    field.element.focus();
  }

  /** The field of a place that the server names. @param {string} at @returns {Field | undefined} */
  function fieldAt(at) {
    const [, step, contact] = /^steps\[(\d+)\](?:\.contacts\[(\d+)\])?$/.exec(at) ?? [];
    if (contact !== undefined) return steps[Number(step)]?.contacts()[Number(contact)]?.address;
    if (step !== undefined) return steps[Number(step)]?.wait;
    if (at.startsWith("limits.")) return fields.find(({ path }) => path.join(".") === at.slice("limits.".length))?.field;
    return /** @type {Record<string, Field>} */ ({ timeZone: zone, quietHours: quietUntil, dailyBudget: budget, digestMinutes: digest })[at];
  }

  /** @param {unknown} failure */
  function refuse(failure) {
    const isBad = failure instanceof Problem && failure.code === "bad-plan";
    setText(problem, isBad ? t("badPlan", { place: placeName(failure.reason) }) : problemText(failure));
    const field = isBad && fieldAt(failure.reason);
    if (!field) return;
    refuseField(field, t(failure.reason.startsWith("limits.") ? "fieldLimit" : "fieldRefused"));
    show(field);
  }

  async function showPreview() {
    if (!isSound()) return;
    look.disabled = true;
    setText(problem, "");
    preview.replaceChildren(el("p", { class: "quiet" }, t("previewing")));
    try {
      const answer = await request("POST", `/api/patients/${patient}/plan/preview`, { plan: read() });
      preview.replaceChildren(...previewView(answer));
    } catch (failure) {
      preview.replaceChildren();
      refuse(failure);
    } finally {
      look.disabled = false;
    }
  }

  const form = el("form", {
    // What is wrong is said at its field, in the page's language.
    novalidate: true,
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      setText(said, "");
      if (!isSound()) return;
      save.disabled = true;
      setText(problem, "");
      try {
        const stored = await request("PUT", `/api/patients/${patient}/plan`, { plan: read(), revision: loaded.revision });
        loaded.revision = stored.revision;
        setText(said, t("planSaved"));
      } catch (failure) {
        refuse(failure);
        if (failure instanceof Problem && failure.code === "plan-changed") problem.append(" ", el("button", { class: "button quiet", type: "button", "data-testid": "plan-anew", onclick: reload }, t("loadPlanAnew")));
      } finally {
        save.disabled = false;
      }
    },
  },
  el("p", { class: "quiet" }, loaded.updatedMs ? t("planPut", { account: loaded.updatedBy ?? "", time: dateTime(loaded.updatedMs) }) : t("planNone")),
  el("section", {}, el("h2", {}, t("planSteps")), el("p", { class: "small-print" }, t("planStepsText")), stepList,
    el("div", { class: "actions" }, el("button", {
      class: "button quiet", type: "button", "data-testid": "add-step",
      onclick: () => addStep({ contacts: [{ label: "", mail: "", atLeast: "low" }], minutesUntilNext: 10 }),
    }, t("addStep")), escalates.label)),
  el("section", { class: "card" }, el("h2", {}, t("planWhen")), el("p", { class: "small-print" }, t("planWhenText")),
    el("div", { class: "plan-grid" }, zone.label, el("label", { class: "check" }, isQuiet, t("quietHours")), quietFrom.label, quietUntil.label, budget.label, digest.label, tells.label)),
  el("section", { class: "card" }, el("h2", {}, t("planLimits")), el("p", { class: "small-print" }, t("planLimitsText")), el("div", { class: "plan-grid" }, ...general), ...groups),
  problem, said, el("div", { class: "actions plan-actions" }, save, look), preview);
  place.replaceChildren(form);
}

/** Where a fault is, in words. @param {string} place */
function placeName(place) {
  const [, step, contact] = /^steps\[(\d+)\](?:\.contacts\[(\d+)\])?$/.exec(place) ?? [];
  if (contact !== undefined) return t("placeContact", { step: Number(step) + 1, contact: Number(contact) + 1 });
  if (step !== undefined) return t("placeStep", { step: Number(step) + 1 });
  if (place.startsWith("limits.")) return t("placeLimit");
  return isKnown(`place.${place}`) ? t(`place.${place}`) : place;
}

/** @param {any} answer @returns {HTMLElement[]} */
function previewView(answer) {
  const { draft, present } = answer;
  /** @param {any} side @returns {HTMLElement} */
  const column = (side) => el("dl", {}, ...[
    [t("previewAlerts"), number(side.alerts)],
    ...Object.keys(side.rules).sort().map((rule) => [`– ${ruleName(rule)}`, number(side.rules[rule])]),
    [t("previewMessages"), number(side.messages)],
    ...side.receivers.map((/** @type {any} */ one) => [`– ${one.label || t("installationReceivers")}`, number(one.messages)]),
    [t("previewHeld"), number(side.held)], [t("previewEscalations"), number(side.escalations)],
  ].flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  return [
    el("h2", {}, t("previewTitle", { count: draft.alerts, hours: answer.hours })),
    el("p", { class: "small-print" }, t("previewText", { chunks: answer.findings })),
    el("div", { class: "halves" }, el("section", { class: "card" }, el("h3", {}, t("previewDraft")), column(draft)), el("section", { class: "card" }, el("h3", {}, t("previewPresent")), column(present))),
  ];
}
