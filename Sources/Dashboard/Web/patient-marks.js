// Notes and a clinician's labels: added, never overwritten, always with who and when.
import { ask, reasonField } from "./dialog.js";
import { el, table } from "./elements.js";
import { timeText } from "./patient-drawing.js";
import { sampleRate } from "./patient-calipers.js";
import { addLabel, addNote, readMarks } from "./patient-requests.js";
import { dateTime, number, t } from "./strings.js";

/** The classes that a beat can be given (AAMI EC57). */
export const classes = ["N", "S", "V", "F", "Q"];
/** Longest note, in characters. */
const noteLimit = 2000;

/** @param {string} patient @param {string} session @returns {Promise<any[]>} the newest first */
export async function loadMarks(patient, session) {
  const { items } = await readMarks(patient, { session });
  return [...items].sort((a, b) => b.atMs - a.atMs);
}

/**
 * Asks for a note at a place or over a range. @param {string} patient
 * @param {{session: string, sample: number, untilSample: number | null}} where @param {number | null} startMs
 */
export function askNote(patient, { session, sample, untilSample }, startMs) {
  const text = /** @type {HTMLTextAreaElement} */ (el("textarea", { required: true, maxlength: String(noteLimit), rows: "4", "data-testid": "note-text" }));
  const from = timeText(sample / sampleRate, startMs);
  return ask({
    title: t("marks.addNote"),
    text: untilSample === null ? t("marks.noteAt", { time: from }) : t("marks.noteOver", { time: from, until: timeText(untilSample / sampleRate, startMs) }),
    fields: [el("label", { class: "field" }, el("span", {}, t("marks.note")), text)],
    action: t("marks.addNote"),
    send: () => addNote(patient, { session, sample, ...untilSample === null ? {} : { untilSample }, text: text.value.trim() }),
  });
}

/** Asks for another label for a beat. @param {string} patient @param {string} session @param {any} beat @param {number | null} startMs */
export function askLabel(patient, session, beat, startMs) {
  const select = /** @type {HTMLSelectElement} */ (el("select", { "data-testid": "label-choice" },
    ...classes.map((name) => el("option", { value: name, selected: name === (beat.clinicianLabel ?? beat.label) }, `${name} – ${t(`class.${name}`)}`))));
  const reason = reasonField();
  return ask({
    title: t("marks.relabel"),
    text: t("marks.relabelText", { time: timeText(beat.position / sampleRate, startMs), label: beat.label ?? (beat.isAbnormal ? "A" : "N"), probability: number(beat.abnormalProbability, 2) }),
    fields: [el("label", { class: "field" }, el("span", {}, t("marks.label")), select), reason.label],
    action: t("marks.relabel"),
    send: () => addLabel(patient, { session, position: beat.position, label: select.value, reason: reason.input.value.trim() }),
  });
}

/** @param {any[]} marks @param {number | null} startMs @param {(sample: number) => void} jump */
export function marksTable(marks, startMs, jump) {
  if (marks.length === 0) return el("p", { class: "quiet", "data-testid": "marks-empty" }, t("marks.none"));
  return table(t("marks.title"), [t("viewer.place"), t("marks.kind"), t("marks.content"), t("marks.author"), t("marks.when")], marks.map((mark) => [
    el("button", { class: "button quiet small", type: "button", "data-testid": "mark-jump", onclick: () => jump(mark.sample) },
      timeText(mark.sample / sampleRate, startMs) + (mark.untilSample ? ` – ${timeText(mark.untilSample / sampleRate, startMs)}` : "")),
    mark.kind === "note" ? t("marks.note") : t("marks.label"),
    el("span", { class: "prose" }, mark.kind === "note" ? mark.text : t("marks.labelled", { machine: mark.machineLabel ?? "–", label: mark.label, reason: mark.text ?? "" }),
      mark.isCurrent ? "" : ` (${t("marks.replaced")})`),
    mark.author, dateTime(mark.atMs)]), "marks");
}
