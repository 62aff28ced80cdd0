// Trends of a session and what its beats look like together. A click leads to the place in the viewer.
import { problemText } from "./dialog.js";
import { el, table } from "./elements.js";
import { sampleRate } from "./patient-calipers.js";
import { axis, Figure, loadCharts } from "./patient-charts.js";
import { timeText } from "./patient-drawing.js";
import { readMorphology, readTrends, readVariability } from "./patient-requests.js";
import { number, percent, t } from "./strings.js";

/** Buckets over the width. */
const points = 240;
/** Rows of a table of values. */
const tableRows = 24;
/** Beats that are laid over one another. */
const overlaid = 60;
const names = /** @type {const} */ (["heartRate", "tachogram", "burden", "quality", "poincare", "morphology"]);

export class Trends {
  /** @param {string} patient @param {import("./patient-strip.js").StripCard} strip */
  constructor(patient, strip) {
    this.patient = patient;
    this.strip = strip;
    this.isOpen = false;
    this.generation = 0;
    /** @type {Figure[]} */
    this.figures = [];
    this.note = el("p", { class: "quiet", role: "status", "data-testid": "trends-note" });
    this.intervals = el("dl", { class: "intervals", "data-testid": "intervals" });
    this.grid = el("div", { class: "charts" });
    this.range = /** @type {HTMLSelectElement} */ (el("select", { "data-testid": "trends-range", "aria-label": t("trends.range"), onchange: () => this.load() },
      ...["session", "hour", "view"].map((name) => el("option", { value: name }, t(`trends.of.${name}`)))));
    this.button = el("button", { class: "button quiet small", type: "button", "aria-expanded": "false", "data-testid": "trends-open", onclick: () => this.toggle() }, t("trends.show"));
    this.again = el("button", { class: "button quiet small", type: "button", hidden: true, "data-testid": "trends-again", onclick: () => this.load() }, t("trends.refresh"));
    this.range.hidden = true;
    this.card = el("section", { class: "card wide trends", "data-testid": "trends" },
      el("div", { class: "card-head" }, el("h2", {}, t("trends.title")), el("div", { class: "actions" }, this.range, this.again, this.button)), this.note, this.grid);
  }

  end() {
    this.generation++;
    for (const figure of this.figures) figure.end();
    this.figures = [];
  }

  toggle() {
    this.isOpen = !this.isOpen;
    this.button.setAttribute("aria-expanded", String(this.isOpen));
    this.button.textContent = t(this.isOpen ? "trends.hide" : "trends.show");
    this.range.hidden = this.again.hidden = !this.isOpen;
    if (this.isOpen) this.load();
    else {
      this.end();
      this.grid.replaceChildren();
      this.note.textContent = "";
    }
  }

  /** The session or its data changed. */
  changed() { if (this.isOpen) this.load(); }

  get startMs() { return this.strip.shown?.startMs ?? null; }

  /** Leads to a place in the viewer. @param {number} at */
  async jump(at) {
    if (this.strip.isLive) await this.strip.goReview();
    this.strip.viewer?.jump(at);
    this.strip.element.scrollIntoView({ block: "nearest" });
  }

  /** What the figures are of, in samples. */
  stretch() {
    const { shown, viewer } = this.strip;
    const { first, last } = shown ? this.strip.extentOf(shown) : { first: 0, last: 0 };
    const { from, count } = viewer?.view ?? { from: Math.max(first, last - 60 * sampleRate), count: 60 * sampleRate };
    if (this.range.value === "view") return { from, count: Math.max(1, Math.min(count, last - from)) };
    if (this.range.value === "hour") return { from: Math.max(first, last - 3600 * sampleRate), count: Math.max(1, Math.min(3600 * sampleRate, last - first)) };
    return { from: first, count: Math.max(1, last - first) };
  }

  async load() {
    const session = this.strip.shown?.session;
    const mine = ++this.generation;
    if (!session) {
      this.note.textContent = t("noDataYet");
      return;
    }
    this.note.textContent = t("loading");
    const { from, count } = this.stretch();
    const part = { session, from, count };
    try {
      const [library, trend, variability, morphology] = await Promise.all([
        loadCharts(), readTrends(this.patient, { ...part, points }), readVariability(this.patient, part),
        readMorphology(this.patient, { session, at: from + count, beats: overlaid })]);
      if (mine !== this.generation || !this.isOpen) return;
      if (this.figures.length === 0) {
        this.figures = names.map((name) => new Figure(name));
        this.grid.replaceChildren(...this.figures.map(({ element }) => element));
        this.figures.at(-1)?.element.append(this.intervals);
      }
      this.note.textContent = trend.buckets.length === 0 ? t("trends.nothing") : t("trends.basis", {
        from: timeText(from / sampleRate, this.startMs), until: timeText((from + count) / sampleRate, this.startMs),
      });
      this.showTrend(library, trend, { from, count });
      this.showVariability(library, variability);
      this.showMorphology(library, morphology);
      this.card.dataset.loaded = String(mine);
    } catch (problem) {
      if (mine !== this.generation) return;
      this.note.textContent = problem instanceof Error && problem.constructor === Error ? problem.message : problemText(problem);
    }
  }

