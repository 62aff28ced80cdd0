// The vault as a whole: what waits for somebody, every device's keys, the vault's own.
import { call, request } from "./api.js";
import { download, field, show } from "./dialog.js";
import { el, table } from "./elements.js";
import { actionButton, actions, card, failure, isMe, mayChange, moment, personOf, prose, stateBadge, usesOf } from "./keys.js";
import { qrImage } from "./qr.js";
import { dateTime, number, t } from "./strings.js";

/** Milliseconds between two looks at how far a rewrap is. */
const rewrapInterval = 1000;
/** Devices in one page of the vault's inventory. */
const pageSize = 1000;

/** @param {HTMLElement} main */
export function showKeys(main) {
  let isOver = false, timer = 0;
  const content = el("div", { "data-testid": "keys" }, el("p", { class: "quiet" }, t("loading")));
  const summary = el("p", { class: "summary", "data-testid": "keys-summary" });
  main.append(el("div", { class: "page-head" }, el("h1", {}, t("keys")), summary), content);

  async function load() {
    try {
      const [report, devices, claims, proposals, destructions, holds, people] = await Promise.all(
        ["showKeyReport", "listDeviceKeys", "listClaims", "listProposals", "listDestructions", "listHolds", "listPeople"].map((id) => call(id)));
      if (isOver) return;
      summary.textContent = t("keysSummary", { devices: report.devices, active: report.deviceKeys.active ?? 0, overdue: report.overdue.length, entries: number(report.auditEntries) });
      content.replaceChildren(
        card(t("waitingForSecond"), proposalTable(proposals.filter((/** @type {any} */ one) => ["open", "approved"].includes(one.state)), load)),
        card(t("destructions"), destructionTable(destructions, load)),
        card(t("deviceKeys"), deviceList(devices)),
        card(t("enrolment"), claimTable(claims, load), claimButton(load)),
        card(t("legalHolds"), holdTable(holds, load)),
        tenantKey(report),
        card(t("ownKeys"), table(t("ownKeys"), [t("keyName"), t("purpose"), t("algorithm"), t("state"), t("created"), t("due"), t("uses")],
          report.ownKeys.map((/** @type {any} */ key) => [el("code", {}, key.id), prose(key.purpose), prose(key.algorithm), stateBadge(key.state), moment(key.created), moment(key.due), usesOf(key)]), "own-keys")),
        card(t("people"), el("p", { class: "small-print" }, t("peopleText")), table(t("people"), [t("name"), t("role"), t("added"), t("status")],
          people.map((/** @type {any} */ one) => [one.name, t(`person.${one.role}`), moment(one.added), one.removed ? t("removedAt", { time: moment(one.removed) }) : t("active")]), "people")));
    } catch (problem) {
      if (!isOver) content.replaceChildren(failure(problem, load));
    }
  }

  /** The tenant key and how far the move under it is. @param {any} report */
  function tenantKey(report) {
    const bar = el("progress", { max: "1", value: "0", "aria-label": t("rewrap"), "data-testid": "rewrap" });
    const words = el("p", { role: "status", "data-testid": "rewrap-text" });
    const draw = (/** @type {any} */ progress) => {
      const all = progress.done + progress.remaining;
      /** @type {HTMLProgressElement} */ (bar).value = all === 0 ? 1 : progress.done / all;
      words.textContent = t(progress.remaining === 0 ? "rewrapDone" : "rewrapUnderWay", { version: progress.version, done: number(progress.done), all: number(all) });
      if (progress.remaining > 0) timer = setTimeout(follow, rewrapInterval);
    };
    const follow = async () => {
      try {
        const progress = await request("GET", "/api/keys/rewrap");
        if (!isOver) draw(progress);
      } catch { /* the next load says so */ }
    };
    draw(report.rewrap);
    return card(t("tenantKey"), el("p", { class: "small-print" }, t("tenantKeyText")), words, bar, actions(
      actionButton({ id: "rotate-tenant-key", title: t("rotateTenantKey"), text: t("rotateTenantKeyText"), method: "POST", path: "/api/keys/tenant-key/rotation", done: load })));
  }

  load();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** @param {any[]} proposals @param {() => void} done */
function proposalTable(proposals, done) {
  if (proposals.length === 0) return el("p", { class: "quiet" }, t("none"));
  return table(t("waitingForSecond"), [t("operation"), t("object"), t("reason"), t("proposedBy"), t("until"), ""], proposals.map((one) => [
    t(`operation.${one.operation}`), el("code", {}, one.object), prose(one.reason), personOf(one.proposer), moment(one.expires),
    one.state === "approved" ? t("approvedBy", { person: personOf(one.approver) }) : actions(
      mayChange() && isMe(one.proposer) ? el("span", { class: "second-person prose", "data-testid": "needs-second-person" }, t("youProposed")) : actionButton({
        id: `approve-${one.id}`, title: t("approve"), text: t("approveText", { operation: t(`operation.${one.operation}`), object: one.object, person: personOf(one.proposer) }),
        method: "POST", path: `/api/keys/proposals/${one.id}/approval`, needsReason: false, isDangerous: one.operation === "destroy-device-keys", done }),
      actionButton({ id: `withdraw-${one.id}`, title: t("withdraw"), text: t("withdrawText"), method: "DELETE", path: `/api/keys/proposals/${one.id}`, done })),
  ]), "proposals");
}

/** @param {any[]} destructions @param {() => void} done */
function destructionTable(destructions, done) {
  if (destructions.length === 0) return el("p", { class: "quiet" }, t("none"));
  return table(t("destructions"), [t("device"), t("state"), t("due"), t("reason"), t("proposedBy"), t("agreedBy"), ""], destructions.map((one) => [
    deviceLink(one.device), el("span", { "data-testid": `destruction-${one.device}`, "data-state": one.state }, t(`destruction.${one.state}`), one.usedMeanwhile ? el("strong", { class: "warning" }, ` ${t("usedMeanwhile", { time: moment(one.usedMeanwhile) })}`) : ""),
    moment(one.carriedOut ?? one.due), prose(one.reason), personOf(one.proposer), personOf(one.approver),
    ["waiting", "held"].includes(one.state) ? cancelButton(one.device, done) : one.state === "carried-out" ? certificateButton(one.device) : "",
  ]), "destructions");
}

/** @param {string} device @param {() => void} done */
export const cancelButton = (device, done) => actionButton({
  id: `cancel-${device}`, title: t("cancelDestruction"), text: t("cancelDestructionText", { device }), method: "DELETE", path: `/api/keys/devices/${device}/destruction`, done });

/** @param {string} device */
export const certificateButton = (device) => el("button", {
  class: "button quiet", "data-testid": `certificate-${device}`,
  onclick: async () => {
    try {
      download(`${device}.destruction.json`, JSON.stringify(await request("GET", `/api/keys/devices/${device}/destruction/certificate`), null, 2));
    } catch (problem) {
      await show(t("certificate"), failure(problem, () => {}));
    }
  },
}, t("certificate"));

/** @param {string} device */
export const deviceLink = (device) => el("a", { href: `/keys/devices/${device}`, "data-internal": true }, el("code", {}, device));

/** @param {any[]} first the first page */
function deviceList(first) {
  const rows = (/** @type {any[]} */ devices) => devices.map((one) => {
    const key = one.keys.findLast((/** @type {any} */ each) => ["active", "suspended"].includes(each.state)) ?? one.keys.at(-1);
    const notes = [one.revoked && t("isRevoked"), one.legalHold && t("isHeld"), one.isDestructionScheduled && t("isDestructionScheduled"), one.pendingVersion && t("isRotating", { version: one.pendingVersion })].filter(Boolean).join(" · ");
    return [deviceLink(one.device), key ? stateBadge(key.state) : t("nobody"), key ? String(key.version) : t("nobody"), moment(key?.activated ?? key?.created), moment(key?.due), moment(key?.lastUsed), key ? usesOf(key) : t("nobody"), prose(notes)];
  });
  const heads = [t("device"), t("state"), t("version"), t("since0"), t("due"), t("lastUsed"), t("uses"), t("notes")];
  const frame = table(t("deviceKeys"), heads, rows(first), "device-keys");
  const box = el("div", {}, first.length === 0 ? el("p", { class: "quiet" }, t("none")) : frame);
  let last = first.at(-1)?.device;
  if (first.length < pageSize) return box;
  const more = el("button", {
    class: "button quiet", "data-testid": "more-devices",
    onclick: async () => {
      const page = await request("GET", `/api/keys/devices?after=${encodeURIComponent(last)}`);
      last = page.at(-1)?.device;
      frame.querySelector("tbody")?.append(...(table("", heads, rows(page), "").querySelectorAll("tbody > tr")));
      if (page.length < pageSize) more.remove();
    },
  }, t("more"));
  box.append(more);
  return box;
}

/** @param {any[]} claims @param {() => void} done */
function claimTable(claims, done) {
  if (claims.length === 0) return el("p", { class: "quiet" }, t("noClaims"));
  return table(t("enrolment"), [t("number"), t("device"), t("until"), ""], claims.map((one) => [String(one.id), el("code", {}, one.device), moment(one.expires),
    actionButton({ id: `revoke-claim-${one.id}`, title: t("revokeClaim"), text: t("revokeClaimText"), method: "DELETE", path: `/api/keys/claims/${one.id}`, needsReason: false, done })]), "claims");
}

/** @param {() => void} done */
function claimButton(done) {
  const device = field(t("device"), { required: true, minlength: "3", maxlength: "32", pattern: "[a-z0-9\\-]+", autocomplete: "off", spellcheck: "false", "data-testid": "claim-device" });
  const minutes = field(t("validMinutes"), { required: true, type: "number", min: "1", max: "1440", value: "60", "data-testid": "claim-minutes" });
  return actions(actionButton({
    id: "create-claim", title: t("createClaim"), text: t("createClaimText"), method: "POST", path: "/api/keys/claims", needsReason: false, fields: [device.label, minutes.label],
    body: () => ({ device: device.input.value.trim(), minutes: Number(minutes.input.value) }),
    done: async (claim) => {
      await show(t("claimTitle", { device: claim.device }), el("p", {}, t("claimText", { time: dateTime(claim.expiresMs) })),
        el("code", { class: "token", "data-testid": "claim-token" }, claim.token),
        claim.qr ? qrImage(claim.qr, t("claimQR")) : "",
        claim.bundle ? el("button", { class: "button", type: "button", "data-testid": "claim-download", onclick: () => download(`${claim.device}.provisioning.json`, `${JSON.stringify(claim.bundle, null, 2)}\n`) }, t("downloadBundle")) : "");
      device.input.value = "";
      done();
    },
  }));
}

/** @param {any[]} holds @param {() => void} done */
function holdTable(holds, done) {
  if (holds.length === 0) return el("p", { class: "quiet" }, t("none"));
  return table(t("legalHolds"), [t("device"), t("reason"), t("setBy"), t("since0"), ""], holds.map((one) => [deviceLink(one.device), prose(one.reason), personOf(one.actor), moment(one.since),
    mayChange() && isMe(one.actor) ? el("span", { class: "second-person prose" }, t("youSetIt")) : releaseButton(one.device, done)]), "holds");
}

/** @param {string} device @param {() => void} done */
export const releaseButton = (device, done) => actionButton({
  id: `release-${device}`, title: t("releaseHold"), text: t("releaseHoldText", { device }), method: "DELETE", path: `/api/keys/devices/${device}/hold`, done });
