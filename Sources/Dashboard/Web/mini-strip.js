// The ward's small strips: one loop draws those that can be seen, as many in a frame as there is time for.
import { live } from "./live.js";
import { sampleRate } from "./signal.js";
import { clearAhead, drawTrace } from "./trace.js";

/** A tile's paper is smaller than the patient page's, without a grid, so that nobody measures on it: CSS pixels. */
const pixelsPerSecond = 60, pixelsPerMillivolt = 22;
/** Where 0 mV lies, from the top, 0…1. */
const baseline = 0.62;
/** Width of the bar that goes before the trace, in CSS pixels. */
const eraseBar = 18;
/** What drawing may take of a frame, in ms: the rest is drawn in the next frame, from where it was. At 60 frames/s a frame has 16.7. */
const drawingTime = 6;
/** A strip that comes into view begins two seconds behind the newest sample, as far behind as strips that were in view all along. */
const targetLag = 2 * sampleRate;

/** Frames of the loop and strips drawn in them, for the tests that measure. */
export const frames = { count: 0, drawn: 0, visible: 0 };

/** @type {Set<MiniStrip>} */
const visible = new Set();
/** @type {WeakMap<Element, MiniStrip>} */
const byCanvas = new WeakMap();
const isStill = matchMedia("(prefers-reduced-motion: reduce)");
const isDark = matchMedia("(prefers-color-scheme: dark)");
/** @type {{trace: string, gap: string} | null} */
let colours = null;
let isRunning = false;
let lastFrame = 0;

const visibility = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) byCanvas.get(target)?.appear(isIntersecting);
}, { rootMargin: "80px" });
const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) byCanvas.get(target)?.fit(contentRect.width, contentRect.height);
});
isDark.addEventListener("change", () => {
  colours = null;
  for (const strip of visible) strip.needsAll = true;
});

function palette() {
  const style = getComputedStyle(document.documentElement);
  return { trace: style.getPropertyValue("--trace").trim(), gap: style.getPropertyValue("--gap").trim() };
}

/** @param {number} now */
function frame(now) {
  if (visible.size === 0) {
    isRunning = false;
    return;
  }
  requestAnimationFrame(frame);
  const seconds = (now - lastFrame) / 1000;
  // Who asked for less motion gets a step each second.
  if (isStill.matches && seconds < 1) return;
  lastFrame = now;
  frames.count++;
  frames.visible = visible.size;
  colours ??= palette();
  const begun = performance.now();
  // A patient who stands in two sections is played once.
  for (const signal of new Set([...visible].map((strip) => strip.signal))) signal.advance(Math.min(seconds, 2));
  let left = visible.size;
  for (const strip of visible) {
    strip.draw();
    frames.drawn++;
    // Who was drawn goes to the end of the line.
    visible.delete(strip);
    visible.add(strip);
    if (--left === 0 || performance.now() - begun > drawingTime) break;
  }
}

export class MiniStrip {
  /** @param {HTMLCanvasElement} canvas @param {string} patient */
  constructor(canvas, patient) {
    this.canvas = canvas;
    this.patient = patient;
    this.isVisible = false;
    this.needsAll = true;
    this.drawn = 0;
    this.generation = -1;
    this.width = this.height = 0;
    /** Called when the tile comes into view or leaves it. @type {(isVisible: boolean) => void} */
    this.appeared = () => {};
    byCanvas.set(canvas, this);
    visibility.observe(canvas);
    sizes.observe(canvas);
  }

  /** Looked up each time: the stream may begin anew with another signal. */
  get signal() { return live.patient(this.patient).signal; }

  end() {
    visible.delete(this);
    visibility.unobserve(this.canvas);
    sizes.unobserve(this.canvas);
  }

  /** @param {boolean} isVisible */
  appear(isVisible) {
    if (this.isVisible === isVisible) return;
    this.isVisible = isVisible;
    if (isVisible) {
      const { signal } = this;
      if (signal.head - signal.play > 2 * targetLag) signal.play = Math.max(signal.first, signal.head - targetLag);
      this.needsAll = true;
      visible.add(this);
      if (!isRunning) {
        isRunning = true;
        requestAnimationFrame((now) => {
          lastFrame = now;
          frame(now);
        });
      }
    } else {
      visible.delete(this);
    }
    this.appeared(isVisible);
  }

  /** @param {number} width @param {number} height in CSS pixels */
  fit(width, height) {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    this.width = width;
    this.height = height;
    if (width === 0 || height === 0) return;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.context = this.canvas.getContext("2d");
    this.context?.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.needsAll = true;
  }

  /** @param {number} index */
  x(index) { return index / sampleRate * pixelsPerSecond % this.width; }

  /** Draws what was played since the last time. */
  draw() {
    const { context, signal } = this;
    if (!context || this.width === 0) return;
    const until = Math.floor(signal.play);
    if (this.needsAll || this.generation !== signal.generation) {
      context.clearRect(0, 0, this.width, this.height);
      this.drawn = Math.max(signal.first, until - Math.floor((this.width - eraseBar) / pixelsPerSecond * sampleRate));
      this.generation = signal.generation;
      this.needsAll = false;
    }
    if (until <= this.drawn) return;
    clearAhead(context, this, this.x(this.drawn), (until - this.drawn) / sampleRate * pixelsPerSecond + eraseBar);
    this.trace(this.drawn, until);
    this.drawn = until;
    this.canvas.dataset.drawn = String(until);
  }

  /** @param {number} from @param {number} until */
  trace(from, until) {
    const { context, signal, height } = this;
    const { trace, gap } = /** @type {NonNullable<typeof colours>} */ (colours);
    context.strokeStyle = trace;
    context.lineWidth = 1.5;
    context.lineJoin = "round";
    drawTrace(context, signal, from, until, {
      x: (index) => this.x(index),
      y: (microvolts) => height * baseline - microvolts / 1000 * pixelsPerMillivolt,
      fillGap: (_, x) => {
        context.fillStyle = gap;
        context.fillRect(x, 0, pixelsPerSecond / sampleRate + 0.6, height);
      },
    });
  }
}