  /** @param {(typeof names)[number]} name */
  figure(name) { return this.figures[names.indexOf(name)]; }

  /** The time axis and the click that leads to the viewer. @param {any} colours @param {{from: number, count: number}} stretch @param {any} y */
  timed(colours, { from, count }, y) {
    return {
      scales: { x: axis(colours, "", { min: from, max: from + count, words: (value) => timeText(value / sampleRate, this.startMs) }), y },
      plugins: {
        legend: { display: false },
        tooltip: { callbacks: { title: (/** @type {any[]} */ items) => items.length ? timeText(items[0].parsed.x / sampleRate, this.startMs) : "" } },
      },
      onClick: (/** @type {any} */ event, /** @type {any[]} */ _, /** @type {any} */ chart) => this.jump(chart.scales.x.getValueForPixel(event.x)),
    };
  }

  /** @param {any} library @param {any} trend @param {{from: number, count: number}} stretch */
  showTrend(library, trend, stretch) {
    const { buckets, bucketSamples } = trend;
    const middle = (/** @type {any} */ bucket) => bucket.from + bucketSamples / 2;
    const series = (/** @type {(bucket: any) => number | null | undefined} */ value) =>
      buckets.map((/** @type {any} */ bucket) => ({ x: middle(bucket), y: value(bucket) ?? NaN }));
    const line = { pointRadius: 0, borderWidth: 1.6, spanGaps: false };
    const rates = buckets.filter((/** @type {any} */ bucket) => typeof bucket.heartRateMedian === "number");
    const whole = summary(buckets, bucketSamples);
    this.figure("heartRate").show(library, (colours) => ({
      type: "line",
      data: { datasets: [
        { ...line, label: t("trends.low"), data: series((b) => b.heartRateLow), borderColor: "transparent", fill: false },
        { ...line, label: t("trends.high"), data: series((b) => b.heartRateHigh), borderColor: "transparent", backgroundColor: faint(colours.accent), fill: "-1" },
        { ...line, label: t("trends.median"), data: series((b) => b.heartRateMedian), borderColor: colours.accent, fill: false, pointRadius: rates.length < 3 ? 3 : 0 },
      ] },
      options: this.timed(colours, stretch, axis(colours, t("bpm"))),
    }), rates.length ? t("trends.heartRateText", { low: Math.round(Math.min(...rates.map((/** @type {any} */ b) => b.heartRateLow))), median: Math.round(whole.median ?? 0), high: Math.round(Math.max(...rates.map((/** @type {any} */ b) => b.heartRateHigh))) }) : t("notMeasured"),
    this.values(buckets, bucketSamples, t("heartRate"), [t("trends.low"), t("trends.median"), t("trends.high")], (b) => [b.heartRateLow, b.heartRateMedian, b.heartRateHigh].map((value) => typeof value === "number" ? number(value) : "–")));

    const normal = trend.tachogram.filter((/** @type {any} */ one) => !one.isAbnormal), abnormal = trend.tachogram.filter((/** @type {any} */ one) => one.isAbnormal);
    const dot = (/** @type {any} */ one) => ({ x: one.position, y: one.rrMs });
    this.figure("tachogram").show(library, (colours) => ({
      type: "scatter",
      data: { datasets: [
        { label: t("trends.normal"), data: normal.map(dot), pointRadius: 1.5, backgroundColor: colours.normal, borderColor: colours.normal },
        { label: t("trends.abnormal"), data: abnormal.map(dot), pointRadius: 3, pointStyle: "triangle", backgroundColor: colours.abnormal, borderColor: colours.abnormal },
      ] },
      options: this.timed(colours, stretch, axis(colours, "RR, ms")),
    }), trend.tachogram.length ? t("trends.tachogramText", { shown: trend.tachogram.length, shortest: Math.min(...trend.tachogram.map((/** @type {any} */ one) => one.rrMs)), longest: Math.max(...trend.tachogram.map((/** @type {any} */ one) => one.rrMs)) }) : t("notMeasured"),
    this.tachogramTable(trend.tachogram));

    this.figure("burden").show(library, (colours) => ({
      type: "bar",
      data: { datasets: [{ label: t("trends.burden"), data: series((b) => b.beats > 0 ? 100 * b.abnormal / b.beats : null), backgroundColor: colours.abnormal, barPercentage: 1, categoryPercentage: 1, minBarLength: 0 }] },
      options: this.timed(colours, stretch, axis(colours, "%", { min: 0, max: 100 })),
    }), whole.beats ? t("trends.burdenText", { share: percent(whole.abnormal / whole.beats, 1), abnormal: whole.abnormal, beats: whole.beats, classes: Object.entries(whole.classes).map(([name, count]) => `${name} ${number(count)}`).join(", ") }) : t("notMeasured"),
    this.values(buckets, bucketSamples, t("trends.burden"), [t("sessions.beats"), t("trends.abnormal"), "N", "S", "V", "F", "Q"], (b) => [b.beats, b.abnormal, ...["N", "S", "V", "F", "Q"].map((name) => b.classes?.[name] ?? 0)].map((value) => number(value))));

    this.figure("quality").show(library, (colours) => ({
      type: "line",
      data: { datasets: [
        { ...line, label: t("quality"), data: series((b) => typeof b.quality === "number" ? 100 * b.quality : null), borderColor: colours.accent, backgroundColor: faint(colours.accent), fill: "origin" },
        { ...line, label: t("trends.missing"), data: series((b) => 100 * (b.missingSamples + b.leadOffSamples) / bucketSamples), borderColor: colours.abnormal, borderDash: [4, 3] },
      ] },
      options: this.timed(colours, stretch, axis(colours, "%", { min: 0, max: 100 })),
    }), t("trends.qualityText", { missing: percent(whole.missing, 1), leadOff: percent(whole.leadOff, 1) }),
    this.values(buckets, bucketSamples, t("quality"), [t("quality"), t("trends.missing"), t("electrodesOff")], (b) => [typeof b.quality === "number" ? percent(b.quality) : "–", percent(b.missingSamples / bucketSamples), percent(b.leadOffSamples / bucketSamples)]));
  }

