// Tokens with which programs use the API: made, shown once, revoked.
import { call, session } from "./api.js";
import { ask, field, problemText } from "./dialog.js";
import { el, notice, redraw, setText, table } from "./elements.js";
import { dateTime, loadStrings, t } from "./strings.js";

/** What a token of each role can be used for. @type {Record<string, string[]>} */
const scopes = {
  clinician: ["ward:read", "signal:read", "alerts:read", "alerts:write", "fhir:read"],
  administrator: ["registry:read", "keys:read", "fhir:read"],
  auditor: ["registry:read", "keys:read", "fhir:read"],
};

/**
 * Fills a section with the tokens that the signed-in person may see, and the form for one of their own.
 * @param {HTMLElement} place @param {boolean} [isOwnOnly] whether others' are left out
 */
export async function showTokens(place, isOwnOnly = false) {
  const list = el("div", {}), made = el("div", { class: "token-made", role: "status" });
  async function load() {
    try {
      const all = (await call("listTokens")).items;
      const items = isOwnOnly ? all.filter((/** @type {any} */ one) => one.account === session?.account) : all;
      redraw(list, items.length === 0 ? el("p", { class: "quiet" }, t("tokensNone")) : tokenTable(items, load, isOwnOnly));
    } catch (problem) {
      list.replaceChildren(notice(problemText(problem), "", el("button", { class: "button", onclick: load }, t("tryAgain"))));
    }
  }
  await loadStrings("tokens");
  place.replaceChildren(el("h2", {}, t("tokens")), el("p", { class: "quiet" }, t("tokensText")), list, made, tokenForm(made, load));
  await load();
}

/** @param {any[]} tokens @param {() => void} done @param {boolean} isOwnOnly whether whose they are need not be said */
function tokenTable(tokens, done, isOwnOnly) {
  const now = Date.now();
  return table(t("tokens"), [t("tokenName"), ...(isOwnOnly ? [] : [t("account")]), t("tokenScopes"), t("status"), t("tokenLastUse"), ""], tokens.map((one) => {
    const isOver = one.revokedMs || one.expiresMs <= now;
    const status = one.revokedMs ? t("tokenRevoked", { time: dateTime(one.revokedMs), account: one.revokedBy }) : t(isOver ? "tokenOver" : "tokenUntil", { time: dateTime(one.expiresMs) });
    const mayRevoke = !isOver && (one.account === session?.account || session?.role === "administrator");
    const uses = one.scopes.map((/** @type {string} */ scope) => t(`scope.${scope.replace(":", "-")}`)).join(", ");
    return [one.name, ...(isOwnOnly ? [] : [one.account]), el("span", { title: one.scopes.join(" ") }, uses), status, one.lastUsedMs ? dateTime(one.lastUsedMs) : t("tokenNeverUsed"),
      mayRevoke ? el("button", {
        class: "button quiet small", "data-testid": `revoke-token-${one.id}`, "aria-label": t("tokenRevokeOne", { name: one.name }),
        onclick: async () => {
          const answer = await ask({ title: t("tokenRevokeOne", { name: one.name }), text: t("tokenRevokeText"), action: t("tokenRevoke"), isDangerous: true, send: () => call("revokeToken", { token: one.id }) });
          if (answer !== null) done();
        },
      }, t("tokenRevoke")) : ""];
  }), "tokens");
}

/** @param {HTMLElement} made where the new token is shown @param {() => void} done */
function tokenForm(made, done) {
  const name = field(t("tokenName"), { required: true, maxlength: "64", autocomplete: "off", "data-testid": "new-token-name" });
  const days = field(t("tokenDays"), { required: true, type: "number", min: "1", max: "365", value: "90" });
  const boxes = (scopes[session?.role ?? ""] ?? []).map((scope) => ({ scope, box: /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", "data-testid": `scope-${scope}` })) }));
  const message = el("p", { class: "form-problem", role: "alert" });
  return el("form", {
    class: "inline-form",
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      setText(message, "");
      try {
        const answer = await call("createToken", {}, { name: name.input.value.trim(), days: Number(days.input.value), scopes: boxes.filter(({ box }) => box.checked).map(({ scope }) => scope) });
        const token = el("code", { class: "token", tabindex: "-1", "data-testid": "new-token" }, answer.token);
        made.replaceChildren(el("p", {}, t("tokenMade")), token);
        /** @type {HTMLFormElement} */ (event.target).reset();
        token.focus();
        done();
      } catch (problem) {
        setText(message, problemText(problem));
      }
    },
  }, el("h3", {}, t("tokenAdd")), name.label, days.label,
  el("fieldset", { class: "checks" }, el("legend", {}, t("tokenScopes")), ...boxes.map(({ scope, box }) => el("label", { class: "check" }, box, el("code", {}, scope), el("span", {}, t(`scope.${scope.replace(":", "-")}`))))),
  el("button", { class: "button", type: "submit", "data-testid": "new-token-add" }, t("add")), message);
}
