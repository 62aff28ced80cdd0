// The keys of the viewer, as a table.
import { show } from "./dialog.js";
import { el } from "./elements.js";
import { t } from "./strings.js";

/** Keys and the words for what they do, by group. @type {[string, [string, string][]][]} */
export const keys = [
  ["view", [["Space", "freeze"], ["← →", "pan"], ["Shift ← →", "page"], ["↑ ↓ · + −", "zoom"], ["0", "tenSeconds"], ["Home End", "ends"], ["v", "speed"], ["g", "gain"], ["j", "jump"]]],
  ["find", [["n p", "abnormal"], ["e E", "episode"], ["b B", "beat"]]],
  ["calipers", [["1 2 3 4", "caliper"], [", .", "nudge"], ["; :", "nudgeFar"], ["x", "edge"], ["s", "snap"], ["Esc", "remove"]]],
  ["marks", [["m", "note"], ["l", "label"], ["?", "help"]]],
];

export function showHelp() {
  return show(t("help.title"), el("p", {}, t("help.text")), ...keys.map(([group, rows]) => el("section", {}, el("h3", {}, t(`help.${group}`)),
    el("dl", { class: "keys" }, ...rows.flatMap(([key, name]) => [el("dt", {}, ...key.split(" ").flatMap((one) => [el("kbd", {}, one), " "])), el("dd", {}, t(`key.${name}`))])))),
  el("p", { class: "small-print" }, t("help.pointer")));
}
