// A session's beats, asked for a minute at a time and kept; where the next abnormal one is.
import { sampleRate } from "./patient-calipers.js";
import { readBeats } from "./patient-requests.js";

/** Samples in a page of beats: a minute. */
const page = 60 * sampleRate;
/** Beats of one answer: more than a minute can hold. */
const limit = 500;
/** A page that reaches into the last of these samples is asked for again: beats are known some seconds late. */
const fresh = 15 * sampleRate;
/** After so long, in ms. */
const freshFor = 3000;
/** Pages kept. */
const pageLimit = 240;

export class Beats extends EventTarget {
  /** @param {string} patient @param {string} session */
  constructor(patient, session) {
    super();
    /** @param {Record<string, any>} parameters */
    this.ask = (parameters) => readBeats(patient, { session, ...parameters });
    /** @type {Map<number, {items: any[], isWhole: boolean, at: number}>} */
    this.pages = new Map();
    /** @type {Set<number>} */
    this.running = new Set();
    this.failedAt = -Infinity;
  }

  /** Asks for what is missing. @param {number} from @param {number} count @param {number} head */
  want(from, count, head) {
    if (performance.now() - this.failedAt < 5000) return;
    for (let number = Math.max(0, Math.floor(from / page)); number * page < Math.min(from + count, head); number++) {
      const there = this.pages.get(number);
      if (this.running.has(number) || there && (there.isWhole || performance.now() - there.at < freshFor)) continue;
      this.load(number, head);
    }
  }

  /** @param {number} number @param {number} head */
  async load(number, head) {
    this.running.add(number);
    try {
      const { items } = await this.ask({ from: number * page, count: page, limit });
      this.pages.delete(number);
      this.pages.set(number, { items, isWhole: (number + 1) * page + fresh < head, at: performance.now() });
      while (this.pages.size > pageLimit) this.pages.delete(/** @type {number} */ (this.pages.keys().next().value));
    } catch {
      this.failedAt = performance.now();
    } finally {
      this.running.delete(number);
    }
    this.dispatchEvent(new Event("changed"));
  }

  /** Those at hand. @param {number} from @param {number} count @returns {any[]} in order */
  at(from, count) {
    const found = [];
    for (let number = Math.floor(from / page); number * page < from + count; number++)
      for (const beat of this.pages.get(number)?.items ?? []) if (beat.position >= from && beat.position < from + count) found.push(beat);
    return found;
  }

  /** Forgets what is at hand, after a label changed. */
  forget() {
    this.pages.clear();
    this.dispatchEvent(new Event("changed"));
  }

  /** The next abnormal beat behind a place. @param {number} position @returns {Promise<any>} null: none */
  async nextAbnormal(position) {
    const { items } = await this.ask({ from: Math.max(0, Math.floor(position)), abnormal: true, limit: 3 });
    return items.find((/** @type {any} */ beat) => beat.position > position + 0.5) ?? null;
  }

  /** The last abnormal beat before a place: looks back over longer and longer stretches. @param {number} position @returns {Promise<any>} null: none */
  async previousAbnormal(position) {
    let until = Math.ceil(position);
    for (let length = page; until > 0; length *= 8) {
      const start = Math.max(0, until - length);
      let from = start;
      let last = null;
      while (from < until) {
        const { items, nextFrom } = await this.ask({ from, count: until - from, abnormal: true, limit });
        last = items.findLast((/** @type {any} */ beat) => beat.position < position - 0.5) ?? last;
        if (nextFrom === null || nextFrom === undefined || nextFrom <= from) break;
        from = nextFrom;
      }
      if (last) return last;
      until = start;
    }
    return null;
  }
}
