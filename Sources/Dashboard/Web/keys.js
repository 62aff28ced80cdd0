// What the pages about keys have in common.
import { Problem, request, session } from "./api.js";
import { ask, problemText, reasonField } from "./dialog.js";
import { el, notice } from "./elements.js";
import { icon } from "./icons.js";
import { compact, dateTime, number, t } from "./strings.js";

/** Whether who is signed in may change anything about keys. The server decides; this only spares buttons that would be refused. */
export const mayChange = () => session?.role === "administrator";

/** A time of the vault's, which counts microseconds. @param {number | undefined | null} time */
export const moment = (time) => time ? dateTime(time / 1000) : t("nobody");

/** `alice` of `dashboard:alice` and of `person:alice`, as the vault takes persons. @param {string} actor */
export const personOf = (actor) => actor.replace(/^(dashboard|person):/, "");

/** Whether that is who is signed in. @param {string} actor */
export const isMe = (actor) => personOf(actor) === session?.account;

/** The state of a key: shape, word, colour. @param {string} state */
export function stateBadge(state) {
  return el("span", { class: "key-state", "data-state": state }, icon(`key-${state}`), el("span", {}, t(`key.${state}`)));
}

/** Sessions or other uses, against their limit. @param {any} key */
export function usesOf(key) {
  const counted = number(key.counted);
  return key.limit ? t("usesOf", { counted, limit: compact(key.limit), of: t(`limit.${key.limitOf}`) }) : counted;
}

/** Words of somebody's own, which may be long, in a cell of a table. @param {string} text */
export const prose = (text) => el("span", { class: "prose" }, text);

/** A button that asks for a reason and sends it. Only those who may change anything get one.
 * @param {{id: string, title: string, text: string, method: string, path: string, isDangerous?: boolean, needsReason?: boolean,
 * fields?: HTMLElement[], body?: () => Record<string, any>, done: (answer: any) => void}} options */
export function actionButton({ id, title, text, method, path, isDangerous = false, needsReason = true, fields = [], body = () => ({}), done }) {
  if (!mayChange()) return "";
  return el("button", {
    class: isDangerous ? "button danger" : "button quiet", "data-testid": id,
    onclick: async () => {
      const reason = reasonField();
      const answer = await ask({
        title, text, fields: needsReason ? [...fields, reason.label] : fields, action: title, isDangerous,
        send: () => request(method, path, { ...body(), ...(needsReason ? { reason: reason.input.value.trim() } : {}) }),
      });
      if (answer === null) return;
      // The button goes with what is drawn anew: the keyboard stays on the page.
      document.getElementById("main")?.focus({ preventScroll: true });
      done(answer);
    },
  }, title);
}

/** In place of what could not be loaded. @param {unknown} problem @param {() => void} again */
export function failure(problem, again) {
  const isSealed = problem instanceof Problem && problem.code === "sealed";
  return notice(isSealed ? t("sealedTitle") : problemText(problem), isSealed ? t("sealedText") : "", el("button", { class: "button", onclick: again }, t("tryAgain")));
}

/** A card with a heading. @param {string} title @param {...(Node | string | false)} children */
export const card = (title, ...children) => el("section", { class: "card wide keys" }, el("h2", {}, title), ...children);

/** Buttons in a row. @param {...(Node | string)} children */
export const actions = (...children) => el("div", { class: "actions" }, ...children.filter((child) => child !== ""));
