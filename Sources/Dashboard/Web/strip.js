// Drawing: a sweeping trace with an erase bar. One loop draws every strip that can be seen.
import { Signal, sampleRate, measured, leadOff } from "./signal.js";
import { number, t } from "./strings.js";
import { clearAhead, drawTrace } from "./trace.js";

/** CSS pixels in a CSS millimetre. */
export const millimetre = 96 / 25.4;
/** Width of the bar that goes before the trace, in CSS pixels. */
export const eraseBar = 22;
/** Half the width of a beat's label, and how far it reaches down, in CSS pixels. */
const labelHalf = 16, labelHeight = 38;

/** @type {Set<Sweep>} */
const sweeps = new Set();
const isStill = matchMedia("(prefers-reduced-motion: reduce)");
let lastFrame = 0;
/** Frames drawn, for the tests that measure the frame rate. */
export const frames = { count: 0 };

/** @param {number} now */
function frame(now) {
  requestAnimationFrame(frame);
  const seconds = (now - lastFrame) / 1000;
  // Who asked for less motion gets a step each second.
  if (isStill.matches && seconds < 1) return;
  lastFrame = now;
  frames.count++;
  /** @type {Set<Signal>} */
  const signals = new Set();
  for (const sweep of sweeps) signals.add(sweep.signal);
  for (const signal of signals) signal.advance(Math.min(seconds, 2));
  for (const sweep of sweeps) if (sweep.isVisible) sweep.draw();
}
requestAnimationFrame((now) => { lastFrame = now; frame(now); });

const visibility = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const sweep = [...sweeps].find((one) => one.canvas === entry.target);
    if (!sweep) continue;
    sweep.isVisible = entry.isIntersecting;
    if (entry.isIntersecting) sweep.redraw();
  }
});
const sizes = new ResizeObserver((entries) => {
  for (const entry of entries) for (const sweep of sweeps) if (sweep.canvas === entry.target) sweep.fit();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const sweep of sweeps) sweep.fit();
});

/** The colours of the style sheet. @param {Element} element */
export function palette(element) {
  const style = getComputedStyle(element);
  /** @param {string} name */
  const colour = (name) => style.getPropertyValue(name).trim();
  return {
    trace: colour("--trace"), gap: colour("--gap"), gapText: colour("--gap-text"), normal: colour("--beat-normal"),
    abnormal: colour("--beat-abnormal"), gridFine: colour("--grid-fine"), gridBold: colour("--grid-bold"),
    axis: colour("--axis"), paper: colour("--paper"), text: colour("--text-quiet"), accent: colour("--accent"), accentText: colour("--accent-text"), line: colour("--line"),
  };
}

