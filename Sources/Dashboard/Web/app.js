// The frame of every page: who is signed in, where one can go, whether the connection lives.
import { loadSession, session, signOut } from "./api.js";
import { el, notice, setText } from "./elements.js";
import { icon } from "./icons.js";
import { live } from "./live.js";
import { showAdministration } from "./page-administration.js";
import { showAlerts } from "./page-alerts.js";
import { showAudit } from "./page-audit.js";
import { showDeviceKeys } from "./page-device-keys.js";
import { showKeys } from "./page-keys.js";
import { showPatient } from "./page-patient.js";
import { showSignIn } from "./page-sign-in.js";
import { showWard } from "./page-ward.js";
import { clockTime, t } from "./strings.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
/** Ends the page that is shown. @type {() => void} */
let leave = () => {};
/** Grows with each page, so that one that loads slowly does not overwrite the next. */
let generation = 0;

/** @param {string} path */
export function go(path) {
  history.pushState(null, "", path);
  route();
}

addEventListener("popstate", () => route());
addEventListener("hashchange", () => route());
addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest?.("a[data-internal]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(/** @type {HTMLAnchorElement} */ (link).pathname);
});
live.addEventListener("ended", () => {
  live.close();
  signInPage(t("signedOutBecause"));
});

const pages = [
  { pattern: /^\/(ward)?$/, roles: ["clinician"], show: showWard, title: () => t("ward") },
  { pattern: /^\/patients\/(P-[A-Z2-9]{4,12})$/, roles: ["clinician"], show: showPatient, title: (name) => name },
  { pattern: /^\/alerts(?:\/([0-9a-f]{32}))?$/, roles: ["clinician"], show: showAlerts, title: () => t("alerts") },
  { pattern: /^\/administration$/, roles: ["administrator", "auditor"], show: showAdministration, title: () => t("administration") },
  { pattern: /^\/keys$/, roles: ["administrator", "auditor"], show: showKeys, title: () => t("keys") },
  { pattern: /^\/keys\/devices\/([a-z0-9-]{3,32})$/, roles: ["administrator", "auditor"], show: showDeviceKeys, title: (name) => name },
  { pattern: /^\/audit$/, roles: ["administrator", "auditor"], show: showAudit, title: () => t("auditLog") },
];

/** Shows the page of the address. */
async function route() {
  const mine = ++generation;
  leave();
  leave = () => {};
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  if (!session) {
    try {
      await loadSession();
    } catch {
      root.replaceChildren(notice(t("serverUnreachable"), "", el("button", { class: "button", onclick: route }, t("tryAgain"))));
      return;
    }
  }
  if (mine !== generation) return;
  if (!session) return signInPage("");
  // Mails link to `/#/alerts/…`: what stands behind the hash is not sent to anybody on the way.
  if (location.hash.startsWith("#/")) history.replaceState(null, "", location.hash.slice(1));
  const isStart = location.pathname === "/" || location.pathname === "/sign-in";
  if (isStart) history.replaceState(null, "", session.role === "clinician" ? "/ward" : "/administration");
  for (const page of pages) {
    const match = page.pattern.exec(location.pathname);
    if (!match) continue;
    document.title = `${page.title(match[1])} · ${t("product")}`;
    const main = frame();
    if (!page.roles.includes(session.role)) {
      main.append(notice(t("forbiddenTitle"), t("forbiddenText")));
      return;
    }
    if (session.role === "clinician") live.open();
    const end = page.show(main, match[1]);
    leave = end ?? leave;
    return;
  }
  document.title = t("product");
  frame().append(notice(t("notFoundTitle"), t("notFoundText"), el("a", { class: "button", href: "/ward", "data-internal": true }, t("backToWard"))));
}

/** @param {string} message */
function signInPage(message) {
  leave();
  document.title = `${t("signIn")} · ${t("product")}`;
  leave = showSignIn(root, message, () => route()) ?? (() => {});
}

/** The frame round a page; returns where its content goes. */
function frame() {
  const links = session.role === "clinician" ? [["/ward", "ward"], ["/alerts", "alerts"]] : [["/administration", "administration"], ["/keys", "keys"], ["/audit", "auditLog"]];
  const lamp = el("span", { class: "connection", "data-testid": "connection", role: "status" });
  const banner = el("p", { class: "banner", role: "alert", hidden: true, "data-testid": "connection-lost" });
  const main = el("main", { id: "main", tabindex: "-1" });
  root.replaceChildren(
    el("header", { class: "bar" },
      el("a", { class: "brand", href: "/", "data-internal": true }, icon("mark", "brand-mark"), el("span", {}, t("product"))),
      el("nav", { "aria-label": t("product") }, ...links.map(([path, key]) => el("a", {
        href: path, "data-internal": true, "data-testid": `nav-${key}`, "aria-current": location.pathname.startsWith(path) ? "page" : undefined,
      }, t(key)))),
      session.role === "clinician" && lamp,
      el("div", { class: "who" },
        el("span", { class: "who-name", "data-testid": "account" }, session.account),
        el("span", { class: "who-role" }, t(`role${session.role[0].toUpperCase()}${session.role.slice(1)}`))),
      el("button", {
        class: "button quiet", "data-testid": "sign-out",
        onclick: async () => {
          live.close();
          await signOut().catch(() => {});
          history.replaceState(null, "", "/sign-in");
          route();
        },
      }, t("signOut"))),
    banner, main);
  const tick = () => {
    if (!lamp.isConnected) {
      live.removeEventListener("tick", tick);
      return;
    }
    const state = !live.hasConnected ? "connecting" : live.isLost ? "lost" : "live";
    lamp.dataset.state = state;
    setText(lamp, state === "live" ? `${t("connected")} · ${clockTime(live.now())}` : state === "lost" ? t("state.no-data") : t("connecting"));
    banner.hidden = state !== "lost";
    if (state === "lost") setText(banner, t("connectionLost", { time: clockTime(live.clock.nowMs) }));
  };
  // A clock that is read out every second would be unbearable; the banner is what speaks.
  lamp.setAttribute("aria-live", "off");
  live.addEventListener("tick", tick);
  return main;
}

route();
