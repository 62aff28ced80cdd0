import { worn } from "./administration-device.js";
import { groupForm, groupName, groupsTable } from "./administration-groups.js";
import { healthSection } from "./administration-health.js";
import { Problem, call, request, session } from "./api.js";
import { toast } from "./components.js";
import { ask, field, problemText } from "./dialog.js";
import { el, notice, redraw, setText, table } from "./elements.js";
import { date, dateTime, number, percent, t } from "./strings.js";
import { showTokens } from "./tokens.js";

/** @param {HTMLElement} main */
export function showAdministration(main) {
  const mayChange = session?.role === "administrator";
  const patients = el("div", {}), groups = el("div", {}), devices = el("div", {}), accounts = el("div", {}), health = el("div", {}), tokens = el("section", { class: "card wide" });
  main.append(
    el("div", { class: "page-head" }, el("h1", {}, t("administration")), el("p", { class: "summary" }, t("noEcgHere")),
      el("a", { class: "button quiet", href: "/administration/retention", "data-internal": true, "data-testid": "to-retention" }, t("retention"))),
    el("section", { class: "card wide" }, el("h2", {}, t("systemHealth")), health),
    el("section", { class: "card wide" }, el("h2", {}, t("patients")), patients, mayChange && patientForm(load)),
    el("section", { class: "card wide" }, el("h2", {}, t("groups")), groups, mayChange && groupForm(load)),
    el("section", { class: "card wide" }, el("h2", {}, t("devices")), devices),
    el("section", { class: "card wide" }, el("h2", {}, t("accounts")), accounts, mayChange && accountForm(load)), tokens);
  showTokens(tokens);

  async function load() {
    try {
      const [registered, known, people, grouped] = await Promise.all([call("listPatients"), call("listDevices"), call("listAccounts"), call("listGroups")]);
      redraw(groups, groupsTable(grouped.items, registered.items, load));
      health.replaceChildren(healthSection(known.items));
      const nameHeads = mayChange ? [t("name"), t("birthDate")] : [];
      redraw(patients, table(t("patients"), [t("pseudonym"), ...nameHeads, t("device"), t("added")], registered.items.map((/** @type {any} */ one) =>
        [el("code", {}, one.patient), ...(mayChange ? [one.name ?? t("nameUnknown"), one.birthDate ? date(one.birthDate) : t("nobody")] : []), worn(one, known.items.map((/** @type {any} */ item) => item.device), load), dateTime(one.createdMs)]), "admin-patients"));
      devices.replaceChildren(table(t("devices"), [t("device"), t("patient"), t("link"), t("lastData"), t("received"), t("completeness"), t("lost"), t("duplicates"), t("refused"), t("latency"), t("jitter"), t("firmware")],
        known.items.map((/** @type {any} */ one) => [el("code", {}, one.device), one.patient ?? t("nobody"),
          t(one.link === "online" ? "linkOnline" : one.link === "offline" ? "linkOffline" : "linkUnknown"), one.receivedMs ? dateTime(one.receivedMs) : t("nobody"),
          number(one.committed), percent(one.completeness, 2), number(one.lost), number(one.duplicates), number(one.refused),
          one.latencyMs ? `${number(one.latencyMs.p50)} / ${t("milliseconds", { value: number(one.latencyMs.p99) })}` : t("nobody"),
          one.jitterMs === undefined ? t("nobody") : t("milliseconds", { value: number(one.jitterMs) }), one.firmware ?? t("nobody")]), "admin-devices"));
      redraw(accounts, table(t("accounts"), [t("account"), t("role"), t("sees"), t("status"), t("added"), ""], people.items.map((/** @type {any} */ one) =>
        [one.name, t(`role${one.role[0].toUpperCase()}${one.role.slice(1)}`), sees(one, registered.items, grouped.items, load), t(one.isDisabled ? "disabled" : "active"), dateTime(one.createdMs),
          mayChange && one.name !== session?.account ? accountActions(one, load) : ""]), "admin-accounts"));
    } catch (problem) {
      patients.replaceChildren(notice(t("failed", { code: problem instanceof Problem ? problem.code : "page" }), "", el("button", { class: "button", onclick: load }, t("tryAgain"))));
    }
  }
  load();
}

/** @param {string} testID @param {string} title @param {HTMLElement[]} fields @param {() => Promise<void>} send @param {() => void} done */
function form(testID, title, fields, send, done) {
  const message = el("p", { class: "form-problem", role: "status", "data-testid": `${testID}-said` });
  const self = el("form", {
    class: "inline-form",
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      setText(message, "");
      try {
        await send();
        /** @type {HTMLFormElement} */ (self).reset();
        message.dataset.kind = "good";
        setText(message, t("done"));
        done();
      } catch (problem) {
        message.dataset.kind = "bad";
        setText(message, problemText(problem));
      }
    },
  }, el("h3", {}, title), ...fields, el("button", { class: "button", type: "submit", "data-testid": `${testID}-add` }, t("add")), message);
  return self;
}