  /** @param {any} library @param {any} variability */
  showVariability(library, variability) {
    const ms = (/** @type {number | null | undefined} */ value) => typeof value === "number" ? t("milliseconds", { value: number(value, 1) }) : "–";
    const numbers = [[t("trends.meanRR"), ms(variability.meanRRMs)], ["SDNN", ms(variability.sdnnMs)], ["RMSSD", ms(variability.rmssdMs)], ["SD1", ms(variability.sd1Ms)], ["SD2", ms(variability.sd2Ms)]];
    this.figure("poincare").show(library, (colours) => {
      const all = variability.points.flat();
      const low = all.length ? Math.floor((Math.min(...all) - 50) / 100) * 100 : 0, high = all.length ? Math.ceil((Math.max(...all) + 50) / 100) * 100 : 2000;
      return {
        type: "scatter",
        data: { datasets: [
          { label: "RR", data: variability.points.map(([x, y]) => ({ x, y })), pointRadius: 1.6, backgroundColor: faint(colours.accent, 0.5), borderColor: "transparent" },
          { label: "RR = RR", data: [{ x: low, y: low }, { x: high, y: high }], showLine: true, pointRadius: 0, borderColor: colours.axis, borderWidth: 1, borderDash: [5, 4] },
        ] },
        options: { plugins: { legend: { display: false } }, scales: { x: axis(colours, t("trends.thisRR"), { min: low, max: high }), y: axis(colours, t("trends.nextRR"), { min: low, max: high }) } },
      };
    }, variability.points.length ? t("trends.poincareText", { beats: variability.beats, sd1: ms(variability.sd1Ms), sd2: ms(variability.sd2Ms), sdnn: ms(variability.sdnnMs), rmssd: ms(variability.rmssdMs) }) : t("notMeasured"),
    table(t("trends.poincare"), [t("trends.measure"), t("trends.value")], numbers, "variability"));
  }

