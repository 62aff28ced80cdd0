// Who needs a look first: pure, from what the server said of each patient.

/** Ranks, the gravest first; what is not named comes last. */
const severities = ["high", "medium", "low"];
/**
 * States by what they hide: a heart that nobody sees comes before one that is seen badly, that before one that is seen late.
 * `waiting` and `no-device` hide nothing that was ever there.
 */
const states = ["no-data", "key-refused", "lead-off", "not-analysed", "delayed", "poor-signal", "live", "waiting", "no-device"];
const rhythms = ["sustained-abnormal", "frequent-abnormal", "occasional-abnormal", "too-few-beats", "mostly-normal"];
/** States whose rhythm is measured now. */
const measuredStates = ["live", "poor-signal", "delayed"];

/** @param {string[]} list @param {string | undefined} item */
const rank = (list, item) => { const place = list.indexOf(item ?? ""); return place < 0 ? list.length : place; };

/**
 * How much a patient needs a look, as numbers to compare from left to right, less being more:
 * the gravest alert that nobody has acknowledged, the state of the measurement, the rhythm where it is measured now,
 * the gravest alert that somebody has taken on.
 * @param {any} status @param {string} state as the page shows it, which knows how long nothing has come
 * @returns {number[]}
 */
export function need(status, state) {
  const { severity, unacknowledged = 0, unresolved = 0 } = status.alerts ?? {};
  return [
    unacknowledged > 0 ? rank(severities, severity) : severities.length + 1,
    rank(states, state),
    measuredStates.includes(state) ? rank(rhythms, status.rhythm?.code) : rhythms.length,
    unresolved > unacknowledged ? rank(severities, severity) : severities.length + 1,
  ];
}

/**
 * Sorts by need; those of the same need by name and then by pseudonym, so that the order stands still while nothing changes.
 * @template {{need: number[], title: string, name: string}} Item
 * @param {Iterable<Item>} items
 * @returns {Item[]}
 */
export function byNeed(items) {
  return [...items].sort((one, other) => {
    for (let place = 0; place < one.need.length; place++) if (one.need[place] !== other.need[place]) return one.need[place] - other.need[place];
    return compare(one.title, other.title) || compare(one.name, other.name);
  });
}

/** @param {string} one @param {string} other */
const compare = (one, other) => one < other ? -1 : one > other ? 1 : 0;

/** Groups of need, the first that fits. */
export const needs = ["alert", "unseen", "rhythm", "steady", "off"];

/** @param {any} status @param {string} state @returns {string} one of `needs` */
export function needGroup(status, state) {
  if ((status.alerts?.unacknowledged ?? 0) > 0) return "alert";
  if (state === "waiting" || state === "no-device") return "off";
  if (["no-data", "key-refused", "lead-off", "not-analysed"].includes(state)) return "unseen";
  return ["sustained-abnormal", "frequent-abnormal"].includes(status.rhythm?.code) ? "rhythm" : "steady";
}

/** States in the order in which a ward that is grouped by them shows them. */
export const stateOrder = states;

/**
 * Whether a patient is among those asked for.
 * @param {any} status @param {string} state
 * @param {{text: string, only: string, group?: string}} wanted `only` is `all`, a group of need, or `seen` for alerts that somebody has taken on; `group` is `all`, a
 *   group of patients, or `none` for those who are in none
 * @param {Map<string, string>} [names] what groups of patients are called
 */
export function isWanted(status, state, { text, only, group = "all" }, names = new Map()) {
  const words = text.trim().toLowerCase();
  const groups = status.groups ?? [];
  if (group === "none" ? groups.length > 0 : group !== "all" && !groups.includes(group)) return false;
  if (words && ![status.patient, status.name ?? "", status.device ?? "", ...groups.map((/** @type {string} */ one) => names.get(one) ?? "")].some((one) => one.toLowerCase().includes(words))) return false;
  if (only === "all") return true;
  if (only === "seen") return (status.alerts?.unresolved ?? 0) > (status.alerts?.unacknowledged ?? 0);
  return needGroup(status, state) === only;
}
