// Groups of patients: what they are called, who is in them, whose they are.
import { Problem, call, session } from "./api.js";
import { ask, field, problemText } from "./dialog.js";
import { el, notice, setText, table } from "./elements.js";
import { t } from "./strings.js";

/** Longest name of a group. */
const nameLimit = "40";

/** What a group is called, as far as this account may read it. @param {any} group */
export function groupName(group) { return group.name ?? group.group; }

/**
 * The groups with what can be done about them.
 * @param {any[]} groups @param {any[]} patients @param {() => void} done called when something changed
 */
export function groupsTable(groups, patients, done) {
  const mayChange = session?.role === "administrator";
  if (groups.length === 0) return notice(t("groupsNone"), t("groupsNoneText"));
  const names = new Map(patients.map((one) => [one.patient, one.name]));
  const sorted = [...groups].sort((one, other) => groupName(one).localeCompare(groupName(other)));
  return table(t("groups"), [...(mayChange ? [t("name")] : []), t("groupId"), t("patients"), ""], sorted.map((one) => [
    ...(mayChange ? [one.name ?? t("nameUnknown")] : []), el("code", {}, one.group),
    one.patients.length === 0 ? t("nobody") : el("span", { class: "prose" }, one.patients.map((/** @type {string} */ patient) => names.get(patient) ? `${patient} ${names.get(patient)}` : patient).join(", ")),
    mayChange ? actions(one, patients, done) : "",
  ]), "admin-groups");
}

/** @param {any} group @param {any[]} patients @param {() => void} done */
function actions(group, patients, done) {
  const name = groupName(group);
  /** @param {string} key @param {() => Promise<any>} open */
  const button = (key, open) => el("button", {
    class: "button quiet small", type: "button", "data-testid": `${key}-${group.group}`, "aria-label": t(`${key}Title`, { group: name }),
    onclick: async () => { if (await open() !== null) done(); },
  }, t(key));
  return el("div", { class: "actions" }, button("groupMembers", () => {
    const boxes = new Map(patients.map((one) => [one.patient, /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", checked: group.patients.includes(one.patient), "data-testid": `member-${one.patient}` }))]));
    return ask({
      title: t("groupMembersTitle", { group: name }), text: t("groupMembersText"), action: t("save"),
      fields: [el("div", { class: "checks" }, ...patients.map((one) => el("label", { class: "check" }, boxes.get(one.patient), el("code", {}, one.patient), one.name ?? "")))],
      send: async () => {
        for (const [pseudonym, box] of boxes) {
          if (box.checked !== group.patients.includes(pseudonym)) await call(box.checked ? "joinGroup" : "leaveGroup", { group: group.group, pseudonym });
        }
      },
    });
  }), button("groupRename", () => {
    const given = field(t("name"), { required: true, maxlength: nameLimit, value: group.name ?? "", autocomplete: "off", "data-testid": "group-name" });
    return ask({
      title: t("groupRenameTitle", { group: name }), text: t("groupNameText"), action: t("save"), fields: [given.label],
      send: () => call("renameGroup", { group: group.group }, { name: given.input.value }),
    });
  }), button("groupRemove", () => ask({
    title: t("groupRemoveTitle", { group: name }), text: t("groupRemoveText"), action: t("groupRemove"), isDangerous: true,
    send: () => call("removeGroup", { group: group.group }),
  })));
}

/** The form that makes one. @param {() => void} done */
export function groupForm(done) {
  const name = field(t("name"), { required: true, maxlength: nameLimit, autocomplete: "off", "data-testid": "new-group-name" });
  const message = el("p", { class: "form-problem", role: "status", "data-testid": "new-group-said" });
  const self = /** @type {HTMLFormElement} */ (el("form", {
    class: "inline-form", "data-testid": "new-group",
    onsubmit: async (/** @type {Event} */ event) => {
      event.preventDefault();
      setText(message, "");
      try {
        await call("addGroup", {}, { name: name.input.value });
        self.reset();
        message.dataset.kind = "good";
        setText(message, t("done"));
        done();
      } catch (problem) {
        message.dataset.kind = "bad";
        const code = problem instanceof Problem ? problem.code : "";
        setText(message, code === "exists" ? t("groupExists") : code === "limit-reached" ? t("groupLimit") : problemText(problem));
      }
    },
  }, el("h3", {}, t("addGroup")), name.label, el("button", { class: "button", type: "submit", "data-testid": "new-group-add" }, t("add")), message, el("p", { class: "quiet" }, t("groupNameText"))));
  return self;
}
