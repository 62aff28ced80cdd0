import { Problem, request, signIn, signInWithPasskey } from "./api.js";
import { el, setText } from "./elements.js";
import { icon } from "./icons.js";
import { hasPasskeys, usePasskey } from "./passkeys.js";
import { t } from "./strings.js";

/**
 * @param {HTMLElement} root
 * @param {string} message
 * @param {() => void} done
 */
export function showSignIn(root, message, done) {
  const account = /** @type {HTMLInputElement} */ (el("input", {
    id: "account", name: "username", autocomplete: "username", required: true, autocapitalize: "none", spellcheck: "false", maxlength: "64", "data-testid": "sign-in-account",
  }));
  const password = /** @type {HTMLInputElement} */ (el("input", {
    id: "password", name: "password", type: "password", autocomplete: "current-password", required: true, maxlength: "256", "data-testid": "sign-in-password",
  }));
  const oneTime = /** @type {HTMLInputElement} */ (el("input", {
    id: "code", name: "code", autocomplete: "one-time-code", autocapitalize: "characters", spellcheck: "false", maxlength: "64", "aria-describedby": "code-hint", "data-testid": "sign-in-code",
  }));
  const provider = el("div", { class: "sign-in-provider" });
  const passkey = el("button", { class: "button quiet", type: "button", hidden: true, "data-testid": "sign-in-passkey", onclick: byPasskey }, t("signInByPasskey"));
  const beside = el("button", { class: "button quiet", type: "button", hidden: true, "data-testid": "sign-in-password-passkey", onclick: besidePassword }, t("signInBesidePassword"));
  const problem = el("p", { class: "form-problem", role: "alert", "data-testid": "sign-in-problem" }, message || returnProblem());
  const button = el("button", { class: "button primary", type: "submit", "data-testid": "sign-in-submit" }, t("signIn"));
  /** Signs in in one of the ways, and says why not. @param {() => Promise<any>} send */
  async function attempt(send) {
    setText(problem, "");
    button.toggleAttribute("disabled", true);
    setText(button, t("signingIn"));
    try {
      await send();
      done();
    } catch (error) {
      const code = error instanceof Problem ? error.code : "";
      setText(problem, code === "too-many-attempts" ? t("tooManyAttempts", { seconds: /** @type {Problem} */ (error).retryAfter })
        : code === "wrong-password" ? t("signInFailed") : code === "unreachable" ? t("serverUnreachable") : code === "passkey-left" ? t("passkeyLeft") : t("failed", { code }));
      password.value = "";
      oneTime.value = "";
      password.focus();
      button.removeAttribute("disabled");
      setText(button, t("signIn"));
    }
  }

  function byPasskey() { return attempt(async () => signInWithPasskey(await usePasskey(true))); }

  function besidePassword() {
    return attempt(async () => signIn(account.value.trim().toLowerCase(), password.value, undefined, await usePasskey(false)));
  }

  const form = el("form", {
    class: "card sign-in", novalidate: true,
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      await attempt(() => signIn(account.value.trim().toLowerCase(), password.value, oneTime.value.trim()));
    },
  },
  el("div", { class: "sign-in-head" }, icon("mark", "sign-in-mark"), el("h1", {}, t("product")), el("p", {}, t("tagline"))),
  el("label", { for: "account" }, t("account")), account,
  el("label", { for: "password" }, t("password")), password,
  el("label", { for: "code" }, t("signInCode")), oneTime, el("p", { class: "small-print", id: "code-hint" }, t("signInCodeHint")),
  problem, button, passkey, beside, provider);
  root.replaceChildren(el("main", { id: "main", class: "sign-in-page", tabindex: "-1" }, form, el("p", { class: "small-print" }, t("screeningAid"))));
  account.focus();
  request("GET", "/api/sign-in-options").then((options) => {
    // A link, not a form: the way to the provider is a navigation, which no policy on forms concerns.
    passkey.hidden = beside.hidden = !options.passkeys || !hasPasskeys();
    if (options.provider) provider.append(el("a", { class: "button quiet", href: "/api/provider/start", "data-testid": "sign-in-provider" }, t("signInAt", { provider: options.provider })));
  }).catch(() => {});
}

/** What the way back from the identity provider says, in words; it is taken out of the address. */
function returnProblem() {
  const code = new URLSearchParams(location.search).get("problem");
  if (!code) return "";
  history.replaceState(null, "", "/sign-in");
  return ["provider-strayed", "provider-declined", "provider-unavailable", "provider-unknown"].includes(code) ? t(`return.${code}`) : "";
}
