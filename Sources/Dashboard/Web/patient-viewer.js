// The viewer of a session: from 2 s to 24 h, by mouse, touch and keyboard. It draws what the server measured and nothing else.
import { el, setAttribute, setText } from "./elements.js";
import { hit, measured, moved, nudged, place, sampleRate, shifted, snapped, switched } from "./patient-calipers.js";
import { baseline, drawAxis, drawBeats, drawCaliper, drawGrid, drawMarks, drawTrace } from "./patient-drawing.js";
import { Envelope } from "./patient-envelope.js";
import { centred, clamped, panned, zoomed } from "./patient-viewport.js";
import { drawPulse, millimetre, palette } from "./strip.js";
import { t } from "./strings.js";

/** Room on the left for the calibration pulse: as much as the live strip has. */
const margin = 12 * millimetre;
/** Room above the trace for labels and below it for the time, and the height of a pulse wave, in CSS pixels. */
const labelBand = 44, axisBand = 24, waveHeight = 96;
/** How near a pointer has to come to an edge, in CSS pixels: a finger's width for touch. */
const reach = { mouse: 8, pen: 14, touch: 22 };
/** Beats are labelled while a screen holds no more seconds. */
const labelledSeconds = 90;
/** A snap reaches so many samples by pointer: 80 ms. */
const snapReach = 10;

/** @typedef {import("./patient-viewport.js").Viewport} Viewport @typedef {import("./patient-calipers.js").Caliper} Caliper */

