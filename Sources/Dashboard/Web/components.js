// What pages are built of besides the plain elements of elements.js and the questions of dialog.js. The styles are in app.css.
import { el, setAttribute, setText } from "./elements.js";
import { icon } from "./icons.js";
import { span, t } from "./strings.js";

/** How long a toast stays that says that something was done, in ms; one that says that something failed stays until it is closed. */
const toastTime = 6000;
/** Age from which a value of a running measurement counts as old, in ms: the server says no-data after 4 s. */
const oldAge = 4000;

/** The page's two voices: one waits for the screen reader to finish, one does not. @type {Map<string, HTMLElement>} */
const voices = new Map();

/**
 * Says something to a screen reader that is not written where it is read now. Say what changed, once, in a sentence.
 * @param {string} text
 * @param {{isUrgent?: boolean}} [options] urgent: at once, in the middle of a word; for what cannot wait
 */
export function announce(text, { isUrgent = false } = {}) {
  const name = isUrgent ? "alert" : "status";
  let voice = voices.get(name);
  if (!voice) {
    voice = el("div", { class: "visually-hidden", role: name, "data-testid": `voice-${name}` });
    document.body.append(voice);
    voices.set(name, voice);
  }
  voice.textContent = text;
}

/**
 * Says briefly what was done (`good`), what failed (`bad`), or anything else (`info`).
 * @param {string} text
 * @param {"good" | "bad" | "info"} [kind]
 * @param {{stays?: boolean}} [options] stays: until it is closed
 */
export function toast(text, kind = "good", { stays = kind === "bad" } = {}) {
  let list = document.querySelector(".toasts");
  if (!list) document.body.append(list = el("div", { class: "toasts", role: "region", "aria-label": t("messages") }));
  const self = el("div", { class: "toast", "data-kind": kind, "data-testid": "toast", role: kind === "bad" ? "alert" : "status" },
    icon(kind === "good" ? "seen" : kind === "bad" ? "high" : "low"), el("p", {}, text),
    el("button", { class: "button quiet small", "aria-label": t("close"), onclick: () => self.remove() }, icon("close")));
  list.append(self);
  if (!stays) {
    // Not under a hand or an eye that is on it.
    const end = () => self.matches(":hover, :focus-within") ? setTimeout(end, toastTime) : self.remove();
    setTimeout(end, toastTime);
  }
  return self;
}

/**
 * Tabs with their panels: one stop of the Tab key, arrows, Home and End between them.
 * @param {string} label
 * @param {{id: string, title: string, show: (panel: HTMLElement) => (void | (() => void))}[]} items `show` fills the panel when it is opened and may return what ends it
 * @param {{chosen?: string, changed?: (id: string) => void}} [options]
 * @returns {{element: HTMLElement, choose: (id: string) => void, end: () => void}}
 */
export function tabs(label, items, { chosen = items[0].id, changed = () => {} } = {}) {
  let end = () => {};
  let current = "";
  const panel = el("div", { role: "tabpanel", tabindex: "0", id: `panel-${items[0].id}` });
  const buttons = items.map(({ id, title }) => el("button", {
    role: "tab", type: "button", id: `tab-${id}`, "data-testid": `tab-${id}`, "aria-controls": panel.id, onclick: () => choose(id),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      const place = items.findIndex((one) => one.id === id);
      const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: items.length - 1 }[event.key];
      if (next === undefined) return;
      event.preventDefault();
      const other = (next + items.length) % items.length;
      choose(items[other].id);
      buttons[other].focus();
    },
  }, title));
  /** @param {string} id */
  function choose(id) {
    if (id === current || !items.some((one) => one.id === id)) return;
    const isFirst = current === "";
    current = id;
    end();
    items.forEach((one, index) => {
      buttons[index].setAttribute("aria-selected", String(one.id === id));
      buttons[index].tabIndex = one.id === id ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", `tab-${id}`);
    panel.replaceChildren();
    end = items.find((one) => one.id === id)?.show(panel) ?? (() => {});
    if (!isFirst) changed(id);
  }
  choose(items.some((one) => one.id === chosen) ? chosen : items[0].id);
  return { element: el("div", { class: "tabs" }, el("div", { class: "tab-list", role: "tablist", "aria-label": label }, ...buttons), panel), choose, end: () => end() };
}

/**
 * One choice of few, each seen.
 * @param {string} label
 * @param {{value: string, title: string}[]} options
 * @param {string} chosen
 * @param {(value: string) => void} changed
 */
export function segmented(label, options, chosen, changed) {
  const name = `choice-${++choices}`;
  return el("fieldset", { class: "segmented" }, el("legend", {}, label), ...options.map(({ value, title }) => el("label", {},
    el("input", { type: "radio", name, value, checked: value === chosen, "data-focus-elsewhere": true, "data-testid": `choice-${value}`, onchange: () => changed(value) }), title)));
}
let choices = 0;

/** A word that carries a meaning, with its shape. @param {"good" | "warn" | "bad" | "info" | "quiet"} kind @param {string} text @param {string} [shape] an icon's name */
export function badge(kind, text, shape = { good: "seen", warn: "medium", bad: "high", info: "low", quiet: "no-device" }[kind]) {
  return el("span", { class: "badge", "data-kind": kind }, icon(shape), text);
}

/** Content that is on its way. @param {number} [lines] */
export function skeleton(lines = 3) {
  return el("div", { class: "skeleton", role: "status", "data-testid": "skeleton" }, el("span", { class: "visually-hidden" }, t("loading")),
    ...Array.from({ length: lines }, () => el("div", { class: "skeleton-line", "aria-hidden": "true" })));
}

/** How old a value is, beside it: `3 s ago`. Call it with each tick; nothing for a value that was never measured. @param {HTMLElement} element @param {number | null} ms */
export function showAge(element, ms) {
  element.classList.add("age");
  setText(element, ms === null ? "" : t("ago", { span: span(ms) }));
  setAttribute(element, "data-old", String(ms !== null && ms > oldAge));
}
