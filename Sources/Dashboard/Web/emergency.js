// A patient outside the assignment: opened with a reason, for a while, on record. Used by the ward's search and the patient's page.
import { Problem, request } from "./api.js";
import { ask, problemText, reasonField } from "./dialog.js";
import { toast } from "./components.js";
import { el } from "./elements.js";
import { clockTime, loadStrings, t } from "./strings.js";

/** Whether a text could be a patient's pseudonym; as it is written then. @param {string} text */
export function pseudonymIn(text) {
  const plain = text.trim().toUpperCase();
  return /^P-[A-Z2-9]{4,12}$/.test(plain) ? plain : null;
}

/**
 * A button that asks why, opens the patient, and then calls `done`. Put it where a patient is not the person's.
 * @param {string} pseudonym
 * @param {(access: {id: string, patient: string, untilMs: number}) => void} done
 * @returns {Promise<HTMLElement>}
 */
export async function emergencyButton(pseudonym, done) {
  await loadStrings("emergency");
  return el("button", {
    class: "button danger", type: "button", "data-testid": "break-glass",
    onclick: async () => {
      const reason = reasonField();
      const access = await ask({
        title: t("breakGlassTitle", { patient: pseudonym }), text: t("breakGlassText"), fields: [reason.label], action: t("breakGlass"), isDangerous: true,
        send: async () => {
          try {
            return await request("POST", `/api/patients/${pseudonym}/emergency-access`, { reason: reason.input.value });
          } catch (problem) {
            // Somebody assigned the patient meanwhile: what was wanted is there.
            if (problem instanceof Problem && problem.code === "already-visible") return { patient: pseudonym };
            throw problem;
          }
        },
      });
      if (access) done(access);
    },
  }, t("breakGlassOf", { patient: pseudonym }));
}

/**
 * Where somebody looks for a patient who is not theirs: says so, with the button; nothing for what is no pseudonym.
 * @param {HTMLElement} place what it is added to
 * @param {string} text what was looked for
 * @param {() => string} [present] what is looked for now: nothing is added when it changed meanwhile
 */
export async function offer(place, text, present = () => text) {
  const pseudonym = pseudonymIn(text);
  if (!pseudonym) return;
  const button = await emergencyButton(pseudonym, () => location.assign(`/patients/${pseudonym}`));
  if (present() !== text) return;
  place.append(el("section", { class: "notice", "data-testid": "not-your-patient" }, el("h2", {}, t("notYourPatient", { patient: pseudonym })), el("p", {}, t("notYourPatientText")), button));
}

/**
 * Offers it under the ward's search, when what is looked for is the pseudonym of somebody who has no tile.
 * @param {HTMLInputElement} search
 * @param {HTMLElement} above what it stands below
 */
export function offerBelowSearch(search, above) {
  const place = el("div", { "data-testid": "emergency-offer" });
  above.after(place);
  search.addEventListener("input", () => {
    place.replaceChildren();
    const pseudonym = pseudonymIn(search.value);
    if (pseudonym && !document.querySelector(`[data-testid="tile-${pseudonym}"]`)) offer(place, search.value, () => search.value);
  });
}

/**
 * Until when a patient is open to somebody who is not assigned, and a button that ends it; nothing for an own patient.
 * @param {HTMLElement} main the page, at whose head it is put
 * @param {string} pseudonym
 */
export async function emergencyBanner(main, pseudonym) {
  const [{ items }] = await Promise.all([request("GET", "/api/emergency-access/own"), loadStrings("emergency")]);
  const access = items.find((/** @type {any} */ one) => one.patient === pseudonym);
  if (!access) return;
  main.prepend(el("div", { class: "banner", role: "status", "data-testid": "emergency-banner" },
    el("span", {}, t("emergencyUntil", { time: clockTime(access.untilMs) }), " "),
    el("button", {
      class: "button quiet small", "data-testid": "end-emergency",
      onclick: async () => {
        try {
          await request("DELETE", `/api/emergency-access/${access.id}`);
          location.assign("/ward");
        } catch (problem) {
          toast(problemText(problem), "bad");
        }
      },
    }, t("endEmergency"))));
}
