import { Problem, request } from "./api.js";
import { el, notice, setAttribute, setText, table } from "./elements.js";
import { icon } from "./icons.js";
import { live } from "./live.js";
import { alertCard } from "./page-alerts.js";
import { qualityWord, showState, stripNote } from "./page-ward.js";
import { drawSpectrum } from "./spectrum.js";
import { drawPaper, millimetre, Sweep } from "./strip.js";
import { dateTime, number, t } from "./strings.js";

/** Margin of the paper that holds the calibration pulse, and where 0 mV lies. */
const margin = 10 * millimetre, baseline = 0.64;
const stripOptions = { pixelsPerSecond: 25 * millimetre, pixelsPerMillivolt: 10 * millimetre, baseline, hasLabels: true, line: 1.7 };
/** The spectrum and the telemetry are asked for so often, in ms. */
const pollInterval = 4000;

/** @param {HTMLElement} main @param {string} name */
export function showPatient(main, name) {
  let isOver = false;
  const part = figures();
  const paper = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "paper", "aria-hidden": "true" }));
  const canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "trace", "data-testid": "strip", role: "img", "aria-label": t("ecgLabel", { patient: name }) }));
  const note = el("p", { class: "strip-note", hidden: true, role: "status", "data-testid": "strip-note" });
  const lead = el("span", {});
  const strip = el("section", { class: "strip-card", "aria-label": t("ecgLabel", { patient: name }) },
    el("div", { class: "strip-frame" }, paper, canvas, note), el("p", { class: "strip-foot" }, lead, part.latency));
  const spectrum = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "spectrum", "data-testid": "spectrum", role: "img", "aria-label": t("spectrum") }));
  const spectrumText = el("p", { class: "quiet", "data-testid": "spectrum-text" });
  const alerts = el("section", { class: "patient-alerts", "data-testid": "patient-alerts" });
  const sessions = el("section", { class: "card wide" });
  main.append(
    el("div", { class: "page-head" },
      el("div", { class: "identity" }, el("h1", { "data-testid": "patient-name" }, part.name), el("span", { class: "tile-pseudonym" }, name), part.born),
      part.state),
    alerts, strip,
    el("div", { class: "figures" },
      el("section", { class: "card figure" }, el("h2", {}, t("heartRate")), el("p", { class: "big" }, icon("heart", "icon heart"), part.rate, el("span", { class: "unit" }, t("bpm")))),
      el("section", { class: "card figure rhythm-card" }, el("h2", {}, t("diagnosis")), part.rhythm, part.share, el("p", { class: "small-print" }, t("screeningAid"))),
      el("section", { class: "card figure" }, el("h2", {}, t("abnormalProbability")), el("p", { class: "big" }, part.probability, el("span", { class: "unit" }, t("latestBeat"))), part.highest),
      el("section", { class: "card figure" }, el("h2", {}, t("rPeaks")), el("p", { class: "big" }, part.peaks), part.abnormal)),
    el("div", { class: "halves" },
      el("section", { class: "card" }, el("h2", {}, t("spectrum")), spectrum, spectrumText),
      el("section", { class: "card" }, el("h2", {}, t("signal")), part.list)),
    sessions);
  const { signal } = live.patient(name);
  const sweep = new Sweep(canvas, signal, stripOptions);
  const fitPaper = () => drawPaper(paper, { margin, baseline });
  const watcher = new ResizeObserver(fitPaper);
  watcher.observe(paper);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", fitPaper);
  /** @type {any} */
  let view = null;

  function update() {
    const status = live.patient(name).status;
    if (!status) return;
    const state = live.state(status);
    part.show(status, state, view);
    setText(lead, t("paper", { lead: signal.lead || "–" }));
    const text = stripNote(state, status);
    note.hidden = text === "";
    setText(note, text);
    main.classList.toggle("stale", ["no-data", "waiting", "no-device", "key-refused"].includes(state));
    setAttribute(canvas, "data-beats", String(signal.beats.length));
    setAttribute(canvas, "data-abnormal-beats", String(signal.beats.filter((beat) => beat.isAbnormal).length));
  }

  async function loadAlerts() {
    try {
      const { items } = await request("GET", `/api/alerts?patient=${name}&unresolved=true`);
      if (!isOver) alerts.replaceChildren(...items.map((/** @type {any} */ item) => alertCard(item, { isCompact: true })));
    } catch { /* the badge on the ward and the alert page say it too */ }
  }

  async function poll() {
    if (isOver) return;
    try {
      view = await request("GET", `/api/patients/${name}`);
      if (isOver) return;
      live.patient(name).status ??= view.status;
      sessions.replaceChildren(el("h2", {}, t("sessions")), table(t("sessions"), [t("session"), t("started"), t("lastData"), t("chunks"), ""],
        view.sessions.map((/** @type {any} */ one) => [el("code", {}, one.session), dateTime(one.firstReceivedMs), dateTime(one.lastReceivedMs), String(one.chunks), one.isCurrent ? t("current") : ""]), "sessions"));
      const answer = await request("GET", `/api/patients/${name}/spectrum`);
      if (isOver) return;
      drawSpectrum(spectrum, answer);
      setText(spectrumText, answer.seconds > 0 ? t("spectrumCaption", { seconds: answer.seconds.toFixed(1), peak: answer.peakHz?.toFixed(1) ?? "–" }) : t("spectrumNone"));
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 404) {
        isOver = true;
        main.replaceChildren(notice(t("notFoundTitle"), t("notFoundText"), el("a", { class: "button", href: "/ward", "data-internal": true }, t("backToWard"))));
        return;
      }
      setText(spectrumText, t("failed", { code: problem instanceof Problem ? problem.code : "page" }));
    }
    timer = setTimeout(poll, pollInterval);
  }
  let timer = setTimeout(poll, 0);
  /** @param {Event} event */
  const onAlert = (event) => { if (/** @type {CustomEvent} */ (event).detail.patient === name) loadAlerts(); };
  live.addEventListener("tick", update);
  live.addEventListener("vitals", update);
  live.addEventListener("alert", onAlert);
  loadAlerts();
  update();
  return () => {
    isOver = true;
    clearTimeout(timer);
    main.classList.remove("stale");
    sweep.end();
    watcher.disconnect();
    scheme.removeEventListener("change", fitPaper);
    live.removeEventListener("tick", update);
    live.removeEventListener("vitals", update);
    live.removeEventListener("alert", onAlert);
  };
}

