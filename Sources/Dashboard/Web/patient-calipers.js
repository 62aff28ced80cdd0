// Calipers as geometry: edges on the session's timeline. No page, no clock, nothing that is not an argument.

/** Samples per second of a session's timeline. */
export const sampleRate = 125;
/** What can be measured, in the order of their keys 1 to 4. */
export const kinds = /** @type {const} */ (["rr", "pr", "qrs", "qt"]);

/**
 * `edges` in samples, a beat's sub-sample place where it was snapped; `isSet` whether a person or an R peak has put each
 * edge: before, a caliper lies where such an interval usually is and measures nothing.
 * @typedef {{kind: "rr" | "pr" | "qrs" | "qt", edges: [number, number], isSet: [boolean, boolean], active: 0 | 1}} Caliper
 * @typedef {{position: number, rrMs?: number | null}} Beat
 */

/** Where an interval usually lies about its R peak, in ms: somewhere to begin, never a measurement. */
const usual = { pr: [-200, -40], qrs: [-48, 48], qt: [-48, 352] };

/** @param {number} ms */
const samples = (ms) => ms * sampleRate / 1000;

/**
 * A new caliper at the beat nearest to `at`; RR lies between that beat and the one before it, and is measured at once.
 * @param {Caliper["kind"]} kind @param {number} at @param {Beat[]} beats in order @param {number} delay samples by which the trace lags behind the beats
 * @returns {Caliper}
 */
export function place(kind, at, beats, delay = 0) {
  const index = nearest(at - delay, beats);
  if (kind === "rr") {
    if (index > 0) return { kind, edges: [beats[index - 1].position + delay, beats[index].position + delay], isSet: [true, true], active: 1 };
    return { kind, edges: [Math.round(at - samples(400)), Math.round(at + samples(400))], isSet: [false, false], active: 1 };
  }
  const peak = index >= 0 && Math.abs(beats[index].position + delay - at) < 2 * sampleRate ? beats[index].position + delay : at;
  const [before, after] = usual[kind];
  return { kind, edges: [Math.round(peak + samples(before)), Math.round(peak + samples(after))], isSet: [false, false], active: 1 };
}

/** The index of the beat nearest to a place; -1 without beats. @param {number} at @param {Beat[]} beats */
export function nearest(at, beats) {
  let found = -1;
  for (let index = 0; index < beats.length; index++) {
    if (found < 0 || Math.abs(beats[index].position - at) < Math.abs(beats[found].position - at)) found = index;
  }
  return found;
}

/**
 * Puts an edge somewhere, on whole samples. Edges never change places: one that is pushed beyond the other takes it along.
 * @param {Caliper} caliper @param {0 | 1} edge @param {number} at @returns {Caliper}
 */
export function moved(caliper, edge, at) {
  return put(caliper, edge, Math.round(at));
}

/** Moves the active edge by whole samples. @param {Caliper} caliper @param {number} by @returns {Caliper} */
export function nudged(caliper, by) {
  return put(caliper, caliper.active, Math.round(caliper.edges[caliper.active]) + by);
}

/** Moves both edges, their distance kept. @param {Caliper} caliper @param {number} by whole samples @returns {Caliper} */
export function shifted(caliper, by) {
  const step = Math.round(by);
  return { ...caliper, edges: [caliper.edges[0] + step, caliper.edges[1] + step] };
}

/**
 * Puts the active edge on the nearest R peak within `reach` samples, to its sub-sample place; unchanged when there is none.
 * @param {Caliper} caliper @param {Beat[]} beats @param {number} delay @param {number} reach @returns {Caliper}
 */
export function snapped(caliper, beats, delay = 0, reach = Infinity) {
  const at = caliper.edges[caliper.active] - delay;
  const index = nearest(at, beats);
  if (index < 0 || Math.abs(beats[index].position - at) > reach) return caliper;
  return put(caliper, caliper.active, beats[index].position + delay);
}

/** The other edge becomes the active one. @param {Caliper} caliper @returns {Caliper} */
export function switched(caliper) {
  return { ...caliper, active: caliper.active === 0 ? 1 : 0 };
}

/** @param {Caliper} caliper @param {0 | 1} edge @param {number} at @returns {Caliper} */
function put(caliper, edge, at) {
  /** @type {[number, number]} */
  const edges = [...caliper.edges];
  /** @type {[boolean, boolean]} */
  const isSet = [...caliper.isSet];
  edges[edge] = at;
  isSet[edge] = true;
  if (edges[0] > edges[1]) edges[edge === 0 ? 1 : 0] = at;
  return { ...caliper, edges, isSet, active: edge };
}

/**
 * What lies under a place of the screen: an edge, the bar between them, or nothing. Of two edges in reach, the nearer.
 * @param {Caliper} caliper @param {number} x @param {(sample: number) => number} toX @param {number} reach in the unit of x
 * @returns {0 | 1 | "bar" | null}
 */
export function hit(caliper, x, toX, reach) {
  const [first, second] = caliper.edges.map(toX);
  const distances = [Math.abs(x - first), Math.abs(x - second)];
  if (Math.min(...distances) <= reach) return distances[0] < distances[1] || distances[0] === distances[1] && x <= first ? 0 : 1;
  return x > first && x < second ? "bar" : null;
}

/**
 * QT corrected for the rate: Fridericia 1920, QT / RR^(1/3), and Bazett 1920, QT / RR^(1/2), RR in seconds.
 * @param {number} qtMs @param {number} rrMs
 */
export function corrected(qtMs, rrMs) {
  const seconds = rrMs / 1000;
  return { fridericiaMs: qtMs / Math.cbrt(seconds), bazettMs: qtMs / Math.sqrt(seconds) };
}

/** The RR interval that ends at the beat inside a QT, else the one beside its beginning. @param {Caliper} caliper @param {Beat[]} beats @param {number} delay */
export function rrBeside(caliper, beats, delay = 0) {
  const [from, until] = caliper.edges.map((edge) => edge - delay);
  const inside = beats.find((beat) => beat.position >= from && beat.position <= until);
  const beat = inside ?? beats.findLast((one) => one.position < from && from - one.position < samples(200));
  return beat?.rrMs ?? null;
}

/**
 * What a caliper says: the interval in ms, the rate of it (RR alone), µV from edge to edge and between the extremes where
 * every sample is at hand, and for QT both corrections with the RR that they use. Null: not measured.
 * @param {Caliper} caliper @param {Beat[]} beats @param {(sample: number) => number | null} microvolts @param {number} delay
 */
export function measured(caliper, beats, microvolts = () => null, delay = 0) {
  const isMeasured = caliper.isSet[0] && caliper.isSet[1];
  const ms = isMeasured ? (caliper.edges[1] - caliper.edges[0]) * 1000 / sampleRate : null;
  const values = [];
  const [first, last] = caliper.edges.map(Math.round);
  for (let sample = first; sample <= last && last - first <= 10 * sampleRate; sample++) values.push(microvolts(sample));
  const isWhole = isMeasured && values.length > 0 && values.every((value) => value !== null);
  const numbers = /** @type {number[]} */ (values);
  const rrMs = caliper.kind === "qt" ? rrBeside(caliper, beats, delay) : null;
  return {
    ms,
    rate: caliper.kind === "rr" && ms ? 60000 / ms : null,
    differenceMicrovolts: isWhole ? numbers[numbers.length - 1] - numbers[0] : null,
    heightMicrovolts: isWhole ? Math.max(...numbers) - Math.min(...numbers) : null,
    rrMs,
    qtc: caliper.kind === "qt" && ms && rrMs ? corrected(ms, rrMs) : null,
  };
}
