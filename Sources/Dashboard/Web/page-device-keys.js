// One device: its keys, what can be done with them, what happened to them, and what a compromised one exposes.
import { Problem, request } from "./api.js";
import { field } from "./dialog.js";
import { el, notice, table } from "./elements.js";
import { actionButton, actions, card, failure, mayChange, moment, personOf, prose, stateBadge, usesOf } from "./keys.js";
import { cancelButton, certificateButton, releaseButton } from "./page-keys.js";
import { dateTime, number, t } from "./strings.js";

/** @param {HTMLElement} main @param {string} name */
export function showDeviceKeys(main, name) {
  let isOver = false;
  const path = `/api/keys/devices/${name}`;
  const content = el("div", { "data-testid": "device" }, el("p", { class: "quiet" }, t("loading")));
  const said = el("p", { class: "said", role: "status", "data-testid": "said" });
  main.append(el("div", { class: "page-head" }, el("h1", {}, t("deviceTitle", { device: name })), el("a", { href: "/keys", "data-internal": true }, t("allKeys"))), said, content);

  async function load() {
    try {
      const [device, history] = await Promise.all([request("GET", path), request("GET", `${path}/history`)]);
      const isCompromised = device.keys.some((/** @type {any} */ key) => key.state.endsWith("compromised"));
      const exposure = isCompromised ? await request("GET", `${path}/compromise`) : null;
      if (isOver) return;
      content.replaceChildren(
        card(t("deviceKeys"), facts(device), table(t("deviceKeys"), [t("version"), t("state"), t("created"), t("activated"), t("due"), t("ended"), t("lastUsed"), t("uses"), t("wrappedBy")],
          device.keys.map((/** @type {any} */ key) => [String(key.version), stateBadge(key.state), moment(key.created), moment(key.activated), moment(key.due), moment(key.destroyed ?? key.compromised ?? key.deactivated), moment(key.lastUsed), usesOf(key), el("code", {}, key.wrappedBy ?? t("nobody"))]), "keys-of-device"),
        mayChange() && buttons(device)),
        exposure ? exposed(exposure) : "",
        card(t("history"), table(t("history"), [t("time"), t("keyName"), t("event"), t("before"), t("after"), t("actor"), t("reason")],
          history.toReversed().map((/** @type {any} */ one) => [moment(one.time), el("code", {}, one.key), t(`event.${one.event}`), stateBadge(one.before), stateBadge(one.after), personOf(one.actor), prose(one.reason)]), "history")));
    } catch (problem) {
      if (isOver) return;
      content.replaceChildren(problem instanceof Problem && problem.status === 404 ? notice(t("notFoundTitle"), t("notEnrolled"), el("a", { class: "button", href: "/keys", "data-internal": true }, t("allKeys"))) : failure(problem, load));
    }
  }

  /** @param {string} words */
  const done = (words) => () => {
    said.textContent = words;
    load();
  };

  /** What may be done in the present state. @param {any} device */
  function buttons(device) {
    const has = (/** @type {string[]} */ ...states) => device.keys.some((/** @type {any} */ key) => states.includes(key.state));
    /** @param {string} id @param {string} noun @param {Record<string, any>} options */
    const button = (id, noun, options = {}) => actionButton({ id, title: t(id), text: t(`${id}Text`, { device: name }), method: "POST", path: `${path}/${noun}`, done: done(t(`${id}Done`, { device: name })), ...options });
    const isThere = has("pre-activation", "active", "suspended", "deactivated", "compromised");
    return actions(
      has("active") ? button("rotateKey", "rotation", { needsReason: false }) : "",
      has("active") ? button("suspendKey", "suspension") : "",
      has("suspended") ? button("resumeKey", "suspension", { method: "DELETE" }) : "",
      device.revoked ? button("reinstateDevice", "revocation", { method: "DELETE" }) : button("revokeDevice", "revocation", { isDangerous: true, done: (/** @type {any} */ answer) => done(t(answer.isCut ? "revokeDeviceCut" : "revokeDeviceDone", { device: name, ms: answer.milliseconds }))() }),
      isThere && !device.legalHold ? button("holdKeys", "hold") : "",
      device.legalHold ? releaseButton(name, load) : "",
      device.isDestructionScheduled ? cancelButton(name, done(t("cancelledDone", { device: name }))) : "",
      has("destroyed", "destroyed-compromised") ? certificateButton(name) : "",
      has("active", "suspended") ? button("deactivateKey", "deactivation", { isDangerous: true }) : "",
      has("pre-activation", "active", "suspended", "deactivated", "destroyed") ? button("reportCompromise", "compromise", { isDangerous: true }) : "",
      isThere && !device.isDestructionScheduled ? destroyButton(button) : "");
  }

  /** @param {(id: string, noun: string, options: Record<string, any>) => any} button */
  function destroyButton(button) {
    const days = field(t("days"), { required: true, type: "number", min: "7", max: "30", value: "30", "data-testid": "destroy-days" });
    const typed = field(t("typeName", { device: name }), { required: true, autocomplete: "off", spellcheck: "false", pattern: name, "data-testid": "destroy-name" });
    return button("proposeDestruction", "destruction", {
      isDangerous: true, fields: [days.label, typed.label], body: () => ({ days: Number(days.input.value), confirmation: typed.input.value.trim() }),
    });
  }

  load();
  return () => { isOver = true; };
}

/** @param {any} device */
function facts(device) {
  const destroyed = Math.max(0, ...device.keys.map((/** @type {any} */ key) => key.destroyed ?? 0));
  /** @type {[string, string][]} */
  const rows = [
    [t("enrolled"), moment(device.enrolled)], [t("certificateEnds"), moment(device.certificateExpires)],
    [t("mqttAccess"), device.revoked ? t("revokedSince", { time: moment(device.revoked) }) : t("granted")],
    [t("pendingVersion"), device.pendingVersion ? t("waitsForDevice", { version: device.pendingVersion }) : t("none")],
    [t("legalHold"), device.legalHold ?? t("none")], [t("destruction"), device.isDestructionScheduled ? t("isDestructionScheduled") : destroyed ? `${t("destruction.carried-out")}, ${moment(destroyed)}` : t("none")],
  ];
  return el("dl", { class: "key-facts", "data-testid": "device-facts" }, ...rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

/** What compromised keys expose. @param {any} exposure */
function exposed(exposure) {
  return el("section", { class: "card wide keys exposed", "data-testid": "exposure" }, el("h2", {}, t("exposure")),
    el("p", { class: "warning" }, t("exposureText", { sessions: exposure.sessions.length, chunks: number(exposure.chunks), versions: exposure.versions.join(", "), time: dateTime(exposure.reportedMs) })),
    exposure.sessions.length === 0 ? "" : table(t("exposure"), [t("session"), t("version"), t("chunks"), t("started"), t("lastData"), t("keysFirstReleased")],
      exposure.sessions.map((/** @type {any} */ one) => [el("code", {}, one.session), String(one.keyVersion), number(one.chunks), dateTime(one.firstReceivedMs), dateTime(one.lastReceivedMs), one.keysFirstReleasedMs ? dateTime(one.keysFirstReleasedMs) : t("never")]), "exposed-sessions"));
}