/** What an administrator does to somebody else's account. @param {any} account @param {() => void} done */
function accountActions(account, done) {
  const name = account.name;
  /** @param {string} key @param {() => Promise<any>} send */
  const asking = (key, send) => el("button", {
    class: "button quiet small", "data-testid": `${key}-${name}`, "aria-label": t(`${key}Title`, { account: name }),
    onclick: () => ask({ title: t(`${key}Title`, { account: name }), text: t(`${key}Text`), action: t(key), send }),
  }, t(key));
  return el("div", { class: "actions" }, el("button", {
    class: "button quiet small", "data-testid": `${account.isDisabled ? "enable" : "disable"}-${name}`, onclick: async () => {
      await call("changeAccount", { account: name }, { isDisabled: !account.isDisabled }).catch((problem) => toast(problemText(problem), "bad"));
      done();
    },
  }, t(account.isDisabled ? "enable" : "disable")),
  asking("signOutEverywhere", () => call("endSignIns", { account: name })),
  asking("resetFactor", () => call("resetSecondFactor", { account: name })));
}

/** Whom an account sees, and how that is changed. @param {any} account @param {any[]} patients @param {any[]} groups @param {() => void} done */
function sees(account, patients, groups, done) {
  if (account.role !== "clinician") return t("seesNone");
  const own = groups.filter((one) => account.groups.includes(one.group));
  const some = [...own.map((one) => t("seesGroup", { group: groupName(one) })), ...account.patients].join(", ");
  const words = el("span", { "data-testid": `sees-${account.name}` }, account.seesAllPatients ? t("seesAll") : some || t("seesNone"));
  if (session?.role !== "administrator") return words;
  return el("div", { class: "sees" }, words, el("button", {
    class: "button quiet small", "data-testid": `change-sees-${account.name}`, "aria-label": t("changePatients", { account: account.name }),
    onclick: async () => {
      const path = `/api/accounts/${encodeURIComponent(account.name)}`;
      const choice = (/** @type {boolean} */ all) => /** @type {HTMLInputElement} */ (el("input", { type: "radio", name: "sees", checked: account.seesAllPatients === all, "data-testid": all ? "sees-all" : "sees-assigned" }));
      const all = choice(true), some = choice(false);
      const boxes = new Map(patients.map((one) => [one.patient, /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", checked: account.patients.includes(one.patient), "data-testid": `sees-${one.patient}` }))]));
      const wholes = new Map(groups.map((one) => [one.group, /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", checked: account.groups.includes(one.group), "data-testid": `sees-${one.group}` }))]));
      const answer = await ask({
        title: t("changePatients", { account: account.name }), text: t("changePatientsText"), action: t("save"),
        fields: [el("label", { class: "check" }, all, t("allPatients")), el("label", { class: "check" }, some, t("onlyAssigned")),
          el("div", { class: "checks" }, ...groups.map((one) => el("label", { class: "check" }, wholes.get(one.group), t("wholeGroup", { group: groupName(one) }))), ...patients.map((one) => el("label", { class: "check" }, boxes.get(one.patient), el("code", {}, one.patient), one.name ?? "")))],
        send: async () => {
          for (const [group, box] of wholes) {
            if (box.checked !== account.groups.includes(group)) await call(box.checked ? "assignGroup" : "unassignGroup", { account: account.name, group });
          }
          for (const [patient, box] of boxes) {
            if (box.checked !== account.patients.includes(patient)) await request(box.checked ? "PUT" : "DELETE", `${path}/patients/${patient}`);
          }
          if (all.checked !== account.seesAllPatients) await request("PATCH", path, { seesAllPatients: all.checked });
        },
      });
      if (answer !== null) done();
    },
  }, t("change")));
}

/** @param {() => void} done */
function patientForm(done) {
  const name = field(t("name"), { required: true, maxlength: "120", autocomplete: "off", "data-testid": "new-patient-name" });
  const born = field(t("birthDateOptional"), { type: "date", "data-testid": "new-patient-born" });
  const device = field(t("deviceOptional"), { maxlength: "32", autocomplete: "off", spellcheck: "false", pattern: "[a-z0-9\\-]{3,32}", title: t("deviceNameRule"), "data-testid": "new-patient-device" });
  return form("new-patient", t("addPatient"), [name.label, born.label, device.label], () => request("POST", "/api/patients", {
    name: name.input.value.trim(), birthDate: born.input.value || undefined, device: device.input.value.trim() || undefined,
  }), done);
}

/** @param {() => void} done */
function accountForm(done) {
  const name = field(t("account"), { required: true, maxlength: "64", autocomplete: "off", spellcheck: "false", "data-testid": "new-account-name" });
  const password = field(t("password"), { required: true, type: "password", minlength: "15", maxlength: "128", autocomplete: "new-password", "data-testid": "new-account-password" });
  const role = /** @type {HTMLSelectElement} */ (el("select", { "data-testid": "new-account-role" }, ...["Clinician", "Administrator", "Auditor"].map((one) => el("option", { value: one.toLowerCase() }, t(`role${one}`)))));
  const patients = /** @type {HTMLSelectElement} */ (el("select", { "data-testid": "new-account-sees" }, el("option", { value: "all" }, t("seesAll")), el("option", { value: "none" }, t("seesNone"))));
  const seen = el("label", { class: "field" }, el("span", {}, t("sees")), patients);
  role.addEventListener("change", () => { seen.hidden = role.value !== "clinician"; });
  return form("new-account", t("addAccount"), [name.label, password.label, el("label", { class: "field" }, el("span", {}, t("role")), role), seen], () => request("POST", "/api/accounts", {
    name: name.input.value.trim(), password: password.input.value, role: role.value, patients: role.value === "clinician" && patients.value === "none" ? [] : undefined,
  }), done);
}