  /** @param {any} library @param {any} morphology */
  showMorphology(library, morphology) {
    const { samplesBefore, sampleRateHz, median, low, high, beats, intervals } = morphology;
    const trace = (/** @type {number[]} */ values) => values.map((value, index) => ({ x: (index - samplesBefore) * 1000 / sampleRateHz, y: value / 1000 }));
    const plain = { pointRadius: 0, fill: false };
    this.figure("morphology").show(library, (colours) => ({
      type: "line",
      data: { datasets: [
        { ...plain, label: t("trends.median"), data: trace(median ?? []), borderColor: colours.trace, borderWidth: 2.6 },
        { ...plain, label: t("trends.lowQuartile"), data: trace(low ?? []), borderColor: "transparent" },
        { ...plain, label: t("trends.highQuartile"), data: trace(high ?? []), borderColor: "transparent", backgroundColor: faint(colours.accent, 0.35), fill: "-1" },
        ...beats.map((/** @type {any} */ beat) => ({ ...plain, label: `${beat.label ?? ""} ${number(beat.abnormalProbability, 2)}`, data: trace(beat.microvolts), borderColor: faint((beat.label ? beat.label !== "N" : beat.abnormalProbability >= 0.5) ? colours.abnormal : colours.normal, 0.35), borderWidth: 0.8 })),
      ] },
      options: {
        plugins: { legend: { display: false }, tooltip: { enabled: false } },
        scales: { x: axis(colours, t("trends.fromPeak")), y: axis(colours, "mV") },
        onClick: (/** @type {any} */ event, /** @type {any[]} */ _, /** @type {any} */ chart) => {
          const near = chart.getElementsAtEventForMode(event, "nearest", { intersect: false }, true).find((/** @type {any} */ one) => one.datasetIndex > 2);
          if (near) this.jump(beats[near.datasetIndex - 3].position);
        },
      },
    }), beats.length ? t("trends.morphologyText", { beats: beats.length }) : t("notMeasured"),
    table(t("trends.morphology"), [t("viewer.place"), t("marks.label"), t("abnormalProbability")], beats.slice(-tableRows).map((/** @type {any} */ beat) => [this.link(beat.position), beat.label ?? "–", number(beat.abnormalProbability, 2)]), "morphology-table"));
    const ms = (/** @type {number | null | undefined} */ value) => typeof value === "number" ? t("milliseconds", { value: number(value) }) : t("notMeasured");
    this.intervals.replaceChildren(...[["PR", ms(intervals?.prMs)], ["QRS", ms(intervals?.qrsMs)], ["QT", ms(intervals?.qtMs)], [intervals?.formula ? `QTc (${intervals.formula})` : "QTc", ms(intervals?.qtcMs)]]
      .flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  }

  /** A place as a button that leads there. @param {number} at */
  link(at) {
    return el("button", { class: "button quiet small", type: "button", onclick: () => this.jump(at) }, timeText(at / sampleRate, this.startMs));
  }

  /** @param {any[]} buckets @param {number} bucketSamples @param {string} caption @param {string[]} heads @param {(bucket: any) => string[]} cells */
  values(buckets, bucketSamples, caption, heads, cells) {
    const step = Math.max(1, Math.ceil(buckets.length / tableRows));
    const rows = buckets.filter((_, index) => index % step === 0).map((bucket) => [this.link(bucket.from + bucketSamples / 2), ...cells(bucket)]);
    return el("div", {}, step > 1 ? el("p", { class: "small-print" }, t("trends.everyNth", { step, seconds: Math.round(bucketSamples / sampleRate) })) : "", table(caption, [t("time"), ...heads], rows, `values-${caption}`));
  }

  /** The longest and shortest of them. @param {any[]} tachogram */
  tachogramTable(tachogram) {
    const sorted = [...tachogram].sort((a, b) => a.rrMs - b.rrMs);
    const ends = sorted.length > tableRows ? [...sorted.slice(0, tableRows / 2), ...sorted.slice(-tableRows / 2)] : sorted;
    return table(t("trends.extremes"), [t("time"), "RR", t("trends.abnormal")], ends.map((one) => [this.link(one.position), t("milliseconds", { value: number(one.rrMs) }), one.isAbnormal ? t("trends.abnormal") : "–"]), "tachogram-table");
  }
}

/** @param {any[]} buckets @param {number} bucketSamples */
function summary(buckets, bucketSamples) {
  let beats = 0, abnormal = 0, missing = 0, leadOff = 0;
  /** @type {Record<string, number>} */
  const classes = { N: 0, S: 0, V: 0, F: 0, Q: 0 };
  const medians = [];
  for (const bucket of buckets) {
    beats += bucket.beats;
    abnormal += bucket.abnormal;
    missing += bucket.missingSamples;
    leadOff += bucket.leadOffSamples;
    for (const name of Object.keys(classes)) classes[name] += bucket.classes?.[name] ?? 0;
    if (typeof bucket.heartRateMedian === "number") medians.push(bucket.heartRateMedian);
  }
  medians.sort((a, b) => a - b);
  const all = Math.max(1, buckets.length * bucketSamples);
  return { beats, abnormal, classes, missing: missing / all, leadOff: leadOff / all, median: medians[medians.length >> 1] ?? null };
}

/** A colour of the style sheet with less of it. @param {string} colour #rrggbb @param {number} [alpha] */
function faint(colour, alpha = 0.25) {
  return /^#[0-9a-f]{6}$/i.test(colour) ? colour + Math.round(alpha * 255).toString(16).padStart(2, "0") : colour;
}
