// The whole session in one bar: heart rate, abnormal beats, what is missing, and where the viewer is.
import { el, setAttribute } from "./elements.js";
import { sampleRate } from "./patient-calipers.js";
import { timeText } from "./patient-drawing.js";
import { readTrends } from "./patient-requests.js";
import { palette } from "./strip.js";
import { t } from "./strings.js";

/** Buckets of the bar, and how often it is asked for while the session runs, in ms. */
const points = 400, refresh = 20000;

export class Overview {
  /** @param {string} patient @param {import("./patient-viewer.js").Viewer} viewer */
  constructor(patient, viewer) {
    this.patient = patient;
    this.viewer = viewer;
    this.session = /** @type {string | null} */ (null);
    /** @type {any} */
    this.trend = null;
    /** @type {any[]} */
    this.episodes = [];
    this.canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "overview", tabindex: "0", role: "slider", "aria-label": t("viewer.overview"), "data-testid": "overview" }));
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.canvas);
    this.onMoved = () => this.draw();
    viewer.addEventListener("moved", this.onMoved);
    let isDown = false;
    const go = (/** @type {PointerEvent} */ event) => {
      const { left, width } = this.canvas.getBoundingClientRect();
      const { first, last } = viewer.extent;
      viewer.jump(first + (event.clientX - left) / width * (last - first));
    };
    this.canvas.addEventListener("pointerdown", (event) => {
      isDown = true;
      this.canvas.setPointerCapture(event.pointerId);
      go(event);
    });
    this.canvas.addEventListener("pointermove", (event) => { if (isDown) go(event); });
    for (const name of ["pointerup", "pointercancel"]) this.canvas.addEventListener(name, () => { isDown = false; });
    this.canvas.addEventListener("keydown", (event) => { if (viewer.key(event)) event.preventDefault(); });
  }

  /** @param {string} session @param {boolean} isRunning */
  async follow(session, isRunning) {
    if (session !== this.session) this.trend = null;
    this.session = session;
    clearTimeout(this.timer);
    try {
      const { first, last } = this.viewer.extent;
      const trend = await readTrends(this.patient, { session, from: first, count: Math.max(1, last - first), points });
      if (session !== this.session || this.isOver) return;
      this.trend = trend;
      this.draw();
    } catch { /* the bar still says where the viewer is */ }
    if (isRunning && !this.isOver) this.timer = setTimeout(() => this.follow(session, true), refresh);
  }

  end() {
    this.isOver = true;
    clearTimeout(this.timer);
    this.sizes.disconnect();
    this.viewer.removeEventListener("moved", this.onMoved);
  }

  draw() {
    const { canvas, viewer } = this;
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width || !height) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    if (!context) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const colours = palette(canvas);
    const { first, last } = viewer.extent;
    const x = (/** @type {number} */ sample) => (sample - first) / Math.max(1, last - first) * width;
    const y = (/** @type {number} */ rate) => height - 8 - (Math.min(200, Math.max(30, rate)) - 30) / 170 * (height - 12);
    if (this.trend) {
      const { buckets, bucketSamples } = this.trend;
      context.fillStyle = colours.gap;
      for (const bucket of buckets) {
        const share = Math.min(1, (bucket.missingSamples + bucket.leadOffSamples) / bucketSamples);
        if (share > 0) context.fillRect(x(bucket.from), height * (1 - share), Math.max(1, x(bucket.from + bucketSamples) - x(bucket.from)), height * share);
      }
      context.fillStyle = colours.abnormal;
      for (const bucket of buckets) if (bucket.abnormal > 0) {
        const tall = 2 + 8 * Math.min(1, bucket.abnormal / Math.max(1, bucket.beats));
        context.fillRect(x(bucket.from), height - tall, Math.max(1, x(bucket.from + bucketSamples) - x(bucket.from)), tall);
      }
      context.strokeStyle = colours.trace;
      context.lineWidth = 1.2;
      context.beginPath();
      let isDown = false;
      for (const bucket of buckets) {
        const rate = bucket.heartRateMedian;
        if (rate === null || rate === undefined) {
          isDown = false;
          continue;
        }
        const place = x(bucket.from + bucketSamples / 2);
        if (isDown) context.lineTo(place, y(rate)); else context.moveTo(place, y(rate));
        isDown = true;
      }
      context.stroke();
    }
    context.fillStyle = colours.accent;
    for (const episode of this.episodes) {
      const place = x(episode.onsetSample);
      context.beginPath();
      context.moveTo(place - 4, 0);
      context.lineTo(place + 4, 0);
      context.lineTo(place, 7);
      context.fill();
    }
    const from = x(viewer.view.from), until = Math.max(from + 3, x(viewer.view.from + viewer.view.count));
    context.globalAlpha = 0.22;
    context.fillRect(from, 0, until - from, height);
    context.globalAlpha = 1;
    context.strokeStyle = colours.accent;
    context.lineWidth = 2;
    context.strokeRect(from, 1, until - from, height - 2);
    setAttribute(canvas, "aria-valuemin", String(first));
    setAttribute(canvas, "aria-valuemax", String(last));
    setAttribute(canvas, "aria-valuenow", String(viewer.view.from));
    setAttribute(canvas, "aria-valuetext", t("viewer.showing", {
      from: timeText(viewer.view.from / sampleRate, viewer.startMs), until: timeText(Math.min(last, viewer.view.from + viewer.view.count) / sampleRate, viewer.startMs),
    }));
  }
}
