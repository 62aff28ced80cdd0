// Questions before anything is done that others have to live with.
import { Problem } from "./api.js";
import { el, setText } from "./elements.js";
import { isKnown, t } from "./strings.js";

/** What went wrong, in words: ours for what happens often, the server's sentence for the rest. @param {unknown} problem */
export function problemText(problem) {
  if (!(problem instanceof Problem)) return t("failed", { code: "page" });
  if (isKnown(`problem.${problem.code}`)) return t(`problem.${problem.code}`);
  return problem.reason ? t("refusedBecause", { reason: problem.reason }) : t("failed", { code: problem.code });
}

/** A labelled input. @param {string} label @param {Record<string, any>} properties */
export function field(label, properties) {
  const input = /** @type {HTMLInputElement} */ (el("input", properties));
  return { input, label: el("label", { class: "field" }, el("span", {}, label), input) };
}

/** The question why. */
export function reasonField() {
  return field(t("reason"), { required: true, maxlength: "200", autocomplete: "off", pattern: ".*\\S.*", "data-testid": "dialog-reason" });
}

/**
 * Asks, and does it when the person agrees. What is refused is said in the dialog, which stays.
 * @param {{title: string, text: string, fields?: HTMLElement[], action: string, isDangerous?: boolean, send: () => Promise<any>}} question
 * @returns {Promise<any>} the server's answer or true; null when the person left it
 */
export function ask({ title, text, fields = [], action, isDangerous = false, send }) {
  return new Promise((resolve) => {
    let answer = null;
    const problem = el("p", { class: "form-problem", role: "alert", "data-testid": "dialog-problem" });
    const confirm = /** @type {HTMLButtonElement} */ (el("button", { class: isDangerous ? "button danger" : "button", type: "submit", "data-testid": "dialog-confirm" }, action));
    const form = el("form", {
      class: "dialog-form",
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        confirm.disabled = true;
        setText(problem, "");
        try {
          answer = await send() ?? true;
          dialog.close();
        } catch (failure) {
          setText(problem, problemText(failure));
        } finally {
          confirm.disabled = false;
        }
      },
    }, el("h2", { id: "dialog-title" }, title), el("p", {}, text), ...fields, problem,
    el("div", { class: "dialog-actions" }, el("button", { class: "button quiet", type: "button", "data-testid": "dialog-cancel", onclick: () => dialog.close() }, t("cancel")), confirm));
    const dialog = open(form, isDangerous);
    dialog.addEventListener("close", () => resolve(answer));
  });
}

/** Shows something until it is closed. @param {string} title @param {...(Node | string | false)} children */
export function show(title, ...children) {
  const dialog = open(el("div", { class: "dialog-form" }, el("h2", { id: "dialog-title" }, title), ...children,
    el("div", { class: "dialog-actions" }, el("button", { class: "button", type: "button", "data-testid": "dialog-close", onclick: () => dialog.close() }, t("close")))), false);
  return new Promise((resolve) => dialog.addEventListener("close", resolve));
}

/** @param {HTMLElement} content @param {boolean} isDangerous */
function open(content, isDangerous) {
  const dialog = /** @type {HTMLDialogElement} */ (el("dialog", { class: isDangerous ? "dialog dangerous" : "dialog", "aria-labelledby": "dialog-title", "data-testid": "dialog" }, content));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Hands a text to the browser as a file. @param {string} name @param {string} text @param {string} [type] */
export function download(name, text, type = "application/json") {
  const address = URL.createObjectURL(new Blob([text], { type }));
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
