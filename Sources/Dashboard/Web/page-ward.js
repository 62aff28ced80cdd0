// The ward: every patient of who is signed in, those first who need a look.
import { Problem, request } from "./api.js";
import { segmented, skeleton } from "./components.js";
import { show } from "./dialog.js";
import { el, notice, setAttribute, setText } from "./elements.js";
import { icon } from "./icons.js";
import { keepChoice, keptChoice } from "./kept-choice.js";
import { live } from "./live.js";
import { MiniStrip } from "./mini-strip.js";
import { byNeed, isWanted, need, needGroup, needs, stateOrder } from "./need.js";
import { deviceBeatsText, heartRateText, qualityWord, rhythmText, sentence, showAlerts, showDataAge, showDevice, showState, staleStates, stripNote } from "./status.js";
import { speak } from "./speech.js";
import { t } from "./strings.js";

/** Order is changed at most so often, and never under a hand that is about to choose, in ms. */
const orderInterval = 5000;
/** From so many patients on, the ward begins dense. */
const manyPatients = 40;

/** @param {HTMLElement} main */
export function showWard(main) {
  /** @type {Map<string, Tile>} */
  const tiles = new Map();
  // An address that chooses something is followed; else it is as it was left.
  const address = location.search ? new URLSearchParams(location.search) : keptChoice("ward");
  /** What groups of patients are called, in order. @type {Map<string, string>} */
  let groupNames = new Map();
  const choice = { text: address.get("q") ?? "", only: address.get("only") ?? "all", in: address.get("in") ?? "all", group: address.get("group") ?? "none", density: address.get("density") ?? "" };
  const summary = el("p", { class: "summary", role: "status", "aria-live": "off", "data-testid": "ward-summary" });
  const search = /** @type {HTMLInputElement} */ (el("input", {
    type: "search", class: "search", placeholder: t("search"), "aria-label": t("search"), value: choice.text, "data-testid": "ward-search", "aria-keyshortcuts": "/",
    oninput: () => choose("text", search.value),
  }));
  const only = /** @type {HTMLSelectElement} */ (el("select", { "aria-label": t("show"), "data-testid": "ward-only", onchange: () => choose("only", only.value) },
    ...["all", ...needs, "seen"].map((value) => el("option", { value, selected: value === choice.only }, t(`only.${value}`)))));
  const inGroup = /** @type {HTMLSelectElement} */ (el("select", { "aria-label": t("inGroup"), hidden: true, "data-testid": "ward-in-group", onchange: () => choose("in", inGroup.value) }));
  const group = segmented(t("groupBy"), ["none", "need", "state", "group"].map((value) => ({ value, title: t(`group.${value}`) })), choice.group, (value) => choose("group", value));
  const density = segmented(t("density"), ["roomy", "dense"].map((value) => ({ value, title: t(`density.${value}`) })), choice.density || "roomy", (value) => choose("density", value));
  const moved = el("button", { class: "button quiet", hidden: true, "data-testid": "ward-moved", onclick: () => order(true) });
  const readOut = el("button", { class: "button quiet", "data-testid": "ward-read-out", onclick: tell }, icon("speak"), " ", t("readOut"));
  const tools = el("div", { class: "ward-tools" }, search, only, inGroup, group, density, moved, readOut);
  const empty = el("div", {}, skeleton(6));
  const wards = el("div", { class: "wards", "data-testid": "ward", onkeydown: step });
  main.append(el("div", { class: "page-head" }, el("h1", {}, t("ward")), summary), tools, empty, wards);
  tools.hidden = true;
  let orderedAt = -Infinity;
  let isLoaded = false;
  /** Sections by group. @type {Map<string, {element: HTMLElement, heading: HTMLElement, grid: HTMLElement}>} */
  const sections = new Map();

  /** @param {"text" | "only" | "in" | "group" | "density"} what @param {string} value */
  function choose(what, value) {
    choice[what] = value;
    // What is chosen stands in the address, so that a wall display opens as it was left.
    const query = new URLSearchParams();
    if (choice.text) query.set("q", choice.text);
    if (choice.only !== "all") query.set("only", choice.only);
    if (choice.in !== "all") query.set("in", choice.in);
    if (choice.group !== "none") query.set("group", choice.group);
    if (choice.density) query.set("density", choice.density);
    keepChoice("ward", query);
    history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
    order(true);
  }

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
        if (!tiles.has(status.patient)) tiles.set(status.patient, new Tile(status.patient));
      }
      groupNames = new Map((ward.groups ?? []).map((/** @type {any} */ one) => [one.group, one.name ?? t("groupUnknown", { group: one.group })]));
      for (const tile of tiles.values()) tile.groupNames = groupNames;
      offerGroups();
      isLoaded = true;
      tools.hidden = tiles.size === 0;
      update();
      order(true);
    } catch (problem) {
      const code = problem instanceof Problem ? problem.code : "page";
      if (code === "page") console.error(problem);
      empty.replaceChildren(notice(t("failed", { code }), "", el("button", { class: "button", onclick: load }, t("tryAgain"))));
    }
  }

  /** Groups of patients can be chosen where there are any. */
  function offerGroups() {
    // A group that is gone, or of which nobody is seen any more, is no choice.
    if (choice.in !== "all" && choice.in !== "none" && !groupNames.has(choice.in)) choice.in = "all";
    inGroup.hidden = groupNames.size === 0;
    const section = /** @type {HTMLElement | undefined} */ (group.querySelector('[value="group"]')?.parentElement ?? undefined);
    if (section) section.hidden = groupNames.size === 0 && choice.group !== "group";
    inGroup.replaceChildren(...[["all", t("inGroup.all")], ...groupNames, ["none", t("inGroup.none")]].map(([value, title]) => el("option", { value, selected: value === choice.in }, title)));
  }

  function update() {
    if (!isLoaded) return;
    let open = 0, lively = 0;
    for (const tile of tiles.values()) {
      tile.judge();
      for (const one of tile.all) if (one.strip.isVisible || one.isNew) one.update();
      open += tile.status?.alerts.unresolved ?? 0;
      if (tile.state === "live") lively++;
    }
    setText(summary, tiles.size === 0 ? "" : t("wardSummary", { count: tiles.size, live: lively, open: t("wardOpen", { count: open }) }));
    order(false);
  }

  /** Puts the tiles in order: those that are asked for, in their groups, by need. @param {boolean} isAsked for by a hand, or due */
  function order(isAsked) {
    const now = performance.now();
    if (!isAsked && now - orderedAt < orderInterval) return;
    const shown = byNeed(tiles.values()).filter((tile) => isWanted(tile.status, tile.state, { text: choice.text, only: choice.only, group: choice.in }, groupNames));
    /** @type {Map<string, Tile[]>} */
    const groups = new Map();
    for (const tile of shown) {
      const places = choice.group === "need" ? [needGroup(tile.status, tile.state)] : choice.group === "state" ? [tile.state] : choice.group === "group" ? tile.places(choice.in) : ["none"];
      places.forEach((key, index) => {
        const one = index === 0 ? tile : tile.copy(index - 1);
        const members = groups.get(key);
        if (members) members.push(one); else groups.set(key, [one]);
      });
    }
    const keys = (choice.group === "need" ? needs : choice.group === "state" ? stateOrder : choice.group === "group" ? [...groupNames.keys(), "ungrouped"] : ["none"]).filter((key) => groups.has(key));
    // Nothing jumps under a hand or a keyboard that is about to choose; that it would is said.
    const isHeld = !isAsked && (wards.matches(":hover") || wards.contains(document.activeElement));
    const plan = keys.flatMap((key) => [`#${key}`, .../** @type {Tile[]} */ (groups.get(key)).map((tile) => tile.name)]).join();
    const isSame = plan === wards.dataset.plan;
    moved.hidden = isSame || !isHeld;
    if (!moved.hidden) setText(moved, t("orderMoved"));
    if (isHeld) return;
    orderedAt = now;
    wards.dataset.density = choice.density || (tiles.size >= manyPatients ? "dense" : "roomy");
    const input = /** @type {HTMLInputElement | null} */ (density.querySelector(`[value="${wards.dataset.density}"]`));
    if (input) input.checked = true;
    empty.replaceChildren(...(tiles.size === 0 ? [notice(t("emptyWardTitle"), t("emptyWardText"))]
      : shown.length === 0 ? [notice(t("noMatch"), "", el("button", { class: "button quiet", onclick: all }, t("showAll")))] : []));
    if (isSame) return;
    wards.dataset.plan = plan;
    const kept = new Set([...groups.values()].flat());
    for (const tile of tiles.values()) for (const one of tile.all) if (!kept.has(one)) one.element.remove();
    for (const [key, section] of sections) if (!groups.has(key)) {
      section.element.remove();
      sections.delete(key);
    }
    keys.forEach((key, place) => {
      let section = sections.get(key);
      if (!section) {
        const heading = el("h2", { class: "ward-heading", hidden: key === "none" });
        const grid = el("div", { class: "ward" });
        sections.set(key, section = { heading, grid, element: el("section", {}, heading, grid) });
      }
      if (wards.children[place] !== section.element) wards.insertBefore(section.element, wards.children[place] ?? null);
      const members = /** @type {Tile[]} */ (groups.get(key));
      const title = choice.group === "need" ? t(`only.${key}`) : choice.group === "state" ? t(`state.${key}`) : groupNames.get(key) ?? t("inGroup.none");
      if (key !== "none") setText(section.heading, `${title} · ${members.length}`);
      members.forEach((tile, index) => {
        if (section.grid.children[index] !== tile.element) section.grid.insertBefore(tile.element, section.grid.children[index] ?? null);
      });
    });
  }

  function all() {
    search.value = "";
    only.value = inGroup.value = "all";
    choice.text = "";
    choice.in = "all";
    choose("only", "all");
    search.focus();
  }

  /** Arrows go from tile to tile, as they lie. @param {KeyboardEvent} event */
  function step(event) {
    const own = /** @type {HTMLElement} */ (event.target);
    if (!own.classList.contains("tile") || event.ctrlKey || event.altKey || event.metaKey) return;
    const list = /** @type {HTMLElement[]} */ ([...wards.querySelectorAll(".tile")]);
    const place = list.indexOf(own);
    let next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: list.length - 1 }[event.key];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const { left, top, bottom } = own.getBoundingClientRect();
      const rest = event.key === "ArrowDown" ? list.slice(place + 1) : list.slice(0, place).reverse();
      const found = rest.find((one) => {
        const box = one.getBoundingClientRect();
        return (event.key === "ArrowDown" ? box.top >= bottom : box.bottom <= top) && Math.abs(box.left - left) < box.width / 2;
      });
      next = found ? list.indexOf(found) : undefined;
    }
    if (next === undefined || !list[next]) return;
    event.preventDefault();
    list[next].focus();
  }

  /** The ward in sentences, for the ear and for the eye. */
  function tell() {
    const patients = byNeed([...tiles.values()].filter((tile) => tile.status));
    const first = patients.filter((tile) => needGroup(tile.status, tile.state) !== "steady");
    const said = [summary.textContent ?? "", ...first.map((tile) => `${sentence(tile.status, tile.state)}.`), t("othersSteady", { count: patients.length - first.length })];
    const silence = speak(said);
    show(t("readOutTitle"), el("div", { class: "read-out", tabindex: "0", role: "region", "aria-label": t("readOutTitle"), "data-testid": "read-out" }, ...said.map((one) => el("p", {}, one)))).then(silence);
  }

  /** @param {KeyboardEvent} event */
  function shortcut(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || /** @type {Element} */ (event.target).closest("input, textarea, select, dialog")) return;
    event.preventDefault();
    search.focus();
  }

  const again = () => load();
  document.addEventListener("keydown", shortcut);
  import("./emergency.js").then(({ offerBelowSearch }) => offerBelowSearch(search, empty)).catch(() => {});
  live.addEventListener("tick", update);
  live.addEventListener("ward", again);
  // What may be seen may have changed.
  live.addEventListener("resync", again);
  load();
  return () => {
    document.removeEventListener("keydown", shortcut);
    live.removeEventListener("tick", update);
    live.removeEventListener("ward", again);
    live.removeEventListener("resync", again);
    for (const tile of tiles.values()) tile.end();
  };
}

