import { Problem, request } from "./api.js";
import { el, notice, setAttribute, setText } from "./elements.js";
import { icon } from "./icons.js";
import { live } from "./live.js";
import { Sweep } from "./strip.js";
import { clockTime, t } from "./strings.js";

/** A tile's paper is smaller than the patient page's: 60 px/s and 22 px/mV, without a grid, so that nobody measures on it. */
const tileOptions = { pixelsPerSecond: 60, pixelsPerMillivolt: 22, baseline: 0.62, hasLabels: false, line: 1.5 };
/** Order is changed at most so often, and never under a hand that is about to choose, in ms. */
const orderInterval = 5000;

/** @param {HTMLElement} main */
export function showWard(main) {
  /** @type {Map<string, Tile>} */
  const tiles = new Map();
  const summary = el("p", { class: "summary", role: "status", "aria-live": "polite", "data-testid": "ward-summary" }, t("loading"));
  const search = /** @type {HTMLInputElement} */ (el("input", { type: "search", class: "search", placeholder: t("search"), "aria-label": t("search"), oninput: filter }));
  const grid = el("div", { class: "ward", "data-testid": "ward" });
  const empty = el("div", {});
  main.append(el("div", { class: "page-head" }, el("h1", {}, t("ward")), summary, search), empty, grid);
  let orderedAt = -Infinity;

  async function load() {
    try {
      const ward = await request("GET", "/api/ward");
      live.clock = { nowMs: ward.nowMs, at: performance.now() };
      const names = new Set(ward.patients.map((/** @type {any} */ one) => one.patient));
      for (const [name, tile] of tiles) if (!names.has(name)) {
        tile.end();
        tiles.delete(name);
      }
      for (const status of ward.patients) {
        live.patient(status.patient).status = status;
        if (!tiles.has(status.patient)) {
          const tile = new Tile(status.patient);
          tiles.set(status.patient, tile);
          grid.append(tile.element);
          tile.begin();
        }
      }
      empty.replaceChildren(...(tiles.size === 0 ? [notice(t("emptyWardTitle"), t("emptyWardText"))] : []));
      orderedAt = -Infinity;
      update();
    } catch (problem) {
      const code = problem instanceof Problem ? problem.code : String(problem);
      empty.replaceChildren(notice(t("failed", { code }), "", el("button", { class: "button", onclick: load }, t("tryAgain"))));
    }
  }

  function update() {
    let open = 0, lively = 0;
    for (const tile of tiles.values()) {
      tile.update();
      const status = live.patient(tile.name).status;
      open += status?.alerts.unresolved ?? 0;
      if (live.state(status) === "live") lively++;
    }
    setText(summary, t("wardSummary", { count: tiles.size, live: lively, alerts: open }));
    order();
  }

  function order() {
    const now = performance.now();
    if (now - orderedAt < orderInterval || grid.matches(":hover") && orderedAt > 0 || grid.contains(document.activeElement)) return;
    orderedAt = now;
    const sorted = [...tiles.values()].sort((a, b) => b.need - a.need || a.name.localeCompare(b.name));
    sorted.forEach((tile, index) => {
      if (grid.children[index] !== tile.element) grid.insertBefore(tile.element, grid.children[index] ?? null);
    });
  }

  function filter() {
    const wanted = search.value.trim().toLowerCase();
    let shown = 0;
    for (const tile of tiles.values()) {
      const status = live.patient(tile.name).status;
      const isShown = [tile.name, status?.name ?? "", status?.device ?? ""].some((text) => text.toLowerCase().includes(wanted));
      tile.element.hidden = !isShown;
      if (isShown) shown++;
    }
    empty.replaceChildren(...(shown === 0 && tiles.size > 0 ? [el("p", { class: "quiet" }, t("noMatch"))] : []));
  }

  const ward = () => load();
  live.addEventListener("tick", update);
  live.addEventListener("ward", ward);
  // What may be seen may have changed.
  live.addEventListener("resync", ward);
  load();
  return () => {
    live.removeEventListener("tick", update);
    live.removeEventListener("ward", ward);
    live.removeEventListener("resync", ward);
    for (const tile of tiles.values()) tile.end();
  };
}