export class Viewer extends EventTarget {
  /**
   * @param {{
   *   loadEnvelope: (channel: string, from: number, count: number, points: number, signal: AbortSignal) => Promise<any>,
   *   beats: import("./patient-beats.js").Beats, channels: string[], delay: number, label: string, gain: number,
   * }} options
   */
  constructor({ loadEnvelope, beats, channels, delay, label, gain }) {
    super();
    this.channels = channels;
    this.delay = delay;
    this.gain = gain;
    this.beats = beats;
    this.startMs = /** @type {number | null} */ (null);
    this.extent = { first: 0, last: 0 };
    /** @type {Viewport} */
    this.view = { from: 0, count: 10 * sampleRate };
    /** @type {Caliper | null} */
    this.caliper = null;
    /** @type {any} */
    this.selected = null;
    /** @type {any[]} */
    this.marks = [];
    this.envelope = new Envelope(loadEnvelope, () => this.invalidate());
    this.paper = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "viewer-layer", "aria-hidden": "true" }));
    this.ink = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "viewer-layer", "aria-hidden": "true", "data-testid": "viewer-canvas" }));
    this.tools = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "viewer-layer", "aria-hidden": "true" }));
    this.note = el("p", { class: "strip-note", hidden: true, role: "status", "data-testid": "viewer-note" });
    this.frame = el("div", {
      class: "viewer-frame", tabindex: "0", role: "application", "aria-label": label, "aria-describedby": "viewer-hint", "data-testid": "viewer",
    }, this.paper, this.ink, this.tools, this.note);
    this.isDirty = true;
    this.isOver = false;
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(this.frame);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.onScheme = () => this.fit();
    this.scheme.addEventListener("change", this.onScheme);
    beats.addEventListener("changed", () => this.invalidate());
    this.listen();
  }

  /** Stops. */
  end() {
    this.isOver = true;
    this.envelope.end();
    this.sizes.disconnect();
    this.scheme.removeEventListener("change", this.onScheme);
  }

  // What is looked at

  /** The ECG and what stands below it. @param {string[]} channels */
  setChannels(channels) {
    this.channels = channels;
    this.frame.style.setProperty("--waves", String(channels.length - 1));
    this.invalidate();
  }

  /** The session's ends, which may grow. @param {{first: number, last: number}} extent @param {number | null} startMs */
  setExtent(extent, startMs) {
    const isSame = extent.first === this.extent.first && extent.last === this.extent.last && startMs === this.startMs;
    if (isSame) return;
    this.extent = extent;
    this.startMs = startMs;
    this.show(this.view);
  }

  /** @param {Viewport} view */
  show(view) {
    this.view = clamped(view, this.extent);
    this.invalidate();
    this.dispatchEvent(new Event("moved"));
  }

  /** @param {number} at sample */
  jump(at) { this.show(centred(this.view, at, this.extent)); }

  /** @param {number} factor @param {number} [anchor] */
  zoom(factor, anchor = this.view.from + this.view.count / 2) { this.show(zoomed(this.view, factor, anchor, this.extent)); }

  /** @param {number} by samples */
  pan(by) { this.show(panned(this.view, by, this.extent)); }

  /** So many samples fill the width. @param {number} count */
  span(count) { this.zoom(count / this.view.count); }

  /** @param {number} speed mm/s */
  setSpeed(speed) { this.span(this.plotWidth / (speed * millimetre) * sampleRate); }

  /** mm/s that are shown now. */
  get speed() { return this.plotWidth / millimetre / (this.view.count / sampleRate); }

  /** @param {number} gain mm/mV */
  setGain(gain) {
    this.gain = gain;
    this.invalidate();
  }

  /** @param {any} beat */
  select(beat) {
    this.selected = beat;
    if (beat && (beat.position < this.view.from || beat.position > this.view.from + this.view.count)) this.jump(beat.position);
    this.invalidate();
    this.dispatchEvent(new Event("selected"));
  }

  /** The beats at hand in view. */
  beatsInView() { return this.beats.at(this.view.from - 2 * sampleRate, this.view.count + 4 * sampleRate); }

  /** Selects the next or the previous beat in view. @param {1 | -1} direction */
  step(direction) {
    const list = this.beats.at(this.view.from - 60 * sampleRate, this.view.count + 120 * sampleRate);
    const from = this.selected?.position ?? this.view.from + this.view.count / 2;
    const beat = direction > 0 ? list.find((one) => one.position > from + 0.5) : list.findLast((one) => one.position < from - 0.5);
    if (beat) this.select(beat);
  }

  // Calipers

  /** @param {Caliper["kind"] | null} kind */
  setCaliper(kind) {
    const at = this.selected && this.selected.position >= this.view.from && this.selected.position <= this.view.from + this.view.count
      ? this.selected.position + this.delay : this.view.from + this.view.count / 2;
    this.changeCaliper(kind ? place(kind, at, this.beatsInView(), this.delay) : null);
  }

  /** @param {Caliper | null} caliper */
  changeCaliper(caliper) {
    this.caliper = caliper;
    this.invalidate();
    this.dispatchEvent(new Event("measured"));
  }

  /** What the caliper says now; null without one. */
  get measurement() {
    return this.caliper && measured(this.caliper, this.beatsInView(), (sample) => this.envelope.value("ecg", sample), this.delay);
  }

  // Drawing

  invalidate() {
    if (this.isDirty && this.isScheduled) return;
    this.isDirty = true;
    this.isScheduled = true;
    requestAnimationFrame(() => {
      this.isScheduled = false;
      if (!this.isOver) this.draw();
    });
  }

  get plotWidth() { return Math.max(1, (this.width ?? this.frame.clientWidth) - margin); }

  fit() {
    const ratio = window.devicePixelRatio || 1;
    const isFirst = !this.width;
    this.width = this.frame.clientWidth;
    this.height = this.frame.clientHeight;
    if (!this.width || !this.height) return;
    for (const canvas of [this.paper, this.ink, this.tools]) {
      canvas.width = Math.round(this.width * ratio);
      canvas.height = Math.round(this.height * ratio);
      canvas.getContext("2d")?.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    this.colours = palette(this.frame);
    if (isFirst) this.dispatchEvent(new Event("fitted"));
    this.invalidate();
  }

  /** @param {number} sample */
  x(sample) { return margin + (sample - this.view.from) / this.view.count * this.plotWidth; }
  /** @param {number} x */
  sample(x) { return this.view.from + (x - margin) / this.plotWidth * this.view.count; }

  /** The rows from above: the ECG, then pulse waves. */
  rows() {
    const height = (this.height ?? 0) - labelBand - axisBand;
    const waves = this.channels.length - 1;
    const ecg = height - waves * waveHeight;
    return this.channels.map((channel, index) => ({
      channel, top: labelBand + (index === 0 ? 0 : ecg + (index - 1) * waveHeight), height: index === 0 ? ecg : waveHeight,
    }));
  }

  draw() {
    this.isDirty = false;
    if (!this.width || !this.height || !this.colours) return;
    const { view, colours } = this;
    const bucket = this.envelope.want(this.channels, view.from, view.count, this.plotWidth, this.extent);
    const seconds = view.count / sampleRate;
    const isLabelled = seconds <= labelledSeconds;
    if (isLabelled) this.beats.want(view.from, view.count, this.extent.last);
    const rows = this.rows();
    const scale = { x: (/** @type {number} */ sample) => this.x(sample), left: margin, width: this.width, pixelsPerSecond: this.plotWidth / seconds, view, startMs: this.startMs };
    const paper = this.cleared(this.paper), ink = this.cleared(this.ink), tools = this.cleared(this.tools);
    drawGrid(paper, scale, rows[0], this.gain, colours);
    drawPulse(paper, { zero: rows[0].top + rows[0].height * baseline, width: Math.min(10 * millimetre, 0.2 * Math.max(15, this.speed) * millimetre), gain: this.gain, margin, colours });
    let isPending = false;
    /** @type {Set<string>} */
    const absences = new Set();
    for (const row of rows) {
      const parts = this.envelope.visible(row.channel, view.from, view.count, bucket);
      isPending ||= parts.some((part) => part.pieces === null && part.until > this.extent.first && part.from < this.extent.last);
      const said = drawTrace(ink, scale, row, parts, { gain: row.channel === "ecg" ? this.gain : null, extent: this.extent, colours, bucket });
      for (const word of said) absences.add(word);
    }
    setAttribute(this.frame, "aria-description", [...absences].join(", "));
    drawAxis(ink, scale, this.height, colours);
    if (isLabelled) drawBeats(ink, scale, this.beats.at(view.from, view.count), { delay: this.delay, selected: this.selected, colours });
    drawMarks(tools, scale, this.marks, this.height, colours);
    if (this.caliper) drawCaliper(tools, scale, this.caliper, this.measurement, rows[0], colours);
    this.say(isPending);
    this.ink.dataset.bucket = String(bucket);
    this.frame.dataset.from = String(view.from);
    this.frame.dataset.count = String(view.count);
    this.frame.dataset.caliper = this.caliper ? this.caliper.edges.map((edge) => this.x(edge)).join(" ") : "";
    this.frame.dataset.pending = String(isPending);
    this.dispatchEvent(new Event("drawn"));
  }

  /** @param {HTMLCanvasElement} canvas */
  cleared(canvas) {
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.clearRect(0, 0, this.width ?? 0, this.height ?? 0);
    return context;
  }

  /** @param {boolean} isPending */
  say(isPending) {
    const { problem } = this.envelope;
    const text = problem ? t(problem.code === "key-refused" ? "keyRefused" : problem.code === "unreachable" ? "serverUnreachable" : "failed", { code: problem.code })
      : this.extent.last <= this.extent.first ? t("noDataYet") : isPending ? t("loading") : "";
    this.note.hidden = text === "";
    setText(this.note, text);
    setAttribute(this.note, "data-kind", problem ? "problem" : "loading");
  }

  // By hand

  listen() {
    /** @type {Map<number, {x: number, y: number}>} */
    const pointers = new Map();
    /** @type {null | {mode: "pan" | "pinch" | 0 | 1 | "bar", view: Viewport, x: number, distance: number, caliper: Caliper | null, hasMoved: boolean}} */
    let drag = null;
    const place = (/** @type {MouseEvent} */ event) => event.clientX - this.frame.getBoundingClientRect().left;
    const pair = () => {
      const [first, second] = [...pointers.values()];
      return { x: (first.x + second.x) / 2, distance: Math.max(10, Math.abs(first.x - second.x)) };
    };
    this.frame.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      this.frame.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, { x: place(event), y: event.clientY });
      if (pointers.size === 2) {
        drag = { mode: "pinch", view: this.view, ...pair(), caliper: null, hasMoved: true };
        return;
      }
      const x = place(event);
      const part = this.caliper && hit(this.caliper, x, (sample) => this.x(sample), reach[/** @type {"mouse"} */ (event.pointerType)] ?? reach.mouse);
      drag = { mode: part ?? "pan", view: this.view, x, distance: 0, caliper: this.caliper, hasMoved: false };
    });
    this.frame.addEventListener("pointermove", (event) => {
      const pointer = pointers.get(event.pointerId);
      if (!pointer || !drag) return;
      pointer.x = place(event);
      if (drag.mode === "pinch" && pointers.size === 2) {
        const now = pair();
        const anchor = drag.view.from + (drag.x - margin) / this.plotWidth * drag.view.count;
        const wide = zoomed(drag.view, drag.distance / now.distance, anchor, this.extent);
        this.show({ from: wide.from - (now.x - drag.x) / this.plotWidth * wide.count, count: wide.count });
        return;
      }
      const by = pointer.x - drag.x;
      if (Math.abs(by) > 3) drag.hasMoved = true;
      if (!drag.hasMoved) return;
      const samples = by / this.plotWidth * drag.view.count;
      if (drag.mode === "pan") this.show({ from: drag.view.from - samples, count: drag.view.count });
      else if (drag.mode === "bar" && drag.caliper) this.changeCaliper(shifted(drag.caliper, samples));
      else if ((drag.mode === 0 || drag.mode === 1) && drag.caliper) {
        let next = moved(drag.caliper, drag.mode, this.sample(pointer.x));
        if (event.shiftKey) next = snapped(next, this.beatsInView(), this.delay, snapReach);
        this.changeCaliper(next);
      }
    });
    const release = (/** @type {PointerEvent} */ event) => {
      pointers.delete(event.pointerId);
      if (drag && !drag.hasMoved && event.type === "pointerup") this.click(place(event), drag.mode);
      drag = null;
    };
    this.frame.addEventListener("pointerup", release);
    this.frame.addEventListener("pointercancel", release);
    this.frame.addEventListener("dblclick", (event) => this.zoom(0.5, this.sample(place(event))));
    this.frame.addEventListener("wheel", (event) => {
      // A page that is scrolled past must scroll: the wheel is ours with Ctrl or once the viewer has been chosen.
      if (!event.ctrlKey && document.activeElement !== this.frame) return;
      event.preventDefault();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.pan((event.deltaX || event.deltaY) / this.plotWidth * this.view.count);
      else this.zoom(2 ** (Math.max(-200, Math.min(200, event.deltaY)) / 200), this.sample(place(event)));
    }, { passive: false });
  }

  /** @param {number} x @param {"pan" | "pinch" | 0 | 1 | "bar"} mode */
  click(x, mode) {
    if (this.caliper && (mode === 0 || mode === 1)) {
      this.changeCaliper({ ...this.caliper, active: mode });
      return;
    }
    const at = this.sample(x);
    const near = this.beats.at(this.view.from, this.view.count)
      .filter((beat) => Math.abs(this.x(beat.position + this.delay) - x) < 24)
      .sort((a, b) => Math.abs(a.position - at) - Math.abs(b.position - at))[0];
    this.select(near ?? null);
  }

  /**
   * A key that the viewer knows; tells whether it was one.
   * @param {KeyboardEvent} event
   */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const { count } = this.view;
    const caliper = this.caliper;
    switch (event.key) {
      case "ArrowLeft": this.pan(event.shiftKey ? -count : -count / 10); return true;
      case "ArrowRight": this.pan(event.shiftKey ? count : count / 10); return true;
      case "ArrowUp": case "+": case "=": this.zoom(0.5); return true;
      case "ArrowDown": case "-": this.zoom(2); return true;
      case "Home": this.show({ from: this.extent.first, count }); return true;
      case "End": this.show({ from: this.extent.last - count, count }); return true;
      case "0": this.span(10 * sampleRate); return true;
      case "1": this.setCaliper("rr"); return true;
      case "2": this.setCaliper("pr"); return true;
      case "3": this.setCaliper("qrs"); return true;
      case "4": this.setCaliper("qt"); return true;
      case "b": this.step(1); return true;
      case "B": this.step(-1); return true;
    }
    if (!caliper) return false;
    switch (event.key) {
      case "Escape": this.changeCaliper(null); return true;
      case ",": this.changeCaliper(nudged(caliper, -1)); return true;
      case ".": this.changeCaliper(nudged(caliper, 1)); return true;
      case "<": case ";": this.changeCaliper(nudged(caliper, -5)); return true;
      case ">": case ":": this.changeCaliper(nudged(caliper, 5)); return true;
      case "x": this.changeCaliper(switched(caliper)); return true;
      case "s": this.changeCaliper(snapped(caliper, this.beatsInView(), this.delay)); return true;
    }
    return false;
  }
}
