import { Problem, request } from "./api.js";
import { el, notice, setAttribute, setText } from "./elements.js";
import { icon } from "./icons.js";
import { live } from "./live.js";
import { alertCard } from "./alert-card.js";
import { problemText } from "./dialog.js";
import { askExport } from "./patient-export.js";
import { marksTable } from "./patient-marks.js";
import { readSessions } from "./patient-requests.js";
import { sessionsCard } from "./patient-sessions.js";
import { StripCard } from "./patient-strip.js";
import { Trends } from "./patient-trends.js";
import { drawSpectrum } from "./spectrum.js";
import { deviceBeatsText, heartRateText, isForgotten, qualityWord, showState, staleStates, stripNote } from "./status.js";
import { date, dateTime, number, percent, span, t } from "./strings.js";

/** The spectrum and the telemetry are asked for so often, in ms. */
const pollInterval = 4000;

/** @param {HTMLElement} main @param {string} name */
export function showPatient(main, name) {
  let isOver = false;
  import("./emergency.js").then(({ emergencyBanner }) => emergencyBanner(main, name)).catch(() => {});
  const part = figures();
  const strip = new StripCard(name, part.latency);
  const spectrum = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "spectrum", "data-testid": "spectrum", role: "img", "aria-label": t("spectrum") }));
  const spectrumText = el("p", { class: "quiet", "data-testid": "spectrum-text" });
  const alerts = el("section", { class: "patient-alerts", "data-testid": "patient-alerts" });
  const marks = el("div", { "aria-live": "polite" });
  const viewed = el("span", { class: "quiet", "data-testid": "viewed-session" });
  const sessions = sessionsCard(name, {
    now: () => live.now(), shown: () => strip.shown?.session ?? null,
    open: (session) => {
      strip.open(session);
      strip.element.scrollIntoView({ block: "start" });
      strip.viewer?.frame.focus({ preventScroll: true });
      sessions.load();
    },
    save: (session) => askExport(name, session, null),
  });
  /** The viewer's own trends: they begin anew with each session. @type {Trends | null} */
  let trends = null;
  const trendsPlace = el("div", {});
  main.append(
    el("div", { class: "page-head" },
      el("div", { class: "identity" }, el("h1", { "data-testid": "patient-name" }, part.name), el("span", { class: "tile-pseudonym" }, name), part.born),
      el("a", { class: "button quiet", href: `/patients/${name}/plan`, "data-internal": true, "data-testid": "open-plan" }, t("alertPlan")),
      part.state),
    alerts, strip.element,
    el("div", { class: "figures" },
      el("section", { class: "card figure" }, el("h2", {}, t("heartRate")), el("p", { class: "big" }, icon("heart", "icon heart"), part.rate, el("span", { class: "unit" }, t("bpm")))),
      el("section", { class: "card figure rhythm-card" }, el("h2", {}, t("diagnosis")), part.rhythm, part.share, el("p", { class: "small-print" }, t("screeningAid"))),
      el("section", { class: "card figure" }, el("h2", {}, t("abnormalProbability")), el("p", { class: "big" }, part.probability, el("span", { class: "unit" }, t("latestBeat"))), part.highest),
      el("section", { class: "card figure" }, el("h2", {}, t("rPeaks")), el("p", { class: "big" }, part.peaks), part.abnormal)),
    trendsPlace,
    el("div", { class: "halves" },
      el("section", { class: "card" }, el("h2", {}, t("spectrum")), spectrum, spectrumText),
      el("section", { class: "card" }, el("h2", {}, t("signal")), part.list)),
    el("section", { class: "card wide", "data-testid": "marks-card" }, el("div", { class: "card-head" }, el("h2", {}, t("marks.title")), viewed), marks),
    sessions.card);
  const { signal } = live.patient(name);
  /** @type {any} */
  let view = null;
  let runningSession = "";

  function update() {
    const status = live.patient(name).status;
    strip.tick();
    if (!status) return;
    const state = live.state(status);
    part.show(status, state, view);
    strip.printFoot();
    const text = stripNote(state, status);
    strip.note.hidden = text === "";
    setText(strip.note, text);
    main.classList.toggle("stale", staleStates.includes(state));
    setAttribute(strip.canvas, "data-beats", String(signal.beats.length));
    setAttribute(strip.canvas, "data-abnormal-beats", String(signal.beats.filter((beat) => beat.isAbnormal).length));
    if ((status.session ?? "") !== runningSession) {
      runningSession = status.session ?? "";
      sessions.load();
      if (!strip.shown || strip.shown.isCurrent && strip.isLive) findCurrent();
    }
  }

  /** What is running becomes what notes, trends and exports are about, until another session is opened. */
  async function findCurrent() {
    const { items } = await readSessions(name, { limit: 50 }).catch(() => ({ items: [] }));
    const current = items.find((/** @type {any} */ one) => one.isCurrent) ?? items[0];
    if (isOver || !current || !strip.isLive) return;
    strip.endViewer();
    strip.shown = { session: current.session, startMs: current.startMs ?? null, seconds: current.seconds, isCurrent: current.isCurrent === true };
    strip.dispatchEvent(new Event("session"));
    strip.loadMarks();
  }

  function sessionChanged() {
    const { shown } = strip;
    setText(viewed, shown ? t("marks.of", { time: shown.startMs === null ? shown.session.slice(0, 8) : dateTime(shown.startMs) }) : "");
    strip.marks = [];
    showMarks();
    strip.fillEpisodes();
    if (!shown && !isOver) findCurrent();
    trends?.changed();
  }

  function showMarks() {
    const startMs = strip.shown?.startMs ?? null;
    if (strip.marksProblem) {
      marks.replaceChildren(el("p", { class: "form-problem" }, problemText(strip.marksProblem)), el("button", { class: "button quiet small", type: "button", onclick: () => strip.loadMarks() }, t("tryAgain")));
      return;
    }
    marks.replaceChildren(marksTable(strip.marks, startMs, (sample) => jump(sample)));
    signal.clinicianLabels.clear();
    if (!strip.shown?.isCurrent) return;
    for (const mark of strip.marks) if (mark.kind === "label" && mark.isCurrent) signal.clinicianLabels.set(Math.round(mark.position ?? mark.sample), mark.label);
  }

  /** @param {number} sample */
  async function jump(sample) {
    if (strip.isLive) await strip.goReview();
    strip.viewer?.jump(sample);
    strip.element.scrollIntoView({ block: "nearest" });
  }

  let alertsSaid = "";

  async function loadAlerts() {
    try {
      const { items } = await request("GET", `/api/alerts?patient=${name}`);
      if (isOver) return;
      const mine = items.filter((/** @type {any} */ item) => item.patient === name);
      const rank = { high: 0, medium: 1, low: 2 };
      const [first, ...more] = mine.filter((/** @type {any} */ item) => item.state !== "resolved")
        .sort((/** @type {any} */ a, /** @type {any} */ b) => (rank[/** @type {"low"} */ (a.severity)] ?? 3) - (rank[/** @type {"low"} */ (b.severity)] ?? 3) || b.openedMs - a.openedMs)
        .map((/** @type {any} */ item) => alertCard(item, { isCompact: true }));
      // Drawn anew only when something changed, and the focus stays on the alert that had it.
      const said = JSON.stringify(mine);
      if (said === alertsSaid) return;
      alertsSaid = said;
      const focused = alerts.contains(document.activeElement) ? document.activeElement?.closest("[id], summary") : null;
      // The gravest stands above the strip; the others would push it off a small screen.
      alerts.replaceChildren(first ?? "", more.length > 0 ? el("details", { open: alerts.querySelector("details")?.hasAttribute("open") }, el("summary", {}, t("viewer.moreAlerts", { count: more.length })), ...more) : "");
      if (focused) /** @type {HTMLElement | null} */ (focused.id ? document.getElementById(focused.id)?.querySelector("button, a") : alerts.querySelector("summary"))?.focus();
      strip.setEpisodes(mine);
    } catch { /* the badge on the ward and the alert page say it too */ }
  }

  async function poll() {
    if (isOver) return;
    try {
      view = await request("GET", `/api/patients/${name}`);
      if (isOver) return;
      live.patient(name).status ??= view.status;
      strip.delay = view.stripDelaySamples ?? 0;
      const answer = await request("GET", `/api/patients/${name}/spectrum`);
      if (isOver) return;
      amplitudes = answer;
      drawSpectrum(spectrum, amplitudes);
      setText(spectrumText, answer.seconds > 0 ? t("spectrumCaption", { seconds: number(answer.seconds, 1), peak: typeof answer.peakHz === "number" ? number(answer.peakHz, 1) : "–" }) : t("spectrumNone"));
    } catch (problem) {
      if (isOver) return;
      if (problem instanceof Problem && problem.status === 404) {
        end();
        main.replaceChildren(notice(t("notFoundTitle"), t("notFoundText"), el("a", { class: "button", href: "/ward", "data-internal": true }, t("backToWard"))));
        import("./emergency.js").then(({ offer }) => offer(main, name));
        return;
      }
      setText(spectrumText, t("failed", { code: problem instanceof Problem ? problem.code : "page" }));
    }
    timer = setTimeout(poll, pollInterval);
  }
  /** @type {any} */
  let amplitudes = null;
  const redrawSpectrum = () => { if (amplitudes) drawSpectrum(spectrum, amplitudes); };
  const sizes = new ResizeObserver(redrawSpectrum);
  sizes.observe(spectrum);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", redrawSpectrum);
  let timer = setTimeout(poll, 0);
  /** @param {Event} event */
  const onAlert = (event) => { if (/** @type {CustomEvent} */ (event).detail.patient === name) loadAlerts(); };
  live.addEventListener("tick", update);
  live.addEventListener("vitals", update);
  live.addEventListener("alert", onAlert);
  strip.addEventListener("session", sessionChanged);
  strip.addEventListener("marks", showMarks);
  trends = new Trends(name, strip);
  trendsPlace.append(trends.card);
  showMarks();
  loadAlerts();
  sessions.load();
  update();

  function end() {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    sizes.disconnect();
    scheme.removeEventListener("change", redrawSpectrum);
    main.classList.remove("stale");
    strip.end();
    trends?.end();
    live.removeEventListener("tick", update);
    live.removeEventListener("vitals", update);
    live.removeEventListener("alert", onAlert);
  }
  return end;
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
  const rows = new Map(["quality", "electrodes", "link", "device", "deviceBeats", "session", "completeness", "latency", "lost"].map((key) => [key, el("dd", { "data-testid": `signal-${key}` }, "–")]));
  const list = el("dl", {}, ...[...rows].flatMap(([key, value]) => [el("dt", {}, t(key)), value]));

  /** @param {any} status @param {string} state @param {any} view */
  function show(status, state, view) {
    const isStale = state === "no-data";
    setText(part.name, status.name ?? t("nameUnknown"));
    setText(part.born, view?.birthDate ? t("born", { date: date(view.birthDate) }) : "");
    showState(part.state, state);
    setText(part.rate, heartRateText(status, state));
    // What was a minute ago is not the present: it is no longer said.
    const isGone = isForgotten(status, state);
    setText(part.rhythm, isGone ? "–" : t(`rhythm.${status.rhythm.code}`));
    setAttribute(part.rhythm, "data-code", isGone ? "" : status.rhythm.code);
    setText(part.share, isGone ? "" : status.rhythm.abnormalShare === undefined ? t("rhythmFew", { beats: status.rhythm.beats })
      : t("rhythmShare", { percent: Math.round(100 * status.rhythm.abnormalShare), beats: status.rhythm.beats }));
    setText(part.probability, isGone || status.abnormalProbability === undefined ? "–" : number(status.abnormalProbability, 2));
    setText(part.highest, isGone || status.highestAbnormalProbability === undefined ? "" : t("highestOf", { beats: status.rhythm.beats, value: number(status.highestAbnormalProbability, 2) }));
    setText(part.peaks, number(status.rPeaks));
    setText(part.abnormal, `${t("abnormalBeats", { count: number(status.abnormalBeats) })}, ${t("sinceSessionStart")}`);
    const age = live.age(status);
    setText(part.latency, `${t("age")}: ${age === null ? t("ageUnknown") : span(age)}`);
    /** @param {string} key @param {string} value */
    const row = (key, value) => setText(/** @type {Element} */ (rows.get(key)), value);
    row("quality", isGone || status.quality === undefined ? t("notMeasured") : `${qualityWord(status.quality)} (${percent(status.quality)})`);
    row("electrodes", isStale ? t("notMeasured") : t(status.isLeadOff ? "electrodesOff" : "electrodesOn"));
    row("link", `${t(status.link === "online" ? "linkOnline" : status.link === "offline" ? "linkOffline" : "linkUnknown")}${status.linkSinceMs ? `, ${t("since", { time: dateTime(status.linkSinceMs) })}` : ""}`);
    row("device", status.device ?? "–");
    row("deviceBeats", deviceBeatsText(status) || t("deviceBeatsNone"));
    row("session", status.session ? `${status.session.slice(0, 8)}…` : "–");
    setAttribute(/** @type {Element} */ (rows.get("session")), "title", status.session ?? "");
    const telemetry = view?.telemetry;
    row("completeness", telemetry ? percent(telemetry.completeness, 2) : "–");
    row("latency", telemetry?.latencyMs ? `${t("milliseconds", { value: number(telemetry.latencyMs.p50) })} / ${t("milliseconds", { value: number(telemetry.latencyMs.p99) })}` : "–");
    row("lost", telemetry ? number(telemetry.lost) : "–");
  }
  return { ...part, list, show };
}
