// A piece of ECG that stands still, on calibrated paper: what an alert is about.
import { request } from "./api.js";
import { el } from "./elements.js";
import { sampleRate } from "./signal.js";
import { drawPaper, millimetre, palette } from "./strip.js";
import { t } from "./strings.js";

/** Seconds before the onset, and in all. */
const secondsBefore = 3, seconds = 12;
/** Margin with the calibration pulse, in CSS millimetres. */
const margin = 10;
/** Where zero lies, from the top. */
const baseline = 0.58;

/**
 * The strip round an alert's onset. It can be scrolled where it does not fit.
 * @param {{patient?: string, session: string, onsetSample?: number}} alert
 * @returns {{element: HTMLElement, end: () => void}}
 */
export function alertStrip(alert) {
  const paper = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "paper", "aria-hidden": "true" }));
  const trace = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "still-trace", role: "img", "data-testid": "alert-strip" }));
  const said = el("p", { class: "small-print", role: "status" }, t("loading"));
  const frame = el("div", { class: "still-frame" }, paper, trace);
  const element = el("figure", { class: "still" },
    el("div", { class: "still-scroll", tabindex: "0", role: "region", "aria-label": t("stripOfAlert") }, frame), el("figcaption", {}, said));
  const from = Math.max(0, (alert.onsetSample ?? 0) - secondsBefore * sampleRate);
  /** @type {any} */
  let strip = null;
  let isOver = false;
  const draw = () => {
    if (isOver || !frame.isConnected || frame.clientWidth === 0) return;
    drawPaper(paper, { margin: margin * millimetre, baseline });
    if (strip) drawTrace(trace, strip, from, alert.onsetSample ?? from);
  };
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", draw);
  const sizes = new ResizeObserver(draw);
  sizes.observe(frame);
  load();

  async function load() {
    if (!alert.patient || alert.onsetSample === undefined) {
      said.textContent = t("noStrip");
      return;
    }
    try {
      strip = await request("GET", `/api/patients/${alert.patient}/strip?session=${alert.session}&from=${from}&count=${seconds * sampleRate}`);
      if (isOver) return;
      const isEmpty = !strip.pieces.some((/** @type {any} */ piece) => piece.samples);
      said.textContent = isEmpty ? t("noStrip") : t("stripScale", { lead: strip.pieces[0].lead, seconds: secondsBefore });
      trace.setAttribute("aria-label", isEmpty ? t("noStrip") : t("stripSpoken", { seconds, beats: strip.beats.length, abnormal: strip.beats.filter((/** @type {any} */ beat) => beat.isAbnormal).length }));
      draw();
    } catch {
      if (!isOver) said.textContent = t("noStrip");
    }
  }

  return {
    element,
    end() {
      isOver = true;
      sizes.disconnect();
      scheme.removeEventListener("change", draw);
    },
  };
}

/** @param {HTMLCanvasElement} canvas @param {any} strip @param {number} from @param {number} onset */
function drawTrace(canvas, strip, from, onset) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, tall = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(tall * ratio);
  const context = canvas.getContext("2d");
  if (!context) return;
  const colours = palette(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const x = (/** @type {number} */ index) => (index - from) / sampleRate * 25 * millimetre;
  const y = (/** @type {number} */ microvolts) => tall * baseline - microvolts / 1000 * 10 * millimetre;
  // Where the episode began.
  context.strokeStyle = colours.accent;
  context.setLineDash([4, 4]);
  context.beginPath();
  context.moveTo(x(onset), 0);
  context.lineTo(x(onset), tall);
  context.stroke();
  context.setLineDash([]);
  context.strokeStyle = colours.trace;
  context.lineWidth = 1.4;
  context.lineJoin = "round";
  for (const piece of strip.pieces) {
    if (piece.missing > 0 && piece.firstSample > from) shade(x(piece.firstSample - piece.missing), x(piece.firstSample), t("gap"));
    if (piece.isLeadOff) {
      shade(x(piece.firstSample), x(piece.firstSample + piece.count), t("leadOff"));
      continue;
    }
    const bytes = atob(piece.samples);
    context.beginPath();
    for (let index = 0; 2 * index + 1 < bytes.length; index++) {
      const unsigned = bytes.charCodeAt(2 * index) | bytes.charCodeAt(2 * index + 1) << 8;
      const at = [x(piece.firstSample + index), y(unsigned > 32767 ? unsigned - 65536 : unsigned)];
      if (index) context.lineTo(at[0], at[1]); else context.moveTo(at[0], at[1]);
    }
    context.stroke();
  }
  context.textAlign = "center";
  for (const beat of strip.beats) {
    context.fillStyle = beat.isAbnormal ? colours.abnormal : colours.normal;
    context.font = `${beat.isAbnormal ? "700" : "500"} 13px system-ui, sans-serif`;
    const letter = beat.label ?? (beat.isAbnormal ? "A" : "N");
    // On a ground of its own, where a tall R wave reaches up to it.
    context.strokeStyle = colours.paper;
    context.lineWidth = 4;
    context.strokeText(letter, x(beat.position), 14);
    context.fillText(letter, x(beat.position), 14);
    if (beat.isAbnormal) context.fillRect(x(beat.position) - 8, 18, 16, 2);
  }

  /** @param {number} left @param {number} right @param {string} text */
  function shade(left, right, text) {
    if (!context) return;
    context.fillStyle = colours.gap;
    context.fillRect(left, 0, right - left, tall);
    context.fillStyle = colours.gapText;
    context.font = "12px system-ui, sans-serif";
    context.fillText(text, left + 4, tall - 8);
  }
}