/** The figures beside the strip, and how they are filled. */
function figures() {
  /** @param {string} testID @param {string} [tag] @param {string} [className] */
  const text = (testID, tag = "span", className) => el(tag, { "data-testid": testID, class: className }, "–");
  const part = {
    name: text("name"), born: el("span", { class: "quiet" }), state: el("span", { class: "state large", "data-testid": "patient-state", role: "status" }),
    rate: text("heart-rate", "span", "number"), rhythm: text("diagnosis", "p", "rhythm"), share: text("diagnosis-share", "p", "quiet"),
    probability: text("abnormal-probability", "span", "number"), highest: text("highest-probability", "p", "quiet"),
    peaks: text("r-peaks", "span", "number"), abnormal: text("abnormal-beats", "p", "quiet"), latency: el("span", { class: "age", "data-testid": "age" }),
  };
  const rows = new Map(["quality", "electrodes", "link", "device", "session", "completeness", "latency", "lost"].map((key) => [key, el("dd", { "data-testid": `signal-${key}` }, "–")]));
  const list = el("dl", {}, ...[...rows].flatMap(([key, value]) => [el("dt", {}, t(key)), value]));

  /** @param {any} status @param {string} state @param {any} view */
  function show(status, state, view) {
    const isStale = state === "no-data";
    setText(part.name, status.name ?? t("nameUnknown"));
    setText(part.born, view?.birthDate ? t("born", { date: view.birthDate }) : "");
    showState(part.state, state);
    setText(part.rate, status.heartRate === undefined ? "–" : String(Math.round(status.heartRate)));
    setText(part.rhythm, t(`rhythm.${status.rhythm.code}`));
    setAttribute(part.rhythm, "data-code", status.rhythm.code);
    setText(part.share, status.rhythm.abnormalShare === undefined ? t("rhythmFew", { beats: status.rhythm.beats })
      : t("rhythmShare", { percent: Math.round(100 * status.rhythm.abnormalShare), beats: status.rhythm.beats }));
    setText(part.probability, status.abnormalProbability === undefined ? "–" : status.abnormalProbability.toFixed(2));
    setText(part.highest, status.highestAbnormalProbability === undefined ? "" : t("highestOf", { beats: status.rhythm.beats, value: status.highestAbnormalProbability.toFixed(2) }));
    setText(part.peaks, number(status.rPeaks));
    setText(part.abnormal, `${t("abnormalBeats", { count: number(status.abnormalBeats) })}, ${t("sinceSessionStart")}`);
    const age = live.age(status);
    setText(part.latency, `${t("age")}: ${age === null ? t("ageUnknown") : t("ageSeconds", { seconds: (age / 1000).toFixed(0) })}`);
    /** @param {string} key @param {string} value */
    const row = (key, value) => setText(/** @type {Element} */ (rows.get(key)), value);
    row("quality", status.quality === undefined ? t("notMeasured") : `${qualityWord(status.quality)} (${Math.round(100 * status.quality)} %)`);
    row("electrodes", isStale ? t("notMeasured") : t(status.isLeadOff ? "electrodesOff" : "electrodesOn"));
    row("link", `${t(status.link === "online" ? "linkOnline" : status.link === "offline" ? "linkOffline" : "linkUnknown")}${status.linkSinceMs ? `, ${t("since", { time: dateTime(status.linkSinceMs) })}` : ""}`);
    row("device", status.device ?? "–");
    row("session", status.session ?? "–");
    const telemetry = view?.telemetry;
    row("completeness", telemetry ? `${(100 * telemetry.completeness).toFixed(2)} %` : "–");
    row("latency", telemetry?.latencyMs ? `${t("milliseconds", { value: telemetry.latencyMs.p50.toFixed(0) })} / ${t("milliseconds", { value: telemetry.latencyMs.p99.toFixed(0) })}` : "–");
    row("lost", telemetry ? String(telemetry.lost) : "–");
  }
  return { ...part, list, show };
}
