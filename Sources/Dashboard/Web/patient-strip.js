// The strip of a patient: live, sweeping; or under review, where it can be scrolled, measured and marked.
import { ask, field, problemText } from "./dialog.js";
import { el, setAttribute, setText } from "./elements.js";
import { live } from "./live.js";
import { Beats } from "./patient-beats.js";
import { sampleRate } from "./patient-calipers.js";
import { timeText } from "./patient-drawing.js";
import { askExport } from "./patient-export.js";
import { showHelp } from "./patient-help.js";
import { askLabel, askNote, loadMarks } from "./patient-marks.js";
import { Overview } from "./patient-overview.js";
import { readEnvelope, readSessions } from "./patient-requests.js";
import { Viewer } from "./patient-viewer.js";
import { drawPaper, millimetre, Sweep } from "./strip.js";
import { dateTime, number, t } from "./strings.js";

/** Margin of the paper that holds the calibration pulse, and where 0 mV lies. */
export const margin = 12 * millimetre, baseline = 0.64;
const speeds = [25, 50], gains = [5, 10, 20];
/** What the viewer's width can be set to, in seconds. */
const widths = [2, 5, 10, 30, 60, 300, 1800, 3600, 21600, 86400];
/** Pulse waves that a device may send. */
const waves = ["ppg-red", "ppg-infrared"];

/**
 * @typedef {{session: string, startMs: number | null, seconds: number, isCurrent: boolean}} Shown
 */

export class StripCard extends EventTarget {
  /** @param {string} name the patient's pseudonym @param {HTMLElement} age */
  constructor(name, age) {
    super();
    this.name = name;
    this.speed = 25;
    this.gain = 10;
    this.delay = 0;
    /** @type {Shown | null} */
    this.shown = null;
    /** @type {any[]} */
    this.episodes = [];
    /** @type {any[]} */
    this.marks = [];
    this.patient = live.patient(name);
    this.buildLive();
    this.foot = el("span", { "data-testid": "strip-foot" });
    this.readout = el("output", { class: "readout", "data-testid": "caliper-readout", hidden: true });
    this.review = el("div", { class: "review", hidden: true });
    this.tools = el("div", { class: "toolbar", role: "group", "aria-label": t("viewer.tools"), hidden: true });
    this.element = el("section", { class: "strip-card", "aria-label": t("ecgLabel", { patient: name }), "data-testid": "strip-card", onkeydown: (/** @type {KeyboardEvent} */ event) => this.key(event) },
      this.buildBar(), this.tools, this.liveFrame, this.review, this.readout, el("p", { class: "strip-foot" }, this.foot, this.known = el("span", { "data-testid": "beats-known" }), age),
      el("p", { class: "hidden-words", id: "viewer-hint" }, t("viewer.hint")));
    this.onHelp = (/** @type {KeyboardEvent} */ event) => {
      const isWriting = /** @type {Element} */ (event.target).closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select, dialog");
      if (event.key !== "?" || isWriting || event.defaultPrevented) return;
      event.preventDefault();
      showHelp();
    };
    document.addEventListener("keydown", this.onHelp);
    this.printFoot();
  }

  end() {
    document.removeEventListener("keydown", this.onHelp);
    this.sweep.end();
    for (const wave of this.waveSweeps.values()) wave.end();
    this.watcher.disconnect();
    this.scheme.removeEventListener("change", this.fitPaper);
    this.endViewer();
  }

  // Live