class Tile {
  /** @param {string} name @param {Tile | null} [first] the patient's own tile, where this one stands in another section */
  constructor(name, first = null) {
    this.name = name;
    this.first = first;
    /** Further tiles of the same patient, for sections by group. @type {Tile[]} */
    this.copies = [];
    /** @type {Map<string, string>} */
    this.groupNames = first?.groupNames ?? new Map();
    this.title = "";
    this.state = "waiting";
    /** @type {number[]} */
    this.need = [];
    this.isNew = true;
    this.person = el("span", { class: "tile-name" });
    this.rate = el("span", { class: "tile-rate", "data-testid": "tile-heart-rate" });
    this.stateBadge = el("span", { class: "state", "data-testid": "tile-state" });
    this.quality = el("span", { class: "tile-quality" });
    this.rhythm = el("span", { class: "tile-rhythm", "data-testid": "tile-rhythm" });
    this.groups = el("span", { class: "tile-groups", "data-testid": "tile-groups" });
    this.own = el("p", { class: "tile-own", hidden: true, "data-testid": "tile-device-beats" });
    this.device = el("span", { class: "tile-device", "data-testid": "tile-device" });
    this.age = el("span", { class: "age", "data-testid": "tile-age" });
    this.alert = el("span", { class: "badge", hidden: true, "data-testid": "tile-alerts" });
    this.note = el("p", { class: "strip-note", hidden: true, "data-testid": "tile-since" });
    const canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { class: "tile-strip", "data-testid": "tile-strip", "aria-hidden": "true" }));
    this.element = el("a", { class: "tile", href: `/patients/${name}`, "data-internal": true, "data-testid": `tile-${name}` },
      el("div", { class: "tile-head" }, el("span", { class: "tile-who" }, this.person, el("span", { class: "tile-pseudonym" }, name), this.groups), this.alert),
      el("div", { class: "tile-body" },
        el("div", { class: "tile-frame" }, canvas, this.note),
        el("div", { class: "tile-vitals" }, el("span", { class: "tile-figure" }, icon("heart", "icon heart"), this.rate), el("span", { class: "unit" }, t("bpm")))),
      el("div", { class: "tile-foot" }, this.stateBadge, this.rhythm, this.quality),
      el("div", { class: "tile-foot tile-link" }, this.device, this.age), this.own);
    this.strip = new MiniStrip(canvas, name);
    this.strip.appeared = (isVisible) => { if (isVisible) this.update(); };
  }

  get status() { return live.patient(this.name).status; }

  /** This tile and its copies. */
  get all() { return [this, ...this.copies]; }

  /** @param {number} index */
  copy(index) {
    const copy = this.copies[index] ??= new Tile(this.name, this);
    copy.judge();
    return copy;
  }

  /** The sections by group in which the patient stands; where one group is chosen, that one alone. @param {string} chosen */
  places(chosen) {
    const groups = /** @type {string[]} */ (this.status?.groups ?? []).filter((one) => this.groupNames.has(one));
    if (groups.includes(chosen)) return [chosen];
    return groups.length > 0 ? groups : ["ungrouped"];
  }

  end() {
    for (const copy of this.copies) copy.end();
    this.strip.end();
    this.element.remove();
  }

  /** What it is about now, without touching the page. */
  judge() {
    const { status } = this;
    if (!status) return;
    this.title = status.name ?? "";
    this.state = live.state(status);
    this.need = need(status, this.state);
    // Found by tests and by style whether it is in view or not.
    setAttribute(this.element, "data-state", this.state);
    for (const copy of this.copies) {
      copy.groupNames = this.groupNames;
      copy.judge();
    }
  }

  /** Writes what is seen. */
  update() {
    const { status, state } = this;
    if (!status) return;
    this.isNew = false;
    const isStale = staleStates.includes(state);
    setText(this.person, status.name ?? t("nameUnknown"));
    setText(this.rate, heartRateText(status, state));
    this.element.classList.toggle("stale", isStale);
    showState(this.stateBadge, state);
    setText(this.quality, status.quality === undefined || isStale || state === "not-analysed" ? "" : t("tileQuality", { quality: qualityWord(status.quality).toLowerCase() }));
    setText(this.rhythm, rhythmText(status, state));
    setAttribute(this.rhythm, "data-code", status.rhythm.code);
    showAlerts(this.alert, status.alerts);
    showDevice(this.device, status);
    setText(this.groups, (status.groups ?? []).map((/** @type {string} */ one) => this.groupNames.get(one) ?? "").filter(Boolean).join(", "));
    const own = deviceBeatsText(status);
    this.own.hidden = own === "";
    setText(this.own, own);
    showDataAge(this.age, status);
    const note = stripNote(state, status);
    this.note.hidden = note === "";
    setText(this.note, note);
    setAttribute(this.element, "aria-label", `${sentence(status, state)}, ${this.name}`);
  }
}
