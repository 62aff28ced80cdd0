// The keys of the inbox, and what lists them.
import { show } from "./dialog.js";
import { el } from "./elements.js";
import { t } from "./strings.js";

/** Single keys for what is done about an alert, in force while the focus is in the inbox. @type {Record<string, string>} */
export const shortcuts = { acknowledge: "a", assign: "i", snooze: "s", resolve: "r" };

/** All the keys, with the words for what they do. @type {[string, string][]} */
const keys = [["j", "keyNext"], ["k", "keyPrevious"], ...Object.entries(shortcuts).map(([name, key]) => /** @type {[string, string]} */ ([key, name])), ["?", "keysHelp"]];

export function showKeys() {
  return show(t("keysHelp"), el("p", {}, t("keysHelpText")),
    el("dl", { class: "keys" }, ...keys.flatMap(([key, name]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, t(name))])));
}
