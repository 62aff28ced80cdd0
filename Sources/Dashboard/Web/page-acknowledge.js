// The page behind the link in a mail: says whose alert it is and how severe, and asks before anything is done. No sign-in.
import { request } from "./api.js";
import { problemText } from "./dialog.js";
import { el, notice, setText } from "./elements.js";
import { icon } from "./icons.js";
import { dateTime, t } from "./strings.js";

/** @param {HTMLElement} main */
export function showAcknowledge(main) {
  let isOver = false;
  const token = location.hash.slice(1);
  const path = `/api/acknowledgements/${encodeURIComponent(token)}`;
  const place = el("section", { class: "card acknowledge", "data-testid": "acknowledge-page" }, el("p", { role: "status" }, t("loading")));
  main.append(place);

  async function load() {
    try {
      fill(await request("GET", path));
    } catch (problem) {
      refuse(problem);
    }
  }

  /** @param {any} view */
  function fill(view) {
    if (isOver) return;
    const problem = el("p", { class: "form-problem", role: "alert" });
    const isDone = Boolean(view.acknowledgedMs) || view.isClosed;
    const confirm = /** @type {HTMLButtonElement} */ (el("button", {
      class: "button", "data-testid": "acknowledge-confirm",
      onclick: async () => {
        confirm.disabled = true;
        setText(problem, "");
        try {
          fill(await request("POST", path, {}));
        } catch (failure) {
          confirm.disabled = false;
          setText(problem, problemText(failure));
        }
      },
    }, t("takeNote")));
    place.dataset.severity = view.severity;
    place.dataset.done = String(isDone);
    place.replaceChildren(
      el("h1", {}, t("acknowledgeTitle")),
      el("p", { class: "acknowledge-what" }, el("span", { class: "alert-mark" }, icon(view.severity), el("span", {}, t(`severity.${view.severity}`))),
        el("span", {}, t("acknowledgeWhat", { patient: view.patient ?? t("nobodyKnown"), time: dateTime(view.openedMs) }))),
      isDone ? el("p", { class: "said", role: "status", "data-testid": "acknowledge-done" }, view.acknowledgedMs ? t("noteTaken", { time: dateTime(view.acknowledgedMs) }) : t("alertClosed"))
        : el("p", {}, t("acknowledgeText")),
      problem,
      el("div", { class: "actions" }, isDone ? "" : confirm, el("a", { class: "button quiet", href: "/alerts", "data-internal": true }, t("signInForMore"))),
      el("p", { class: "small-print" }, t("linkUntil", { time: dateTime(view.expiresMs) })));
  }

  /** @param {unknown} problem */
  function refuse(problem) {
    if (isOver) return;
    const code = /** @type {any} */ (problem).code;
    place.replaceChildren(notice(
      t(code === "link-expired" ? "linkExpired" : code === "not-found" ? "linkUnusable" : "serverUnreachable"), t("linkRefusedText"),
      el("a", { class: "button", href: "/alerts", "data-internal": true }, t("signInForMore"))));
  }

  load();
  return () => { isOver = true; };
}
