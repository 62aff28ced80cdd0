// Fields of the plan that say what is wrong with what was written into them.
import { el, setText } from "./elements.js";
import { number, t } from "./strings.js";

/** @typedef {{element: HTMLInputElement | HTMLSelectElement, label: HTMLElement, check: () => string, said?: HTMLElement}} Field */

let count = 0;

/**
 * A labelled input with a place for what is wrong with it.
 * @param {string} label @param {Record<string, any>} properties
 * @param {(text: string) => string} [own] says what is wrong with a text beyond what its type and its limits say; nothing for nothing
 */
export function input(label, properties, own = () => "") {
  const id = `field-problem-${++count}`;
  const element = /** @type {HTMLInputElement} */ (el("input", properties));
  const said = el("span", { class: "field-problem", id });
  const field = {
    element, said, label: el("label", { class: "field" }, el("span", {}, label), element, said),
    check: () => element.disabled ? "" : wrong(element) || (element.value.trim() === "" ? "" : own(element.value.trim())),
  };
  element.addEventListener("input", () => { if (element.hasAttribute("aria-invalid")) refuse(field, field.check()); });
  return field;
}

/** What the input itself says, in the page's language. @param {HTMLInputElement} element */
function wrong(element) {
  const { validity, min, max } = element;
  if (validity.badInput) return t(element.type === "time" ? "fieldTime" : "fieldNumber");
  if (element.required && element.value.trim() === "" || element.type === "time" && element.value === "") return t("fieldMissing");
  if (validity.rangeUnderflow || validity.rangeOverflow) return max ? t("fieldRange", { least: number(Number(min)), most: number(Number(max)) }) : t("fieldLeast", { least: number(Number(min)) });
  return validity.stepMismatch ? t("fieldWhole") : "";
}

/** Says at a field what is wrong with it; nothing takes it back. @param {Field} field @param {string} words */
export function refuse(field, words) {
  const { element, said } = field;
  if (!said) return;
  setText(said, words);
  if (words) {
    element.setAttribute("aria-invalid", "true");
    element.setAttribute("aria-describedby", said.id);
  } else {
    element.removeAttribute("aria-invalid");
    element.removeAttribute("aria-describedby");
  }
}

/** Looks at all fields; each says what is wrong with it. @param {Field[]} fields @returns {Field | undefined} the first of those */
export function firstRefused(fields) {
  return fields.filter((field) => {
    const words = field.check();
    refuse(field, words);
    return words !== "";
  })[0];
}