  buildLive() {
    const { signal } = this.patient;
    this.paper = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "paper", "aria-hidden": "true" }));
    this.canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "trace", "data-testid": "strip", role: "img", "aria-label": t("ecgLabel", { patient: this.name }) }));
    this.note = el("p", { class: "strip-note", hidden: true, role: "status", "data-testid": "strip-note" });
    this.waveFrame = el("div", { class: "wave-frames" });
    this.liveFrame = el("div", { class: "live" }, el("div", { class: "strip-frame" }, this.paper, this.canvas, this.note), this.waveFrame);
    this.sweep = new Sweep(this.canvas, signal, this.sweepOptions());
    /** @type {Map<string, Sweep>} */
    this.waveSweeps = new Map();
    this.fitPaper = () => drawPaper(this.paper, { margin, baseline, speed: this.speed, gain: this.gain });
    this.watcher = new ResizeObserver(this.fitPaper);
    this.watcher.observe(this.paper);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", this.fitPaper);
  }

  sweepOptions() {
    return { pixelsPerSecond: this.speed * millimetre, pixelsPerMillivolt: this.gain * millimetre, baseline, hasLabels: true, line: 1.7 };
  }

  /** Pulse waves get a row as soon as the device sends them. */
  addWaves() {
    for (const channel of waves) {
      const signal = this.patient.channels?.[channel];
      if (!signal || this.waveSweeps.has(channel) || signal.head === 0) continue;
      const canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "trace", "data-testid": `strip-${channel}`, role: "img", "aria-label": t(`channel.${channel}`) }));
      this.waveFrame.append(el("div", { class: "wave-frame" }, canvas, el("span", { class: "wave-name" }, t(`channel.${channel}`))));
      signal.leader = this.patient.signal;
      this.waveSweeps.set(channel, new Sweep(canvas, signal, { ...this.sweepOptions(), hasLabels: false, isFitted: true, line: 1.5 }));
    }
  }

  /** Draws live strip and paper at the chosen speed and gain. */
  redrawLive() {
    this.sweep.setOptions(this.sweepOptions());
    for (const wave of this.waveSweeps.values()) wave.setOptions({ ...wave.options, pixelsPerSecond: this.speed * millimetre });
    this.fitPaper();
  }

  // The bar

  buildBar() {
    /** @param {string} name @param {[string, string][]} values @param {string} chosen @param {(value: string) => void} choose @param {string} label */
    const choice = (name, values, chosen, choose, label) => el("div", { class: "choice", role: "radiogroup", "aria-label": label },
      ...values.map(([value, text]) => el("label", {}, el("input", { type: "radio", name, value, checked: value === chosen, "data-testid": `${name}-${value}`, onchange: () => choose(value) }), el("span", {}, ...withUnit(text)))));
    this.freezeButton = el("button", { class: "button small", type: "button", "data-testid": "freeze", onclick: () => this.toggle() }, t("viewer.freeze"));
    return el("div", { class: "toolbar", role: "group", "aria-label": t("viewer.strip") },
      this.modes = choice("mode", [["live", t("viewer.live")], ["review", t("viewer.review")]], "live", (value) => value === "live" ? this.goLive() : this.goReview(), t("viewer.mode")),
      this.freezeButton,
      this.speedChoice = choice("speed", speeds.map((one) => [String(one), t("viewer.speed", { value: one })]), "25", (value) => this.setSpeed(Number(value)), t("viewer.speedLabel")),
      this.gainChoice = choice("gain", gains.map((one) => [String(one), t("viewer.gain", { value: one })]), "10", (value) => this.setGain(Number(value)), t("viewer.gainLabel")),
      el("span", { class: "push" }),
      el("button", { class: "button quiet small", type: "button", "data-testid": "export", onclick: () => this.save() }, t("export.title")),
      el("button", { class: "button quiet small", type: "button", "data-testid": "help", "aria-keyshortcuts": "?", onclick: () => showHelp() }, t("help.open")));
  }

  buildTools() {
    const button = (/** @type {string} */ name, /** @type {string} */ text, /** @type {() => void} */ action, /** @type {string} */ keys) =>
      el("button", { class: "button quiet small", type: "button", "data-testid": `viewer-${name}`, "aria-label": t(`viewer.${name}`), title: `${t(`viewer.${name}`)} (${keys})`, onclick: action }, text);
    const viewer = /** @type {Viewer} */ (this.viewer);
    this.width = /** @type {HTMLSelectElement} */ (el("select", { "aria-label": t("viewer.width"), "data-testid": "viewer-width", onchange: () => { if (this.width?.value) viewer.span(Number(this.width.value) * sampleRate); } },
      el("option", { value: "" }, ""), ...widths.map((one) => el("option", { value: String(one) }, widthText(one)))));
    this.episodeChoice = /** @type {HTMLSelectElement} */ (el("select", { "aria-label": t("viewer.episodes"), "data-testid": "viewer-episodes", onchange: () => { if (this.episodeChoice?.value) viewer.jump(Number(this.episodeChoice.value)); } }));
    this.caliperChoice = el("div", { class: "choice", role: "group", "aria-label": t("caliper.title") },
      ...["rr", "pr", "qrs", "qt"].map((kind, index) => el("button", {
        type: "button", "aria-pressed": "false", "data-kind": kind, "data-testid": `caliper-${kind}`, title: `${t(`caliper.${kind}`)} (${index + 1})`,
        onclick: () => viewer.setCaliper(viewer.caliper?.kind === kind ? null : /** @type {"rr"} */ (kind)),
      }, t(`caliper.${kind}`))));
    this.relabelButton = /** @type {HTMLButtonElement} */ (button("label", t("viewer.labelShort"), () => this.relabel(), "l"));
    this.tools.replaceChildren(
      button("zoomOut", "−", () => viewer.zoom(2), "−"), this.width, button("zoomIn", "+", () => viewer.zoom(0.5), "+"),
      button("previousAbnormal", t("viewer.previousShort"), () => this.abnormal(-1), "p"), button("nextAbnormal", t("viewer.nextShort"), () => this.abnormal(1), "n"),
      this.episodeChoice, button("jump", t("viewer.jumpShort"), () => this.askTime(), "j"),
      this.caliperChoice, button("note", t("viewer.noteShort"), () => this.addNote(), "m"), this.relabelButton,
      this.said = el("span", { class: "said", role: "status", "data-testid": "viewer-said" }));
    this.fillEpisodes();
  }

  // Modes

  get isLive() { return this.review.hidden; }

  toggle() { if (this.isLive) this.freeze(); else this.goLive(); }

  /** What the sweep shows stands still, under review. */
  freeze() {
    const { signal } = this.patient;
    const count = Math.round(this.canvas.clientWidth / (this.speed * millimetre) * sampleRate);
    this.goReview({ from: Math.floor(signal.play) - count, count });
  }

  /** @param {{from: number, count: number}} [view] */
  async goReview(view) {
    if (!this.shown || this.shown.isCurrent && this.patient.signal.session && this.shown.session !== this.patient.signal.session) await this.showCurrent();
    this.setMode(false);
    if (!this.viewer) this.startViewer();
    if (view) this.viewer?.show(view);
    this.viewer?.frame.focus({ preventScroll: true });
    this.viewer?.frame.scrollIntoView({ block: "nearest" });
  }

  goLive() {
    if (this.shown && !this.shown.isCurrent) {
      this.endViewer();
      this.shown = null;
      this.dispatchEvent(new Event("session"));
    }
    this.setMode(true);
  }

  /** @param {boolean} isLive */
  setMode(isLive) {
    this.review.hidden = this.tools.hidden = isLive;
    this.liveFrame.hidden = !isLive;
    this.readout.hidden = isLive || !this.viewer?.caliper;
    setText(this.freezeButton, t(isLive ? "viewer.freeze" : "viewer.backToLive"));
    const box = /** @type {HTMLInputElement} */ (this.modes?.querySelector(`input[value=${isLive ? "live" : "review"}]`));
    box.checked = true;
    setAttribute(this.element, "data-mode", isLive ? "live" : "review");
    this.showSpeed();
    this.printFoot();
    this.tick();
  }

  /** @param {number} speed */
  setSpeed(speed) {
    this.speed = speed;
    this.redrawLive();
    if (!this.isLive) this.viewer?.setSpeed(speed);
    this.printFoot();
  }

  /** @param {number} gain */
  setGain(gain) {
    this.gain = gain;
    this.redrawLive();
    this.viewer?.setGain(gain);
    this.printFoot();
  }

  // A session

  /** Looks for the session that is running. */
  async showCurrent() {
    const { items } = await readSessions(this.name, { limit: 50 }).catch(() => ({ items: [] }));
    const current = items.find((/** @type {any} */ one) => one.isCurrent) ?? items[0];
    if (current) this.open(current);
  }

  /** Opens a session in the viewer. @param {any} session as listed */
  open(session) {
    this.endViewer();
    this.shown = { session: session.session, startMs: session.startMs ?? null, seconds: session.seconds, isCurrent: session.isCurrent === true };
    this.dispatchEvent(new Event("session"));
    this.startViewer();
  }

  startViewer() {
    const { shown } = this;
    if (!shown) {
      this.review.replaceChildren(el("p", { class: "notice-line", "data-testid": "viewer-empty" }, t("noDataYet")));
      this.tools.hidden = true;
      return;
    }
    const viewer = this.viewer = new Viewer({
      loadEnvelope: (channel, from, count, points, cancel) =>
        readEnvelope(this.name, { session: shown.session, channel, from, count, points }, cancel),
      beats: new Beats(this.name, shown.session), channels: ["ecg"], delay: this.delay, label: t("viewer.frame", { patient: this.name }), gain: this.gain,
    });
    this.findWaves(viewer, shown.session);
    this.overview = new Overview(this.name, viewer);
    this.review.replaceChildren(viewer.frame, this.overview.canvas);
    this.buildTools();
    viewer.addEventListener("moved", () => this.moved());
    viewer.addEventListener("selected", () => this.sayBeat());
    viewer.addEventListener("measured", () => this.sayCaliper());
    viewer.addEventListener("drawn", () => this.sayCaliper());
    let isPlaced = false;
    viewer.addEventListener("fitted", () => {
      if (isPlaced) return;
      isPlaced = true;
      if (viewer.view.count === 10 * sampleRate) viewer.setSpeed(this.speed);
    });
    this.extend();
    viewer.show({ from: shown.isCurrent ? this.extentOf(shown).last : 0, count: viewer.view.count });
    this.overview.follow(shown.session, shown.isCurrent);
    this.loadMarks();
    this.fillEpisodes();
    this.setMode(false);
  }

  /** Pulse waves stand below the ECG where the session has them. @param {Viewer} viewer @param {string} session */
  async findWaves(viewer, session) {
    const answers = await Promise.all(waves.map((channel) => readEnvelope(this.name, { session, channel, from: 0, count: 250, points: 2 }).catch(() => null)));
    if (viewer !== this.viewer) return;
    const found = waves.filter((_, index) => typeof answers[index]?.firstSampleMs === "number");
    if (found.length > 0) viewer.setChannels(["ecg", ...found]);
  }

  endViewer() {
    this.viewer?.end();
    this.overview?.end();
    this.viewer = this.overview = null;
    this.readout.hidden = true;
    this.review.replaceChildren();
  }

  /** @param {Shown} shown */
  extentOf(shown) {
    const { signal } = this.patient;
    const grown = shown.isCurrent && signal.session === shown.session ? signal.head : 0;
    return { first: 0, last: Math.max(grown, Math.floor(shown.seconds * sampleRate)) };
  }

  /** The session goes on while it is looked at. */
  extend() { if (this.viewer && this.shown) this.viewer.setExtent(this.extentOf(this.shown), this.shown.startMs); }

  tick() {
    this.addWaves();
    if (!this.isLive && this.shown?.isCurrent) this.extend();
    const last = this.patient.signal.beats.at(-1);
    const { shown } = this;
    setText(this.known, this.isLive || !shown ? "" : !shown.isCurrent ? t("viewer.past", { time: shown.startMs === null ? shown.session.slice(0, 8) : dateTime(shown.startMs) })
      : last ? t("viewer.beatsKnown", { time: timeText(last.position / sampleRate, shown.startMs) }) : t("viewer.analysing"));
  }

  /** The speed that is chosen, or none when the zoom has another. */
  showSpeed() {
    const speed = this.isLive || !this.viewer ? this.speed : this.viewer.speed;
    for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (this.speedChoice?.querySelectorAll("input") ?? [])) box.checked = Math.abs(Number(box.value) - speed) < 0.05 * speed;
  }

  printFoot() {
    const lead = this.patient.signal.lead || "–";
    const speed = this.isLive || !this.viewer ? this.speed : this.viewer.speed;
    setText(this.foot, t("viewer.paper", { speed: speed >= 10 ? number(speed, 1, 0) : number(speed, 2, 0), gain: this.gain, lead }));
  }

  // Marks, episodes

  async loadMarks() {
    const session = this.shown?.session;
    if (!session) return;
    try {
      const marks = await loadMarks(this.name, session);
      if (session !== this.shown?.session) return;
      this.marks = marks;
      this.marksProblem = null;
    } catch (problem) {
      this.marksProblem = problem;
    }
    if (this.viewer) {
      this.viewer.marks = this.marks;
      this.viewer.invalidate();
    }
    this.dispatchEvent(new Event("marks"));
  }

  /** @param {any[]} alerts */
  setEpisodes(alerts) {
    this.alerts = alerts;
    this.fillEpisodes();
  }

  fillEpisodes() {
    this.episodes = (this.alerts ?? []).filter((one) => one.session === this.shown?.session && one.onsetSample !== undefined && one.onsetSample !== null)
      .sort((a, b) => a.onsetSample - b.onsetSample);
    if (this.overview) {
      this.overview.episodes = this.episodes;
      this.overview.draw();
    }
    this.episodeChoice?.replaceChildren(el("option", { value: "" }, this.episodes.length ? t("viewer.episodeCount", { count: this.episodes.length }) : t("viewer.noEpisodes")),
      ...this.episodes.map((one) => el("option", { value: String(one.onsetSample) }, `${timeText(one.onsetSample / sampleRate, this.shown?.startMs ?? null)} ${t(`rule.${one.rule}`)}`)));
    if (this.episodeChoice) this.episodeChoice.disabled = this.episodes.length === 0;
  }

  // What a person does

  /** @param {1 | -1} direction */
  async abnormal(direction) {
    const { viewer } = this;
    if (!viewer) return;
    const from = viewer.selected?.position ?? (direction > 0 ? viewer.view.from : viewer.view.from + viewer.view.count);
    this.say(t("loading"));
    try {
      const beat = direction > 0 ? await viewer.beats.nextAbnormal(from) : await viewer.beats.previousAbnormal(from);
      if (viewer !== this.viewer) return;
      if (!beat) return this.say(t("viewer.noAbnormal"));
      viewer.jump(beat.position);
      viewer.select(beat);
    } catch (problem) {
      this.say(problemText(problem));
    }
  }

  /** @param {1 | -1} direction */
  episode(direction) {
    const { viewer } = this;
    if (!viewer) return;
    const middle = viewer.view.from + viewer.view.count / 2;
    const next = direction > 0 ? this.episodes.find((one) => one.onsetSample > middle + 1) : this.episodes.findLast((one) => one.onsetSample < middle - 1);
    if (!next) return this.say(t("viewer.noEpisode"));
    viewer.jump(next.onsetSample);
    this.say(`${timeText(next.onsetSample / sampleRate, this.shown?.startMs ?? null)} ${t(`rule.${next.rule}`)}`);
  }

  askTime() {
    const { viewer, shown } = this;
    if (!viewer || !shown) return;
    const { startMs } = shown;
    const middle = Math.max(viewer.extent.first, Math.min(viewer.extent.last, viewer.view.from + viewer.view.count / 2));
    const here = startMs === null ? timeText(middle / sampleRate, null) : localTime(startMs + middle * 1000 / sampleRate);
    const { input, label } = field(t(startMs === null ? "viewer.sessionTime" : "viewer.clockTime"), {
      type: startMs === null ? "text" : "datetime-local", step: "1", value: here, required: true, min: startMs === null ? undefined : localTime(startMs + viewer.extent.first * 1000 / sampleRate), max: startMs === null ? undefined : localTime(startMs + viewer.extent.last * 1000 / sampleRate), "data-testid": "jump-time", pattern: startMs === null ? "[0-9]+:[0-5][0-9]:[0-5][0-9]" : undefined,
    });
    ask({
      title: t("viewer.jump"), fields: [label], action: t("viewer.jumpShort"),
      text: t("viewer.jumpText", { from: timeText(viewer.extent.first / sampleRate, startMs), until: timeText(viewer.extent.last / sampleRate, startMs) }),
      send: async () => {
        const parts = input.value.split(":").map(Number);
        const seconds = startMs === null ? parts[0] * 3600 + parts[1] * 60 + parts[2] : (new Date(input.value).getTime() - startMs) / 1000;
        if (Number.isFinite(seconds)) viewer.jump(seconds * sampleRate);
      },
    }).then(() => viewer.frame.focus({ preventScroll: true }));
  }

  async addNote() {
    const { viewer, shown } = this;
    if (!viewer || !shown) return;
    const [from, until] = viewer.caliper ? viewer.caliper.edges.map(Math.round) : [Math.round(viewer.selected?.position ?? viewer.view.from + viewer.view.count / 2), null];
    if (await askNote(this.name, { session: shown.session, sample: Math.max(0, /** @type {number} */ (from)), untilSample: until }, shown.startMs)) this.loadMarks();
    viewer.frame.focus({ preventScroll: true });
  }

  async relabel() {
    const { viewer, shown } = this;
    if (!viewer || !shown) return;
    const beat = viewer.selected;
    if (!beat) return this.say(t("viewer.selectFirst"));
    if (await askLabel(this.name, shown.session, beat, shown.startMs)) {
      viewer.beats.forget();
      viewer.selected = null;
      await this.loadMarks();
    }
    viewer.frame.focus({ preventScroll: true });
  }

  save() {
    const session = this.shown?.session ?? this.patient.signal.session;
    if (!session) return;
    askExport(this.name, { session, startMs: this.shown?.startMs ?? null }, this.viewer && !this.isLive ? { ...this.viewer.view } : null);
  }

  // What is said

  /** @param {string} text */
  say(text) { if (this.said) setText(this.said, text); }

  moved() {
    const { viewer } = this;
    if (!viewer) return;
    if (this.width) {
      const seconds = viewer.view.count / sampleRate;
      const fitting = widths.find((one) => Math.abs(one - seconds) < 0.01 * one);
      this.width.value = fitting ? String(fitting) : "";
      setText(this.width.options[0], fitting ? "" : widthText(Math.round(seconds * 10) / 10));
    }
    this.showSpeed();
    this.printFoot();
  }

  sayBeat() {
    const beat = this.viewer?.selected;
    this.say(!beat ? "" : t(beat.clinicianLabel ? "viewer.beatRelabelled" : "viewer.beat", {
      time: timeText(beat.position / sampleRate, this.shown?.startMs ?? null, 0.2), label: beat.label ?? (beat.isAbnormal ? "A" : "N"),
      probability: number(beat.abnormalProbability, 2), rr: beat.rrMs ? number(beat.rrMs) : "–", clinician: beat.clinicianLabel ?? "",
    }));
  }

  sayCaliper() {
    const { viewer } = this;
    const measurement = viewer?.measurement;
    for (const button of this.caliperChoice?.querySelectorAll("button") ?? []) setAttribute(button, "aria-pressed", String(button.dataset.kind === viewer?.caliper?.kind));
    this.readout.hidden = !measurement || this.isLive;
    if (!measurement || !viewer?.caliper) return;
    const parts = [`${t(`caliper.${viewer.caliper.kind}`)} ${measurement.ms === null ? t("caliper.moveBoth") : t("milliseconds", { value: number(measurement.ms) })}`];
    if (measurement.rate !== null) parts.push(`${number(measurement.rate)} ${t("bpm")}`);
    if (viewer.caliper.kind === "qt" && measurement.ms !== null) {
      parts.push(measurement.qtc && measurement.rrMs ? t("caliper.qtc", { fridericia: number(measurement.qtc.fridericiaMs), bazett: number(measurement.qtc.bazettMs), rr: number(measurement.rrMs) }) : t("caliper.noRR"));
    }
    if (measurement.differenceMicrovolts !== null) parts.push(t("caliper.microvolts", { difference: signed(measurement.differenceMicrovolts), height: number(measurement.heightMicrovolts ?? 0) }));
    else if (measurement.ms !== null) parts.push(t("caliper.zoomForMicrovolts"));
    setText(this.readout, parts.join(" · "));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.defaultPrevented || target.closest("input, select, textarea, dialog") || event.ctrlKey || event.metaKey || event.altKey) return;
    const isOnButton = target.closest("button") !== null;
    let isKnown = true;
    if (event.key === " " && !isOnButton) this.toggle();
    else if (event.key === "v") this.choose(this.speedChoice, speeds, this.speed, (value) => this.setSpeed(value));
    else if (event.key === "g") this.choose(this.gainChoice, gains, this.gain, (value) => this.setGain(value));
    else if (this.isLive || !this.viewer) isKnown = false;
    else if (event.key === "n") this.abnormal(1);
    else if (event.key === "p") this.abnormal(-1);
    else if (event.key === "e") this.episode(1);
    else if (event.key === "E") this.episode(-1);
    else if (event.key === "j") this.askTime();
    else if (event.key === "m") this.addNote();
    else if (event.key === "l") this.relabel();
    else isKnown = this.viewer.key(event);
    if (isKnown) event.preventDefault();
  }

  /** The next of some values. @param {HTMLElement | undefined} group @param {number[]} values @param {number} value @param {(value: number) => void} set */
  choose(group, values, value, set) {
    const next = values[(values.indexOf(value) + 1) % values.length];
    const box = /** @type {HTMLInputElement | null} */ (group?.querySelector(`input[value="${next}"]`) ?? null);
    if (box) box.checked = true;
    set(next);
  }
}

/** @param {number} seconds */
function widthText(seconds) {
  return seconds < 60 ? t("duration.seconds", { seconds }) : seconds < 3600 ? t("duration.minutes", { minutes: Math.round(seconds / 6) / 10 }) : t("duration.onlyHours", { hours: Math.round(seconds / 360) / 10 });
}

/** A value with its unit apart, so that on a phone one of several can carry it for all. @param {string} text */
function withUnit(text) {
  const [value, ...unit] = text.split(" ");
  return unit.length === 0 ? [text] : [value, el("small", { class: "choice-unit" }, `\u00a0${unit.join(" ")}`)];
}

/** @param {number} value */
function signed(value) { return `${value > 0 ? "+" : value < 0 ? "−" : ""}${number(Math.abs(value))}`; }

/** As an input of date and time wants it. @param {number} ms */
function localTime(ms) { return new Date(ms - new Date(ms).getTimezoneOffset() * 60000).toISOString().slice(0, 19); }