class Tile {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.need = 0;
    this.person = el("span", { class: "tile-name" });
    this.pseudonym = el("span", { class: "tile-pseudonym" }, name);
    this.rate = el("span", { class: "tile-rate", "data-testid": "tile-heart-rate" });
    this.state = el("span", { class: "state", "data-testid": "tile-state" });
    this.quality = el("span", { class: "tile-quality" });
    this.rhythm = el("span", { class: "tile-rhythm" });
    this.alert = el("span", { class: "badge", hidden: true, "data-testid": "tile-alerts" });
    this.since = el("p", { class: "strip-note", hidden: true, "data-testid": "tile-since" });
    this.canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "tile-strip", "data-testid": "tile-strip", "aria-hidden": "true" }));
    this.element = el("a", { class: "tile", href: `/patients/${name}`, "data-internal": true, "data-testid": `tile-${name}` },
      el("div", { class: "tile-head" }, el("span", { class: "tile-who" }, this.person, this.pseudonym), this.alert),
      el("div", { class: "tile-body" },
        el("div", { class: "tile-frame" }, this.canvas, this.since),
        el("div", { class: "tile-vitals" }, el("span", { class: "tile-figure" }, icon("heart", "icon heart"), this.rate), el("span", { class: "unit" }, t("bpm")))),
      el("div", { class: "tile-foot" }, this.state, this.rhythm, this.quality));
  }

  begin() { this.sweep = new Sweep(this.canvas, live.patient(this.name).signal, tileOptions); }

  end() {
    this.sweep?.end();
    this.element.remove();
  }

  update() {
    const status = live.patient(this.name).status;
    if (!status) return;
    const state = live.state(status);
    setText(this.person, status.name ?? t("nameUnknown"));
    const isStale = state === "no-data" || state === "waiting" || state === "no-device" || state === "key-refused";
    setText(this.rate, status.heartRate === undefined || state === "waiting" ? "–" : String(Math.round(status.heartRate)));
    setAttribute(this.element, "data-state", state);
    this.element.classList.toggle("stale", isStale);
    showState(this.state, state);
    setText(this.quality, status.quality === undefined || isStale ? "" : t("tileQuality", { quality: qualityWord(status.quality).toLowerCase() }));
    setText(this.rhythm, isStale ? "" : t(`rhythm.${status.rhythm.code}`));
    setAttribute(this.rhythm, "data-code", status.rhythm.code);
    showAlerts(this.alert, status.alerts);
    const note = stripNote(state, status);
    this.since.hidden = note === "";
    setText(this.since, note);
    setAttribute(this.element, "aria-label", [status.name ?? "", this.name, t(`state.${state}`), note,
      isStale || status.heartRate === undefined ? "" : `${Math.round(status.heartRate)} ${t("bpm")}`, this.rhythm.textContent, this.alert.hidden ? "" : this.alert.textContent].filter(Boolean).join(", "));
    this.need = need(status, state);
  }
}

/** How much a patient needs a look. @param {any} status @param {string} state */
export function need(status, state) {
  const alerts = { high: 100, medium: 60, low: 40 }[/** @type {"high"} */ (status.alerts.severity)] ?? 0;
  const unseen = status.alerts.unacknowledged > 0 ? alerts : alerts / 2;
  const signal = { "no-data": 30, "lead-off": 28, "key-refused": 25, "not-analysed": 24, delayed: 22, "poor-signal": 20, waiting: 5 }[state] ?? 0;
  const rhythm = state === "live" ? { "sustained-abnormal": 26, "frequent-abnormal": 12, "occasional-abnormal": 4 }[/** @type {"sustained-abnormal"} */ (status.rhythm.code)] ?? 0 : 0;
  return unseen + signal + rhythm;
}

/** Why the strip stands still, in words; "" when it does not. @param {string} state @param {any} status */
export function stripNote(state, status) {
  if (state === "no-data") return status.receivedMs === undefined ? t("noDataYet") : t("noDataSince", { time: clockTime(status.receivedMs) });
  if (state === "waiting") return t("noDataYet");
  if (state === "key-refused") return t("keyRefused");
  if (state === "delayed") return t("delayedBy", { seconds: Math.round((live.now() - status.capturedMs) / 1000) });
  return "";
}

/** @param {Element} element @param {string} state */
export function showState(element, state) {
  if (element.getAttribute("data-state") === state) return;
  element.setAttribute("data-state", state);
  element.replaceChildren(icon(state), t(`state.${state}`));
}

/** @param {HTMLElement} element @param {any} alerts */
export function showAlerts(element, alerts) {
  const key = `${alerts.unresolved}/${alerts.unacknowledged}/${alerts.severity}`;
  if (element.dataset.key === key) return;
  element.dataset.key = key;
  element.hidden = alerts.unresolved === 0;
  const isSeen = alerts.unacknowledged === 0;
  element.dataset.severity = isSeen ? "seen" : alerts.severity ?? "low";
  element.replaceChildren(icon(isSeen ? "seen" : alerts.severity ?? "low"),
    isSeen ? t("alertCountSeen", { count: alerts.unresolved }) : t("alertCount", { count: alerts.unacknowledged }));
}

/** @param {number} quality */
export function qualityWord(quality) { return t(quality >= 0.8 ? "qualityGood" : quality >= 0.5 ? "qualityFair" : "qualityPoor"); }