export class Sweep {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Signal} signal
   * @param {{pixelsPerSecond: number, pixelsPerMillivolt: number, baseline: number, hasLabels: boolean, line: number, isFitted?: boolean}} options
   *   `isFitted`: no calibrated amplitude; what is shown fills the height, turned over, so that a pulse wave points up
   */
  constructor(canvas, signal, options) {
    this.canvas = canvas;
    this.signal = signal;
    this.options = options;
    this.isVisible = true;
    this.drawn = 0;
    this.generation = -1;
    this.labelled = -Infinity;
    /** Where the labels of the sweep before stand, from left to right. @type {number[]} */
    this.labels = [];
    this.width = this.height = 0;
    sweeps.add(this);
    visibility.observe(canvas);
    sizes.observe(canvas);
    this.fit();
  }

  /** Stops drawing. */
  end() {
    sweeps.delete(this);
    visibility.unobserve(this.canvas);
    sizes.unobserve(this.canvas);
  }

  /** @param {Sweep["options"]} options */
  setOptions(options) {
    this.options = options;
    this.fit();
  }

  /** Fits the bitmap to the element and draws anew. */
  fit() {
    const ratio = window.devicePixelRatio || 1;
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
    if (this.width === 0 || this.height === 0) return;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    const context = this.canvas.getContext("2d");
    if (!context) return;
    this.context = context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.colours = palette(this.canvas);
    this.redraw();
  }

  /** Draws the whole window up to the play head. */
  redraw() {
    if (!this.context) return;
    this.context.clearRect(0, 0, this.width, this.height);
    if (this.options.isFitted) this.range = this.measuredRange();
    const window = Math.floor((this.width - eraseBar) / this.options.pixelsPerSecond * sampleRate);
    this.drawn = Math.max(this.signal.first, Math.floor(this.signal.play) - window);
    this.labelled = this.drawn;
    this.labels = [];
    this.generation = this.signal.generation;
    this.draw();
  }

  /** @param {number} index */
  x(index) { return index / sampleRate * this.options.pixelsPerSecond % this.width; }

  /** Least and largest of what the width holds; null without a sample. */
  measuredRange() {
    const { signal } = this;
    let low = Infinity, high = -Infinity;
    for (let index = Math.max(signal.first, Math.floor(signal.play - this.width / this.options.pixelsPerSecond * sampleRate)); index < signal.play; index++) {
      if (signal.kind(index) !== measured) continue;
      low = Math.min(low, signal.value(index));
      high = Math.max(high, signal.value(index));
    }
    return high > low ? { low, high } : null;
  }

  /** Whether the wave has left its scale or become small in it. */
  needsRange() {
    const now = this.measuredRange();
    if (!now) return false;
    if (!this.range) return true;
    const room = this.range.high - this.range.low;
    return now.low < this.range.low - room * 0.05 || now.high > this.range.high + room * 0.05 || now.high - now.low < room * 0.5;
  }

  /** @param {number} microvolts */
  y(microvolts) {
    if (this.options.isFitted) {
      const range = this.range ?? { low: microvolts - 1, high: microvolts + 1 };
      return 6 + (this.height - 12) * (microvolts - range.low) / (range.high - range.low);
    }
    return this.height * this.options.baseline - microvolts / 1000 * this.options.pixelsPerMillivolt;
  }

  /** Draws what was played since the last time. */
  draw() {
    const { context, signal } = this;
    if (!context || this.width === 0) return;
    if (this.generation !== signal.generation) return this.redraw();
    const until = Math.floor(signal.play);
    if (this.options.isFitted && until - (this.rangedAt ?? 0) > sampleRate) {
      this.rangedAt = until;
      if (this.needsRange()) return this.redraw();
    }
    if (until > this.drawn) {
      const bar = (until - this.drawn) / sampleRate * this.options.pixelsPerSecond + eraseBar;
      clearAhead(context, this, this.x(this.drawn), bar);
      this.clearLabels(this.x(this.drawn), bar);
      this.drawSpan(this.drawn, until);
      this.drawn = until;
      this.canvas.dataset.drawn = String(until);
    }
    if (this.options.hasLabels) this.drawLabels();
  }

  /** A label goes as a whole as soon as the bar reaches it: half a number is another number. @param {number} from @param {number} bar its width */
  clearLabels(from, bar) {
    this.labels = this.labels.filter((x) => {
      const ahead = (x - labelHalf - from + this.width) % this.width;
      if (ahead > bar) return true;
      this.context?.clearRect(x - labelHalf, 0, 2 * labelHalf, labelHeight);
      return false;
    });
  }

  /** @param {number} from @param {number} until */
  drawSpan(from, until) {
    const { context, signal, colours } = this;
    context.strokeStyle = colours.trace;
    context.lineWidth = this.options.line;
    context.lineJoin = "round";
    context.lineCap = "round";
    drawTrace(context, signal, from, until, {
      x: (index) => this.x(index),
      y: (microvolts) => this.y(microvolts),
      fillGap: (index, x, kind) => {
        context.save();
        context.fillStyle = colours.gap;
        context.fillRect(x, 0, this.options.pixelsPerSecond / sampleRate + 0.6, this.height);
        context.restore();
        if (this.options.hasLabels && signal.kind(index - 1) !== kind) this.drawGapText(x, t(kind === leadOff ? "leadOff" : "gap"));
      },
    });
  }

  /** @param {number} x @param {string} text */
  drawGapText(x, text) {
    const { context, colours } = this;
    context.save();
    context.fillStyle = colours.gapText;
    context.font = "12px system-ui, sans-serif";
    context.fillText(text, x + 4, this.height - 8);
    context.restore();
  }

  /** Labels above R peaks; a beat that is known late gets its label late, while its place can still be seen. */
  drawLabels() {
    const { context, signal, colours } = this;
    for (const beat of signal.beats) {
      // Not before the erase bar has gone by the label's right half, and with its own bar's room on the left.
      if (beat.position <= this.labelled || beat.position + labelHalf / this.options.pixelsPerSecond * sampleRate > this.drawn) continue;
      const x = this.x(beat.position);
      const text = beat.label ?? (beat.isAbnormal ? "A" : "N");
      // At either end the words stand beside the peak rather than half beyond the paper; the mark under them is at the peak.
      const middle = Math.max(labelHalf, Math.min(this.width - labelHalf, x));
      context.save();
      context.textAlign = "center";
      context.fillStyle = beat.isAbnormal ? colours.abnormal : colours.normal;
      context.font = `${beat.isAbnormal ? "700" : "500"} 14px system-ui, sans-serif`;
      const clinician = signal.clinicianLabels.get(Math.round(beat.position));
      context.fillText(clinician ? `${text} ✎${clinician}` : text, middle, 15);
      context.font = "11px system-ui, sans-serif";
      context.fillText(number(beat.abnormalProbability, 2), middle, 29);
      if (beat.isAbnormal) {
        // An underline too: colour alone says nothing.
        context.fillRect(x - 9, 33, 18, 2);
      } else {
        context.fillRect(x - 0.5, 33, 1, 4);
      }
      context.restore();
      this.labelled = beat.position;
      this.labels.push(middle);
    }
  }
}

