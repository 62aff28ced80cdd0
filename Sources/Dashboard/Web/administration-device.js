// Which device a patient wears, and how that is changed.
import { call, session } from "./api.js";
import { ask, field } from "./dialog.js";
import { el } from "./elements.js";
import { t } from "./strings.js";

/**
 * The device of a patient, with a way to hand out another one or to take it back.
 * @param {{patient: string, device?: string}} patient
 * @param {string[]} devices names that are known
 * @param {() => void} done
 */
export function worn(patient, devices, done) {
  const words = el("span", { "data-testid": `device-of-${patient.patient}` }, patient.device ? el("code", {}, patient.device) : t("nobody"));
  if (session?.role !== "administrator") return words;
  return el("div", { class: "sees" }, words, el("button", {
    class: "button quiet small", "data-testid": `change-device-${patient.patient}`, "aria-label": t("changeDevice", { patient: patient.patient }),
    onclick: async () => {
      const list = el("datalist", { id: "known-devices" }, ...devices.map((name) => el("option", { value: name })));
      const name = field(t("deviceOrNone"), { maxlength: "32", autocomplete: "off", spellcheck: "false", pattern: "[a-z0-9\\-]{3,32}", title: t("deviceNameRule"), list: "known-devices", value: patient.device ?? "", "data-testid": "dialog-device" });
      const answer = await ask({
        title: t("changeDevice", { patient: patient.patient }), text: t("changeDeviceText"), fields: [name.label, list], action: t("save"),
        send: async () => {
          const wanted = name.input.value.trim();
          if (wanted) await call("assignDevice", { device: wanted }, { patient: patient.patient });
          // One at a time: what was worn before is given back.
          if (patient.device && patient.device !== wanted) await call("assignDevice", { device: patient.device }, {});
          return true;
        },
      });
      if (answer !== null) done();
    },
  }, t("change")));
}
