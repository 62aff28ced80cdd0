// The frame of every page: who is signed in, where one can go, whether the connection lives. Each page is a module of its own,
// fetched with its words and its styles when somebody goes there.
import { loadSession, session, signOut } from "./api.js";
import { el, notice, setText } from "./elements.js";
import { icon } from "./icons.js";
import { live } from "./live.js";
import { chooseLanguage, clockTime, language, languages, loadStrings, t } from "./strings.js";

const root = /** @type {HTMLElement} */ (document.getElementById("app"));
/** Ends the page that is shown. @type {() => void} */
let leave = () => {};
/** Grows with each page, so that one that loads slowly does not overwrite the next. */
let generation = 0;

/** @param {string} path */
export function go(path) {
  history.pushState(null, "", path);
  route(true);
}

addEventListener("popstate", () => route());
addEventListener("hashchange", () => route());
addEventListener("click", (event) => {
  const link = /** @type {Element} */ (event.target).closest?.("a[data-internal]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const { pathname, search } = /** @type {HTMLAnchorElement} */ (link);
  go(pathname + search);
});
live.addEventListener("ended", () => {
  live.close();
  signInPage("signedOutBecause");
});

const clinicians = ["clinician"], staff = ["administrator", "auditor"], everybody = [...clinicians, ...staff];

/**
 * The pages: address, who may open them, and what is fetched for them: `load` brings the module, whose function `show` is called with
 * the element `main` and the address's parameter and returns what ends the page; `strings` are groups of words, `styles` style sheets.
 * @type {{pattern: RegExp, roles: string[], load: () => Promise<any>, show: string, strings?: string[], styles?: string[], isPublic?: boolean, title: (name: string) => string}[]}
 */
const pages = [
  { pattern: /^\/(ward)?$/, roles: clinicians, load: () => import("./page-ward.js"), show: "showWard", strings: ["clinical", "ward"], styles: ["ward.css"], title: () => t("ward") },
  { pattern: /^\/patients\/(P-[A-Z2-9]{4,12})$/, roles: clinicians, load: () => import("./page-patient.js"), show: "showPatient", strings: ["clinical", "alerts", "patient", "review"], styles: ["patient.css"], title: (name) => name },
  { pattern: /^\/alerts(?:\/([0-9a-f]{32}))?$/, roles: clinicians, load: () => import("./page-alerts.js"), show: "showAlerts", strings: ["clinical", "alerts"], styles: ["alerts.css"], title: () => t("alerts") },
  { pattern: /^\/patients\/(P-[A-Z2-9]{4,12})\/plan$/, roles: clinicians, load: () => import("./page-plan.js"), show: "showPlan", strings: ["clinical", "alerts", "plan"], styles: ["alerts.css"], title: (name) => name },
  // The link in a mail: its token is the right, so that it needs no sign-in and has no frame.
  { pattern: /^\/acknowledge$/, roles: [], isPublic: true, load: () => import("./page-acknowledge.js"), show: "showAcknowledge", strings: ["clinical", "acknowledge"], styles: ["alerts.css"], title: () => t("acknowledgeTitle") },
  { pattern: /^\/administration$/, roles: staff, load: () => import("./page-administration.js"), show: "showAdministration", strings: ["administration"], title: () => t("administration") },
  { pattern: /^\/administration\/retention$/, roles: staff, load: () => import("./page-retention.js"), show: "showRetention", strings: ["retention"], styles: ["retention.css"], title: () => t("retention") },
  { pattern: /^\/keys$/, roles: staff, load: () => import("./page-keys.js"), show: "showKeys", strings: ["keys"], title: () => t("keys") },
  { pattern: /^\/keys\/devices\/([a-z0-9-]{3,32})$/, roles: staff, load: () => import("./page-device-keys.js"), show: "showDeviceKeys", strings: ["keys"], title: (name) => name },
  { pattern: /^\/audit$/, roles: staff, load: () => import("./page-audit.js"), show: "showAudit", strings: ["keys", "audit"], title: () => t("auditLog") },
  { pattern: /^\/reports$/, roles: staff, load: () => import("./page-reports.js"), show: "showReports", strings: ["reports"], styles: ["reports.css"], title: () => t("reports") },
  { pattern: /^\/account$/, roles: everybody, load: () => import("./page-account.js"), show: "showAccount", strings: ["account"], styles: ["account.css"], title: () => t("ownAccount") },
  { pattern: /^\/access$/, roles: staff, load: () => import("./page-access.js"), show: "showAccess", strings: ["access"], styles: ["account.css"], title: () => t("access") },
];

/** Where one can go from the frame, by role. @type {Record<string, [string, string][]>} */
const links = {
  clinician: [["/ward", "ward"], ["/alerts", "alerts"]],
  administrator: [["/administration", "administration"], ["/keys", "keys"], ["/access", "access"], ["/audit", "auditLog"], ["/reports", "reports"]],
  auditor: [["/administration", "administration"], ["/keys", "keys"], ["/access", "access"], ["/audit", "auditLog"], ["/reports", "reports"]],
};

/** The page of the address, if there is one. */
const pageHere = () => pages.find(({ pattern }) => pattern.test(location.pathname));

/** Everything a page needs, fetched side by side. @param {(typeof pages)[number]} page */
async function fetchPage(page) {
  const [module] = await Promise.all([page.load(), loadStrings("common", ...page.strings ?? []), ...(page.styles ?? []).map(loadStyle)]);
  return module[page.show];
}

/** @type {Map<string, Promise<void>>} */
const styles = new Map();

/** @param {string} name */
function loadStyle(name) {
  let load = styles.get(name);
  if (!load) {
    load = new Promise((resolve, reject) => {
      document.head.append(el("link", { rel: "stylesheet", href: `/web/${name}`, onload: () => resolve(), onerror: () => reject(new Error(name)) }));
    });
    styles.set(name, load);
    load.catch(() => styles.delete(name));
  }
  return load;
}

/** Shows the page of the address. @param {boolean} [isByHand] whether somebody followed a link: the focus goes to the page then */
async function route(isByHand = false) {
  const mine = ++generation;
  leave();
  leave = () => {};
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  // Mails link to `/#/alerts/…`: what stands behind the hash is not sent to anybody on the way.
  if (location.hash.startsWith("#/") && session) history.replaceState(null, "", location.hash.slice(1));
  try {
    // What the page will need is fetched while the server says who is signed in.
    const early = pageHere();
    if (early) fetchPage(early).catch(() => {});
    await Promise.all([loadStrings("common"), session ?? loadSession()]);
  } catch {
    if (mine === generation) root.replaceChildren(unreachable());
    return;
  }
  if (mine !== generation) return;
  const open = pageHere();
  if (open?.isPublic) {
    const main = el("main", { id: "main", tabindex: "-1" });
    root.replaceChildren(main);
    return fill(open, main, mine, isByHand);
  }
  if (!session) return signInPage("");
  if (location.hash.startsWith("#/")) history.replaceState(null, "", location.hash.slice(1));
  const isStart = location.pathname === "/" || location.pathname === "/sign-in";
  if (isStart) history.replaceState(null, "", links[session.role][0][0]);
  // A role that needs a second factor opens nothing before there is one.
  if (session.needsSecondFactor) history.replaceState(null, "", "/account");
  const page = pageHere();
  document.title = t("product");
  if (!page) {
    frame().append(notice(t("notFoundTitle"), t("notFoundText"), el("a", { class: "button", href: "/", "data-internal": true }, t("backToStart"))));
    return;
  }
  const main = frame();
  if (!page.roles.includes(session.role)) {
    main.append(notice(t("forbiddenTitle"), t("forbiddenText")));
    return;
  }
  if (session.role === "clinician" && !session.needsSecondFactor) live.open();
  await fill(page, main, mine, isByHand);
}

/** Puts a page into its place. @param {(typeof pages)[number]} page @param {HTMLElement} main @param {number} mine @param {boolean} isByHand */
async function fill(page, main, mine, isByHand) {
  main.append(el("p", { class: "skeleton", role: "status" }, t("loading")));
  try {
    const show = await fetchPage(page);
    if (mine !== generation) return;
    const name = page.pattern.exec(location.pathname)?.[1] ?? "";
    document.title = `${page.title(name)} · ${t("product")}`;
    main.replaceChildren();
    leave = show(main, name) ?? leave;
    if (isByHand) main.focus({ preventScroll: true });
  } catch (problem) {
    console.error(problem);
    if (mine === generation) main.replaceChildren(unreachable());
  }
}

/** In place of a page whose parts could not be fetched; in English where not even the words could. */
function unreachable() {
  const words = t("serverUnreachable"), again = t("tryAgain");
  return notice(words === "serverUnreachable" ? "The server does not answer." : words, "",
    el("button", { class: "button", onclick: () => route() }, again === "tryAgain" ? "Try again" : again));
}

/** @param {string} key of what to say, or nothing */
async function signInPage(key) {
  const mine = ++generation;
  leave();
  leave = () => {};
  try {
    const [{ showSignIn }] = await Promise.all([import("./page-sign-in.js"), loadStrings("common", "sign-in")]);
    if (mine !== generation) return;
    document.title = `${t("signIn")} · ${t("product")}`;
    leave = showSignIn(root, key && t(key), () => route()) ?? leave;
    root.append(languageSwitch());
  } catch {
    if (mine === generation) root.replaceChildren(unreachable());
  }
}

/** The languages, each by its own name. */
function languageSwitch() {
  return el("label", { class: "language" }, el("span", { class: "visually-hidden" }, t("language")),
    el("select", { "data-testid": "language", onchange: (/** @type {Event} */ event) => chooseLanguage(/** @type {HTMLSelectElement} */ (event.target).value) },
      ...languages.map(({ code, name }) => el("option", { value: code, lang: code, selected: code === language.code }, name))));
}

/** The frame round a page; returns where its content goes. */
function frame() {
  const { role, account } = /** @type {import("./api.js").Session} */ (session);
  const lamp = el("span", { class: "connection", "data-testid": "connection", role: "status" });
  const tone = el("span", {});
  if (role === "clinician") Promise.all([import("./watch.js"), import("./alert-assigned.js"), loadStrings("clinical")]).then(([{ startWatch, toneSwitch }, { startAssignments }]) => {
    startWatch();
    startAssignments();
    tone.replaceWith(toneSwitch());
  }, () => {});
  const banner = el("p", { class: "banner", role: "alert", hidden: true, "data-testid": "connection-lost" });
  const main = el("main", { id: "main", tabindex: "-1" });
  root.replaceChildren(
    el("a", { class: "skip", href: "#main", onclick: (/** @type {Event} */ event) => { event.preventDefault(); main.focus(); } }, t("skip")),
    el("header", { class: "bar" },
      el("a", { class: "brand", href: "/", "data-internal": true }, icon("mark", "brand-mark"), el("span", {}, t("product"))),
      el("nav", { class: "scrolls", "aria-label": t("pages") }, ...links[role].map(([path, key]) => el("a", {
        href: path, "data-internal": true, "data-testid": `nav-${key}`, "aria-current": location.pathname.startsWith(path) ? "page" : undefined,
      }, t(key)))),
      role === "clinician" && lamp,
      el("a", { class: "who", href: "/account", "data-internal": true, title: t("ownAccount"), "data-testid": "own-account" },
        el("span", { class: "who-name", "data-testid": "account" }, account),
        el("span", { class: "who-role" }, t(`role${role[0].toUpperCase()}${role.slice(1)}`))),
      role === "clinician" && tone,
      languageSwitch(),
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
  root.querySelector("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  const tick = () => {
    if (!lamp.isConnected) {
      live.removeEventListener("tick", tick);
      return;
    }
    const state = !live.hasConnected ? "connecting" : live.isLost ? "lost" : "live";
    lamp.dataset.state = state;
    setText(lamp, state === "live" ? `${t("connected")} · ${clockTime(live.now())}` : state === "lost" ? t("connectionLostShort") : t("connecting"));
    banner.hidden = state !== "lost";
    if (state === "lost") setText(banner, t("connectionLost", { time: clockTime(live.clock.nowMs) }));
  };
  // A clock that is read out every second would be unbearable; the banner is what speaks.
  lamp.setAttribute("aria-live", "off");
  live.addEventListener("tick", tick);
  tick();
  return main;
}

route();
