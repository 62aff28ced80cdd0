// A session, or what is shown of it, as a file.
import { Problem } from "./api.js";
import { ask } from "./dialog.js";
import { el } from "./elements.js";
import { sampleRate } from "./patient-calipers.js";
import { timeText } from "./patient-drawing.js";
import { exportAddress } from "./patient-requests.js";
import { language, t } from "./strings.js";

/** What a session can be had as. */
export const formats = ["csv", "wfdb", "edf", "fhir", "pdf"];

/**
 * @param {string} patient
 * @param {{session: string, startMs?: number | null}} session
 * @param {{from: number, count: number} | null} view what is shown of it; null when it is not shown
 */
export function askExport(patient, { session, startMs = null }, view) {
  /** @param {string} name @param {string} value @param {string} text @param {boolean} checked @param {string} [small] */
  const choice = (name, value, text, checked, small) => el("label", { class: "check" },
    el("input", { type: "radio", name, value, checked, "data-testid": `export-${value}` }), el("span", {}, text, small ? el("span", { class: "small-print block" }, small) : ""));
  const format = el("fieldset", { class: "options" }, el("legend", {}, t("export.format")),
    ...formats.map((name, index) => choice("export-format", name, t(`export.${name}`), index === 0, t(`export.${name}Text`))));
  const range = el("fieldset", { class: "options" }, el("legend", {}, t("export.range")),
    choice("export-range", "session", t("export.whole"), view === null),
    view ? choice("export-range", "view", t("export.view", { from: timeText(view.from / sampleRate, startMs), until: timeText((view.from + view.count) / sampleRate, startMs) }), true) : "");
  const cancel = new AbortController();
  const chosen = (/** @type {HTMLElement} */ fields) => /** @type {HTMLInputElement} */ (fields.querySelector("input:checked")).value;
  const asked = ask({
    title: t("export.title"), text: t("export.text"), fields: [format, range], action: t("export.save"),
    send: async () => {
      const part = chosen(range) === "view" && view ? { from: Math.max(0, Math.round(view.from)), count: Math.round(view.count) } : {};
      const answer = await fetch(exportAddress(patient, { session, format: chosen(format), language: language.code, ...part }), {
        credentials: "same-origin", cache: "no-store", redirect: "error", signal: cancel.signal,
      }).catch(() => { throw new Problem(0, "unreachable"); });
      if (!answer.ok) {
        const problem = await answer.json().catch(() => null);
        throw new Problem(answer.status, problem?.error?.code ?? `http-${answer.status}`, 0, problem?.error?.reason ?? "");
      }
      const name = /filename="([\w.-]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? `${patient}.${chosen(format)}`;
      saveBlob(name, await answer.blob());
      return name;
    },
  });
  asked.then(() => cancel.abort());
  return asked;
}

/** @param {string} name @param {Blob} blob */
function saveBlob(name, blob) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}
