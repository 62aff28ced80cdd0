// The passkeys of one's own account.
import { call, loadSession } from "./api.js";
import { toast } from "./components.js";
import { ask, field } from "./dialog.js";
import { el, table } from "./elements.js";
import { hasPasskeys, makePasskey, usePasskey } from "./passkeys.js";
import { dateTime, t } from "./strings.js";

/**
 * Password, and a code or a passkey, as the server wants them of who changes anything.
 * @param {any} account @param {HTMLInputElement} password @param {HTMLInputElement} code left empty by who uses a passkey
 */
export async function proof(account, password, code) {
  const typed = code.value.trim();
  const isByPasskey = typed === "" && account.passkeys.length > 0;
  return { password: password.value, code: typed || undefined, passkey: isByPasskey ? await usePasskey(false) : undefined };
}

/**
 * @param {any} account
 * @param {{fields: () => {password: {input: HTMLInputElement, label: HTMLElement}, code: {input: HTMLInputElement, label: HTMLElement}}, showCodes: (codes: string[]) => void, done: () => void}} page
 */
export function passkeyCard(account, { fields, showCodes, done }) {
  if (!account.offersPasskeys) return el("p", { class: "quiet" }, t("passkeysNotHere"));
  if (!account.hasPassword) return el("p", { class: "quiet" }, t("signedInElsewhere"));
  const hasFactor = account.secondFactor || account.passkeys.length > 0;

  async function add() {
    const { password, code } = fields(), name = field(t("passkeyName"), { required: true, maxlength: "64", autocomplete: "off", "data-testid": "passkey-name" });
    const answer = await ask({
      title: t("addPasskey"), text: t("addPasskeyText"), fields: [name.label, password.label, ...(hasFactor ? [code.label] : [])], action: t("addPasskey"),
      send: async () => {
        const options = await call("beginPasskey", {}, await proof(account, password.input, code.input));
        return call("addPasskey", {}, await makePasskey(options, name.input.value.trim()));
      },
    });
    if (!answer) return;
    await loadSession().catch(() => {});
    toast(t("passkeyAdded"));
    if (answer.recoveryCodes.length > 0) showCodes(answer.recoveryCodes); else done();
  }

  /** @param {any} passkey */
  async function remove(passkey) {
    const { password, code } = fields(), title = t("removePasskeyOf", { name: passkey.name });
    const answer = await ask({
      title, text: t("removePasskeyText"), fields: [password.label, code.label], action: t("removePasskey"), isDangerous: true,
      send: async () => call("removePasskey", { passkey: passkey.id }, await proof(account, password.input, code.input)),
    });
    if (answer === null) return;
    await loadSession().catch(() => {});
    done();
  }

  return el("div", { class: "account-form" },
    el("p", { class: "quiet" }, t("passkeysText")),
    account.passkeys.length > 0 && table(t("passkeys"), [t("passkeyName"), t("passkeySince"), t("passkeyUsed"), ""], account.passkeys.map((/** @type {any} */ one) => [
      one.name, dateTime(one.createdMs), one.lastUsedMs ? dateTime(one.lastUsedMs) : t("passkeyNever"),
      el("button", { class: "button quiet small", "data-testid": "remove-passkey", "aria-label": t("removePasskeyOf", { name: one.name }), onclick: () => remove(one) }, t("removePasskey")),
    ]), "passkeys"),
    account.passkeys.length > 0 && !account.secondFactor && el("p", { class: account.recoveryCodesLeft < 3 ? "warning" : "quiet" }, t("recoveryCodesLeft", { count: account.recoveryCodesLeft })),
    hasPasskeys()
      ? el("button", { class: "button", "data-testid": "add-passkey", onclick: add }, t("addPasskey"))
      : el("p", { class: "quiet" }, t("passkeysNotInBrowser")));
}
