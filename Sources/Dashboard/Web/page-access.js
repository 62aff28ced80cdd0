// Who opened patients outside their assignment, and what happened to accounts: for administrators and auditors.
import { request, session } from "./api.js";
import { badge, toast } from "./components.js";
import { ask, problemText } from "./dialog.js";
import { el, notice, redraw, table } from "./elements.js";
import { dateTime, isKnown, t } from "./strings.js";

/** @param {HTMLElement} main */
export function showAccess(main) {
  const accesses = el("section", { class: "card wide" }), events = el("section", { class: "card wide" });
  main.append(el("div", { class: "page-head" }, el("h1", {}, t("access")), el("p", { class: "summary" }, t("accessSummary"))), accesses, events);
  const ends = [showAccesses(accesses), showEvents(events)];
  return () => ends.forEach((end) => end());
}

/** The accesses beyond an assignment; another page can show them too. @param {HTMLElement} place @returns {() => void} what ends it */
export function showAccesses(place) {
  let isOver = false;
  const list = el("div", {});
  place.append(el("h2", {}, t("emergencyAccesses")), list);
  async function load() {
    try {
      const { items } = await request("GET", "/api/emergency-access");
      if (isOver) return;
      if (items.length === 0) return list.replaceChildren(notice(t("noAccesses"), t("noAccessesText")));
      redraw(list, table(t("emergencyAccesses"), [t("account"), t("patient"), t("reason"), t("opened"), t("accessUntil"), t("state"), t("told"), ""], items.map((/** @type {any} */ one) => [
        one.account, el("code", {}, one.patient), el("span", { class: "prose" }, one.reason ?? t("reasonSealed")), dateTime(one.openedMs), dateTime(one.endedMs ?? one.untilMs),
        one.isInForce ? badge("warn", t("inForce")) : one.endedBy ? t("endedBy", { account: one.endedBy }) : t("accessOver"), told(one.notices),
        one.isInForce && session?.role === "administrator" ? el("button", {
          class: "button danger", "data-testid": "end-access", "aria-label": t("endAccessOf", { account: one.account, patient: one.patient }),
          onclick: async () => {
            const answer = await ask({ title: t("endAccessOf", { account: one.account, patient: one.patient }), text: t("endAccessText"), action: t("endAccess"), isDangerous: true, send: () => request("DELETE", `/api/emergency-access/${one.id}`) });
            if (answer === null) return;
            toast(t("accessEnded"));
            load();
          },
        }, t("endAccess")) : "",
      ]), "accesses"));
    } catch (problem) {
      if (!isOver) list.replaceChildren(notice(problemText(problem), "", el("button", { class: "button", onclick: load }, t("tryAgain"))));
    }
  }
  load();
  return () => { isOver = true; };
}

/** Whether the privacy officers were told. @param {{state: string}[]} notices */
function told(notices) {
  if (notices.length === 0) return badge("quiet", t("toldNobody"));
  const delivered = notices.filter((one) => one.state === "delivered").length;
  const kind = delivered === notices.length ? "good" : notices.some((one) => one.state === "dead") ? "bad" : "warn";
  return badge(kind, t("toldOf", { delivered, of: notices.length }));
}

/** What happened to accounts. @param {HTMLElement} place @returns {() => void} what ends it */
export function showEvents(place) {
  let isOver = false;
  const list = el("div", {});
  place.append(el("h2", {}, t("accountEvents")), list);
  async function load() {
    try {
      const { items } = await request("GET", "/api/account-events");
      if (isOver) return;
      if (items.length === 0) return list.replaceChildren(notice(t("noEvents"), ""));
      list.replaceChildren(table(t("accountEvents"), [t("time"), t("account"), t("accountEvent"), t("eventDetail"), t("by"), t("eventAddress")], items.map((/** @type {any} */ one) => [
        dateTime(one.atMs), named(one.account ?? ""), t(`event.${one.kind}`), [one.patient, detailOf(one.detail)].filter(Boolean).join(", "), one.actor === "operator" ? t("operator") : named(one.actor), one.address ?? ""]), "account-events"));
    } catch (problem) {
      if (!isOver) list.replaceChildren(notice(problemText(problem), "", el("button", { class: "button", onclick: load }, t("tryAgain"))));
    }
  }
  load();
  return () => { isOver = true; };
}

/** What was recorded beside an event, in words where it is one of a few. @param {string | undefined} detail */
function detailOf(detail = "") {
  return isKnown(`detail.${detail}`) ? t(`detail.${detail}`) : detail;
}

/** What was typed where no account has that name is recorded nowhere. @param {string} account */
const named = (account) => account === "(unknown)" ? t("unknownAccount") : account;
