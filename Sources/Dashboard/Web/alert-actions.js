// What a person does about an alert, each with the questions that it needs.
import { takeMyself } from "./alert-assigned.js";
import { request } from "./api.js";
import { ask, reasonField } from "./dialog.js";
import { el } from "./elements.js";
import { span, t } from "./strings.js";

/** Minutes that are offered to put an alert off; the server says what is too long. */
const snoozeMinutes = [15, 30, 60, 120, 240, 480];
/** Longest for high severity. */
const longestHigh = 60;

/** @param {any} alert */
export function acknowledge(alert) { return request("POST", `/api/alerts/${alert.id}/acknowledge`); }

/** @param {string} label @param {[string, string][]} options value and words @param {string} testID */
export function choice(label, options, testID) {
  const select = /** @type {HTMLSelectElement} */ (el("select", { "data-testid": testID }, ...options.map(([value, words]) => el("option", { value }, words))));
  return { select, label: el("label", { class: "field" }, el("span", {}, label), select) };
}

/** @param {any} alert @param {string[]} assignees @param {string} myself */
export function assign(alert, assignees, myself) {
  const names = [...assignees].sort((a, b) => Number(b === myself) - Number(a === myself) || (a < b ? -1 : 1));
  const who = choice(t("assignee"), names.map((name) => [name, name === myself ? t("assignToMe", { name }) : name]), "dialog-assignee");
  return ask({
    title: t("assign"), text: t("assignText"), fields: [who.label], action: t("assign"),
    send: () => {
      if (who.select.value === myself) takeMyself(alert.id);
      return request("POST", `/api/alerts/${alert.id}/assignment`, { account: who.select.value });
    },
  });
}

/** @param {any} alert */
export function snooze(alert) {
  const minutes = snoozeMinutes.filter((one) => alert.severity !== "high" || one <= longestHigh);
  const time = choice(t("snoozeFor"), minutes.map((one) => [String(one), span(one * 60_000)]), "dialog-minutes");
  const reason = reasonField();
  return ask({
    title: t("snooze"), text: t("snoozeText"), fields: [time.label, reason.label], action: t("snooze"),
    send: () => request("POST", `/api/alerts/${alert.id}/snooze`, { minutes: Number(time.select.value), reason: reason.input.value }),
  });
}

/** @param {any} alert */
export function resolve(alert) {
  const reason = reasonField();
  return ask({
    title: t("resolve"), text: t("resolveText"), fields: [reason.label], action: t("resolve"),
    send: () => request("POST", `/api/alerts/${alert.id}/resolution`, { reason: reason.input.value }),
  });
}
