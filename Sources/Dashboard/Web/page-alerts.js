// The inbox of alerts: by severity, with one alert open beside it.
import { Problem, request, session } from "./api.js";
import { choice } from "./alert-actions.js";
import { actorName, ruleName } from "./alert-card.js";
import { alertDetail } from "./alert-detail.js";
import { shortcuts, showKeys } from "./alert-keys.js";
import { lasting, sentence } from "./alert-words.js";
import { el, notice, setText } from "./elements.js";
import { icon } from "./icons.js";
import { live } from "./live.js";
import { dateTime, t } from "./strings.js";

/** Severities, gravest first. */
const severities = ["high", "medium", "low"];

/** @param {HTMLElement} main @param {string | undefined} chosen the alert that a message linked to */
export function showAlerts(main, chosen) {
  let isOver = false;
  /** @type {any[]} */
  let items = [];
  let selected = chosen ?? "";
  /** @type {ReturnType<typeof alertDetail> | null} */
  let open = null;
  let isLoading = false, isStale = false;

  const phase = choice(t("filterPhase"), ["attention", "new", "snoozed", "acknowledged", "done", "all"].map((name) => [name, t(`phase.${name}`)]), "filter-phase");
  const severity = choice(t("filterSeverity"), [["", t("anySeverity")], ...severities.map((name) => /** @type {[string, string]} */ ([name, t(`severity.${name}`)]))], "filter-severity");
  const mine = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", "data-testid": "filter-mine" }));
  const patient = /** @type {HTMLInputElement} */ (el("input", { type: "search", autocomplete: "off", placeholder: t("filterPatient"), "aria-label": t("filterPatient"), "data-testid": "filter-patient" }));
  const count = el("p", { class: "summary", role: "status", "data-testid": "alert-count" });
  const list = el("div", { class: "inbox-list", "data-testid": "alerts-open" }, el("p", { class: "quiet" }, t("loading")));
  const detail = el("section", { class: "inbox-detail", "aria-label": t("alertDetails"), "data-testid": "alert-detail" });
  const back = el("button", { class: "button quiet inbox-back", onclick: () => select("", true) }, t("backToInbox"));
  const inbox = el("div", { class: "inbox" }, list, el("div", { class: "inbox-side" }, back, detail));
  main.append(
    el("div", { class: "page-head" }, el("h1", {}, t("alerts")), count),
    el("div", { class: "filters inbox-filters", role: "search" }, phase.label, severity.label, patient, el("label", { class: "check" }, mine, t("assignedToMe"))),
    inbox, el("p", { class: "keys-help" }, el("button", { class: "button quiet small", type: "button", "data-testid": "keys-help", "aria-keyshortcuts": "?", onclick: showKeys }, t("keysHelp"))));
  for (const one of [phase.select, severity.select, mine]) one.addEventListener("change", () => load());
  patient.addEventListener("input", draw);

  /** Asks anew; what changes meanwhile is asked for once more afterwards, so that a storm costs two requests and not a hundred. */
  async function load() {
    if (isLoading) {
      isStale = true;
      return;
    }
    isLoading = true;
    try {
      do {
        isStale = false;
        const query = new URLSearchParams();
        if (phase.select.value !== "all") query.set("phase", phase.select.value);
        if (severity.select.value) query.set("severity", severity.select.value);
        if (mine.checked) query.set("assigned", "me");
        ({ items } = await request("GET", `/api/alerts?${query}`));
        if (isOver) return;
        draw();
      } while (isStale);
    } catch (problem) {
      if (!isOver) list.replaceChildren(notice(t("failed", { code: problem instanceof Problem ? problem.code : "page" }), "", el("button", { class: "button", onclick: load }, t("tryAgain"))));
    } finally {
      isLoading = false;
    }
  }

  function draw() {
    const wanted = patient.value.trim().toLowerCase();
    const shown = wanted ? items.filter((item) => item.patient && `${item.patient} ${live.name(item.patient)}`.toLowerCase().includes(wanted)) : items;
    setText(count, t("alertsShown", { count: shown.length }));
    const hadFocus = list.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.id : undefined;
    /** @type {HTMLElement[]} */
    const groups = [];
    for (const level of [...severities, ""]) {
      const rows = shown.filter((item) => level ? item.severity === level : !item.severity)
        .sort((a, b) => order(a) - order(b) || b.openedMs - a.openedMs);
      if (!rows.length) continue;
      groups.push(el("section", { class: "inbox-group", "data-severity": level || "low" },
        el("h2", {}, icon(level || "low"), el("span", {}, level ? t(`severity.${level}`) : t("unreadable")), el("span", { class: "badge", "data-severity": level || "low" }, String(rows.length))),
        el("ul", {}, ...rows.map((item) => el("li", {}, row(item))))));
    }
    list.replaceChildren(...(groups.length ? groups : [notice(t(isFiltered() ? "noMatchTitle" : "noAlertsTitle"), t(isFiltered() ? "noMatchText" : "noAlertsText"))]));
    if (hadFocus) /** @type {HTMLElement | null} */ (list.querySelector(`[data-id="${hadFocus}"]`))?.focus();
  }

  const isFiltered = () => phase.select.value !== "attention" || severity.select.value !== "" || mine.checked || patient.value.trim() !== "";

  /** @param {any} item */
  function row(item) {
    const who = item.assignedTo ? t("assignedShort", { account: item.assignedTo }) : item.acknowledgedBy ? t("acknowledgedShort", { account: actorName(item.acknowledgedBy) }) : "";
    return el("a", {
      class: "inbox-row", id: `alert-${item.id}`, href: `/alerts/${item.id}`, "data-id": item.id, "data-testid": "alert", "data-severity": item.severity ?? "low", "data-state": item.state, "data-phase": item.phase,
      "data-patient": item.patient, "data-rule": item.rule, "aria-current": item.id === selected ? "true" : undefined,
      onclick: (/** @type {MouseEvent} */ event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        event.stopPropagation();
        select(item.id, true);
      },
    },
    el("span", { class: "row-head" }, el("strong", {}, ruleName(item.rule)), el("span", { class: "tile-pseudonym" }, item.patient ?? item.device)),
    item.patient ? el("span", { class: "row-name", "data-patient": item.patient }, live.name(item.patient)) : "",
    el("span", { class: "row-text" }, sentence(item)),
    el("span", { class: "row-foot" },
      el("time", {}, dateTime(item.onsetMs ?? item.openedMs)),
      el("span", {}, item.resolvedMs ? t("lasted", { time: lasting((item.endMs ?? item.resolvedMs) - (item.onsetMs ?? item.openedMs)) }) : t("episodeOn")),
      el("span", { class: "row-phase" }, item.phase === "new" ? t("phase.new") : who || t(`phase.${item.phase}`))));
  }

  /** Opens an alert beside the list. @param {string} id @param {boolean} isByHand */
  function select(id, isByHand) {
    if (isByHand && id !== selected) history.pushState(null, "", id ? `/alerts/${id}` : "/alerts");
    selected = id;
    open?.end();
    open = null;
    inbox.dataset.open = String(id !== "");
    for (const one of list.querySelectorAll(".inbox-row")) {
      if (/** @type {HTMLElement} */ (one).dataset.id === id) one.setAttribute("aria-current", "true"); else one.removeAttribute("aria-current");
    }
    if (id) open = alertDetail(detail, id, load);
    else detail.replaceChildren(el("p", { class: "quiet" }, t("chooseAlert")));
  }

  /** @param {number} step */
  function move(step) {
    const rows = /** @type {HTMLElement[]} */ ([...list.querySelectorAll(".inbox-row")]);
    const at = rows.findIndex((one) => one.dataset.id === selected);
    const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + step))];
    if (!next?.dataset.id) return;
    next.focus();
    if (next.dataset.id !== selected) select(next.dataset.id, true);
  }

  /** Single keys, only while the focus is on this page's content and not where something is written. @param {KeyboardEvent} event */
  function key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select, textarea, dialog")) return;
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "?") showKeys();
    else {
      const action = Object.keys(shortcuts).find((name) => shortcuts[name] === event.key);
      if (!action || !open) return;
      open.act(action);
    }
    event.preventDefault();
  }

  /** A snooze that is over is no event: the time alone says so. Names come with the stream, after the list perhaps. */
  function wake() {
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll(".row-name"))) setText(one, live.name(one.dataset.patient ?? ""));
    const now = live.now();
    if (items.some((item) => item.phase === "snoozed" && item.snoozedUntilMs <= now)) load();
  }

  main.addEventListener("keydown", key);
  live.addEventListener("alert", load);
  live.addEventListener("tick", wake);
  select(selected, false);
  load();
  if (session) main.focus({ preventScroll: true });
  return () => {
    isOver = true;
    open?.end();
    main.removeEventListener("keydown", key);
    live.removeEventListener("alert", load);
    live.removeEventListener("tick", wake);
  };
}

/** New ones first, then those that were put off, then those that somebody looks after. @param {any} item */
function order(item) {
  return ["new", "snoozed", "acknowledged", "done"].indexOf(item.phase);
}
