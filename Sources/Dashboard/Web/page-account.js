// One's own account: password, second factor, and where one is signed in.
import { loadSession, request, session } from "./api.js";
import { passkeyCard, proof } from "./account-passkeys.js";
import { badge, toast } from "./components.js";
import { ask, field, problemText } from "./dialog.js";
import { el, notice, redraw, setText, table } from "./elements.js";
import { qrImage } from "./qr.js";
import { dateTime, t } from "./strings.js";
import { showTokens } from "./tokens.js";

/** @param {Record<string, any>} [more] */
const passwordField = (more = {}) => field(t("presentPassword"), { type: "password", required: true, maxlength: "1024", autocomplete: "current-password", ...more });
/** @param {Record<string, any>} [more] */
const codeField = (more = {}) => field(t("code"), { required: true, maxlength: "64", autocomplete: "one-time-code", autocapitalize: "characters", spellcheck: "false", ...more });

/** The code of who has an app; left empty by who uses a passkey. @param {any} account @param {string} [testID] */
const proofField = (account, testID = "dialog-code") => field(account.passkeys.length > 0 ? t("codeOrPasskey") : t("code"), {
  required: account.passkeys.length === 0, maxlength: "64", autocomplete: "one-time-code", autocapitalize: "characters", spellcheck: "false", "data-testid": testID,
});