/**
 * Draws ECG paper: 1 mm and 5 mm lines, and the 1 mV pulse of 0.2 s in the margin.
 * @param {HTMLCanvasElement} canvas
 * @param {{margin: number, baseline: number, speed?: number, gain?: number}} options margin in CSS pixels, speed in mm/s, gain in mm/mV
 */
export function drawPaper(canvas, { margin, baseline, speed = 25, gain = 10 }) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (!context) return;
  const colours = palette(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const zero = height * baseline;
  for (const [step, colour, line] of /** @type {[number, string, number][]} */ ([[1, colours.gridFine, 0.6], [5, colours.gridBold, 1]])) {
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.beginPath();
    for (let x = margin % (step * millimetre); x <= width; x += step * millimetre) {
      context.moveTo(x, 0);
      context.lineTo(x, height);
    }
    for (let y = zero % (step * millimetre); y <= height; y += step * millimetre) {
      context.moveTo(0, y);
      context.lineTo(width, y);
    }
    context.stroke();
  }
  drawPulse(context, { zero, width: 0.2 * speed * millimetre, gain, margin, colours });
}

/**
 * The calibration pulse of 1 mV in the middle of the margin.
 * @param {CanvasRenderingContext2D} context
 * @param {{zero: number, width: number, gain: number, margin: number, colours: any}} options CSS pixels; gain in mm/mV
 */
export function drawPulse(context, { zero, width, gain, margin, colours }) {
  const foot = Math.max(0, Math.min(1.5 * millimetre, (margin - width) / 2 - 1));
  const from = (margin - width) / 2;
  context.strokeStyle = colours.trace;
  context.lineWidth = 1.6;
  context.beginPath();
  context.moveTo(from - foot, zero);
  context.lineTo(from, zero);
  context.lineTo(from, zero - gain * millimetre);
  context.lineTo(from + width, zero - gain * millimetre);
  context.lineTo(from + width, zero);
  context.lineTo(from + width + foot, zero);
  context.stroke();
  context.fillStyle = colours.text;
  context.font = "11px system-ui, sans-serif";
  context.fillText("1 mV", (margin - context.measureText("1 mV").width) / 2, zero + 15);
}