/** @param {HTMLElement} main */
export function showAccount(main) {
  let isOver = false, hasTokens = false;
  /** @type {any} */
  let own;
  const factor = el("div", { class: "account-form" }), passkeys = el("div", {}), password = el("div", {}), places = el("div", {}), tokens = el("section", { class: "card wide", "data-testid": "card-tokens" });
  const factorCard = el("section", { class: "card", "data-testid": "card-second-factor" }, el("h2", {}, t("secondFactor")), factor);
  const passkeyPlace = el("section", { class: "card", "data-testid": "card-passkeys" }, el("h2", {}, t("passkeys")), passkeys);
  main.append(
    el("div", { class: "page-head" }, el("h1", {}, t("ownAccount")), el("p", { class: "summary" }, session?.account ?? "")),
    el("div", { class: "account-cards" },
      factorCard, passkeyPlace,
      el("section", { class: "card tall", "data-testid": "card-password" }, el("h2", {}, t("password")), password),
      el("section", { class: "card wide", "data-testid": "card-sign-ins" }, el("h2", {}, t("signIns")), places), tokens));

  async function load() {
    try {
      const account = await request("GET", "/api/account");
      if (isOver) return;
      own = account;
      // Whoever signs in elsewhere is told so once, where the password would be.
      factorCard.hidden = passkeyPlace.hidden = !account.hasPassword;
      showFactor(account);
      redraw(passkeys, passkeyCard(account, {
        fields: () => ({ password: passwordField({ "data-testid": "dialog-password" }), code: proofField(account) }), showCodes, done: load,
      }));
      if (account.isSecondFactorRequired && session?.needsSecondFactor) {
        password.replaceChildren(el("p", { class: "quiet" }, t("secondFactorFirst")));
        places.replaceChildren(el("p", { class: "quiet" }, t("secondFactorFirst")));
        return;
      }
      password.replaceChildren(account.hasPassword ? passwordForm(account) : el("p", { class: "quiet" }, t("signedInElsewhere")));
      if (!hasTokens) { hasTokens = true; showTokens(tokens, true); }
      await loadPlaces();
    } catch (problem) {
      if (!isOver) places.replaceChildren(notice(problemText(problem), "", el("button", { class: "button", onclick: load }, t("tryAgain"))));
    }
  }

  // Second factor

  /** @param {any} account */
  function showFactor(account) {
    if (!account.hasPassword) return factor.replaceChildren(el("p", { class: "quiet" }, t("signedInElsewhere")));
    if (!account.secondFactor) {
      redraw(factor,
        el("p", { "data-testid": "second-factor-state" }, account.passkeys.length > 0 ? badge("good", t("secondFactorPasskey")) : badge(account.isSecondFactorRequired ? "bad" : "warn", t("secondFactorNone"))),
        el("p", { class: "quiet" }, t(account.passkeys.length > 0 ? "secondFactorBesidePasskey" : account.isSecondFactorRequired ? "secondFactorRequired" : "secondFactorAdvice")),
        el("button", { class: "button", "data-testid": "add-second-factor", onclick: begin }, t("addSecondFactor")), account.passkeys.length > 0 ? recoveryButton() : "");
      return;
    }
    const left = account.secondFactor.recoveryCodesLeft;
    redraw(factor,
      el("p", { "data-testid": "second-factor-state" }, badge("good", t("secondFactorSince", { time: dateTime(account.secondFactor.sinceMs) }))),
      el("p", { class: left < 3 ? "warning" : "quiet", "data-testid": "recovery-codes-left" }, t("recoveryCodesLeft", { count: left })),
      el("div", { class: "actions" },
        recoveryButton(),
        el("button", { class: "button danger", "data-testid": "remove-second-factor", onclick: () => remove() }, t("removeSecondFactor"))));
  }

  const recoveryButton = () => el("button", { class: "button quiet", "data-testid": "new-recovery-codes", onclick: () => replaceCodes() }, t("newRecoveryCodes"));

  async function begin() {
    const secret = passwordField({ "data-testid": "dialog-password" }), code0 = proofField(own);
    const enrolment = await ask({
      title: t("addSecondFactor"), text: t("proveItIsYou"), fields: own.passkeys.length > 0 ? [secret.label, code0.label] : [secret.label], action: t("goOn"),
      send: async () => request("POST", "/api/account/second-factor", await proof(own, secret.input, code0.input)),
    });
    if (!enrolment || isOver) return;
    const code = codeField({ "data-testid": "enrolment-code", inputmode: "numeric" });
    const problem = el("p", { class: "form-problem", role: "alert", "data-testid": "enrolment-problem" });
    factor.replaceChildren(el("form", {
      class: "enrolment",
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        setText(problem, "");
        try {
          const { recoveryCodes } = await request("POST", "/api/account/second-factor/confirmation", { code: code.input.value });
          showCodes(recoveryCodes);
        } catch (failure) {
          setText(problem, problemText(failure));
          code.input.value = "";
          code.input.focus();
        }
      },
    }, el("p", {}, t("scanThis")), enrolment.qr && qrImage(enrolment.qr, t("qrLabel")),
    el("p", { class: "quiet" }, t("orType")), el("code", { class: "token", "data-testid": "enrolment-secret" }, enrolment.secret.replace(/(.{4})(?=.)/g, "$1 ")),
    code.label, problem,
    el("div", { class: "actions" }, el("button", { class: "button", type: "submit", "data-testid": "confirm-enrolment" }, t("confirm")),
      el("button", { class: "button quiet", type: "button", onclick: load }, t("cancel")))));
    code.input.focus();
  }

  /** Shown this once. @param {string[]} codes */
  function showCodes(codes) {
    const title = el("h3", { tabindex: "-1" }, t("recoveryCodes"));
    factor.replaceChildren(title, el("p", {}, t("recoveryCodesText")),
      el("ul", { class: "recovery-codes", "data-testid": "recovery-codes" }, ...codes.map((one) => el("li", {}, el("code", {}, one)))),
      el("button", {
        class: "button", "data-testid": "recovery-codes-kept", onclick: async () => {
          await loadSession().catch(() => {});
          load();
        },
      }, t("recoveryCodesKept")));
    title.focus();
  }

  async function replaceCodes() {
    const answer = await prove(t("newRecoveryCodes"), t("newRecoveryCodesText"), "/api/account/second-factor/recovery-codes", false);
    if (answer && !isOver) showCodes(answer.recoveryCodes);
  }

  async function remove() {
    const answer = await prove(t("removeSecondFactor"), t("removeSecondFactorText"), "/api/account/second-factor/removal", true);
    if (answer === null || isOver) return;
    await loadSession().catch(() => {});
    load();
  }

  /** @param {string} title @param {string} text @param {string} path @param {boolean} isDangerous */
  function prove(title, text, path, isDangerous) {
    const secret = passwordField({ "data-testid": "dialog-password" }), code = proofField(own);
    return ask({
      title, text, fields: [secret.label, code.label], action: title, isDangerous,
      send: async () => request("POST", path, await proof(own, secret.input, code.input)),
    });
  }

  // Password

  /** @param {any} account */
  function passwordForm(account) {
    const old = passwordField({ "data-testid": "old-password" });
    const rules = { type: "password", required: true, minlength: String(account.shortestPassword), maxlength: String(account.longestPassword), autocomplete: "new-password" };
    const fresh = field(t("newPassword"), { ...rules, "aria-describedby": "password-rules", "data-testid": "new-password" });
    const again = field(t("newPasswordAgain"), { ...rules, "data-testid": "new-password-again" });
    const hasFactor = account.secondFactor || account.passkeys.length > 0;
    const code = proofField(account, "password-code");
    const problem = el("p", { class: "form-problem", role: "alert", "data-testid": "password-problem" });
    const form = /** @type {HTMLFormElement} */ (el("form", {
      class: "account-form",
      onsubmit: async (/** @type {Event} */ event) => {
        event.preventDefault();
        setText(problem, "");
        if (fresh.input.value !== again.input.value) return setText(problem, t("passwordsDiffer"));
        try {
          await request("POST", "/api/account/password", { newPassword: fresh.input.value, ...(hasFactor ? await proof(account, old.input, code.input) : { password: old.input.value }) });
          form.reset();
          toast(t("passwordChanged"));
          loadPlaces();
        } catch (failure) {
          setText(problem, problemText(failure));
        }
      },
    }, el("p", { class: "quiet", id: "password-rules" }, t("passwordRules", { least: account.shortestPassword })),
    // Password managers find the account by it.
    el("input", { type: "text", autocomplete: "username", value: account.account, hidden: true, readonly: true, "aria-hidden": "true" }),
    old.label, fresh.label, again.label, hasFactor && code.label, problem,
    el("button", { class: "button", type: "submit", "data-testid": "change-password" }, t("changePassword"))));
    return form;
  }

  // Sign-ins

  async function loadPlaces() {
    try {
      const { items } = await request("GET", "/api/account/sign-ins");
      if (isOver) return;
      redraw(places,
        table(t("signIns"), [t("browser"), t("address"), t("method"), t("signedInSince"), t("signInUsed"), ""], items.map((/** @type {any} */ one) => [
          one.agent || t("unknownBrowser"), one.address, t(`method.${one.method}`), dateTime(one.createdMs), dateTime(one.lastUsedMs),
          one.isThis ? badge("info", t("thisSignIn")) : el("button", {
            class: "button quiet small", "data-testid": "end-sign-in", "aria-label": t("endSignInOf", { browser: one.agent || t("unknownBrowser"), time: dateTime(one.createdMs) }),
            onclick: () => end(`/api/account/sign-ins/${one.id}`),
          }, t("endThis")),
        ]), "sign-ins"),
        items.length > 1 ? el("div", { class: "actions" }, el("button", { class: "button quiet", "data-testid": "end-other-sign-ins", onclick: () => end("/api/account/sign-ins") }, t("endOthers"))) : "");
    } catch (problem) {
      if (!isOver) places.replaceChildren(notice(problemText(problem), ""));
    }
  }

  /** @param {string} path */
  async function end(path) {
    try {
      await request("DELETE", path);
      toast(t("signInEnded"));
    } catch (problem) {
      toast(problemText(problem), "bad");
    }
    loadPlaces();
  }

  load();
  return () => { isOver = true; };
}
