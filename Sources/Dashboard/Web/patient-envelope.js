// The trace in as many points as there are pixels: asked for tile by tile, kept, and given up when it is no longer looked at.
import { Problem } from "./api.js";
import { bucketFor } from "./patient-viewport.js";

/** Buckets in a tile: one of the coarsest is still under a day. */
const tileBuckets = 128;
/** Tiles kept: about 60 screens. */
const tileLimit = 1000;
/** Most buckets that one request may ask for. */
const requestBuckets = 4096;
/** Most samples that one request may ask for: 24 h. */
const requestSamples = 24 * 3600 * 125;
/** After a failure nothing is asked for by itself for so long, in ms. */
const pause = 5000;
/** Samples by which the stored signal may lag behind what the event stream told: three chunks. */
const lag = 561;
/** A tile that reaches beyond what had arrived is asked for again after so long, in ms. */
const freshFor = 2500;

/**
 * `isNew`: something is missing before it, though it may begin in the bucket after the last one.
 * @typedef {{from: number, minimum: number[], maximum?: number[], isNew?: boolean}} Piece
 * @typedef {{from: number, count: number, cause: string}} Stretch what there is to say of samples: `missing`, `lead-off`, `not-analysed`
 * `until`: up to where the server can have known the signal when it was asked.
 * @typedef {{pieces: Piece[], stretches: Stretch[], bucket: number, until: number, isWhole: boolean, at: number}} Tile
 */

/**
 * Stretches of one cause, in order, as runs without overlap.
 * @param {Iterable<Stretch>} stretches @param {string} cause @returns {[number, number][]}
 */
export function runsOf(stretches, cause) {
  /** @type {[number, number][]} */
  const runs = [];
  for (const { from, count } of [...stretches].filter((one) => one.cause === cause).sort((one, other) => one.from - other.from)) {
    const last = runs.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], from + count); else runs.push([from, from + count]);
  }
  return runs;
}

/**
 * What is left of some runs without others; both in order.
 * @param {[number, number][]} runs @param {[number, number][]} others @returns {[number, number][]}
 */
export function without(runs, others) {
  /** @type {[number, number][]} */
  const left = [];
  for (const [from, until] of runs) {
    let start = from;
    for (const [begin, end] of others) {
      if (end <= start || begin >= until) continue;
      if (begin > start) left.push([start, begin]);
      start = end;
    }
    if (start < until) left.push([start, until]);
  }
  return left;
}

/**
 * Cuts an answer's pieces at the tiles' borders.
 * @param {Piece[]} pieces @param {number} bucket samples @param {number} length samples of a tile @param {number} start the answer's first sample
 * @returns {Map<number, Piece[]>} by the tile's number
 */
export function cut(pieces, bucket, length, start) {
  /** @type {Map<number, Piece[]>} */
  const tiles = new Map();
  for (const piece of pieces) {
    let index = 0;
    while (index < piece.minimum.length) {
      const from = piece.from + index * bucket;
      const tile = Math.floor(from / length);
      const until = Math.min(piece.minimum.length, index + Math.ceil(((tile + 1) * length - from) / bucket));
      const part = { from, minimum: piece.minimum.slice(index, until), maximum: piece.maximum?.slice(index, until), isNew: index === 0 && from > start };
      const there = tiles.get(tile);
      if (there) there.push(part); else tiles.set(tile, [part]);
      index = until;
    }
  }
  return tiles;
}

export class Envelope {
  /**
   * @param {(channel: string, from: number, count: number, points: number, signal: AbortSignal) => Promise<{bucketSamples: number, pieces: Piece[], stretches?: Stretch[]}>} load
   * @param {() => void} changed called when there is more to draw
   */
  constructor(load, changed) {
    this.load = load;
    this.changed = changed;
    /** @type {Map<string, Tile>} */
    this.tiles = new Map();
    /** @type {Map<string, {first: number, last: number, channel: string, bucket: number, controller: AbortController}>} */
    this.running = new Map();
    /** @type {Problem | null} */
    this.problem = null;
    this.failedAt = -Infinity;
    this.requests = 0;
    this.cancelled = 0;
  }

  /**
   * Asks for what is missing of what is looked at, and gives up what no longer is.
   * @param {string[]} channels @param {number} from @param {number} count @param {number} pixels
   * @param {{first: number, last: number}} extent
   */
  want(channels, from, count, pixels, extent) {
    const bucket = bucketFor(count, pixels);
    const length = tileBuckets * bucket;
    const first = Math.floor(Math.max(from, extent.first) / length);
    const last = Math.floor((Math.min(from + count, extent.last) - 1) / length);
    for (const [key, one] of this.running) {
      const isWanted = channels.includes(one.channel) && one.bucket === bucket && one.first <= last && one.last >= first;
      if (isWanted) continue;
      one.controller.abort();
      this.running.delete(key);
      this.cancelled++;
    }
    if (performance.now() - this.failedAt < pause) return bucket;
    for (const channel of channels) {
      let run = -1;
      for (let tile = first; tile <= last + 1; tile++) {
        const isMissing = tile <= last && !this.isAtHand(channel, bucket, tile);
        if (isMissing && run < 0) run = tile;
        const isFull = run >= 0 && ((tile - run + 1) * tileBuckets > requestBuckets || (tile - run + 1) * length > requestSamples);
        if (run >= 0 && (!isMissing || isFull)) {
          this.fetch(channel, bucket, run, tile - 1, extent.last);
          run = isMissing ? tile : -1;
        }
      }
    }
    return bucket;
  }

  /** @param {string} channel @param {number} bucket @param {number} tile */
  isAtHand(channel, bucket, tile) {
    for (const one of this.running.values())
      if (one.channel === channel && one.bucket === bucket && tile >= one.first && tile <= one.last) return true;
    const there = this.tiles.get(`${channel}/${bucket}/${tile}`);
    return there !== undefined && (there.isWhole || performance.now() - there.at < freshFor);
  }

  /** @param {string} channel @param {number} bucket @param {number} first @param {number} last @param {number} head */
  async fetch(channel, bucket, first, last, head) {
    const key = `${channel}/${bucket}/${first}`;
    const controller = new AbortController();
    this.running.set(key, { first, last, channel, bucket, controller });
    this.requests++;
    const length = tileBuckets * bucket;
    try {
      const answer = await this.load(channel, first * length, (last - first + 1) * length, (last - first + 1) * tileBuckets, controller.signal);
      if (controller.signal.aborted) return;
      this.problem = null;
      const tiles = cut(answer.pieces, answer.bucketSamples, length, first * length);
      for (let tile = first; tile <= last; tile++) {
        this.tiles.delete(`${channel}/${bucket}/${tile}`);
        const stretches = (answer.stretches ?? []).filter((one) => one.from < (tile + 1) * length && one.from + one.count > tile * length);
        this.tiles.set(`${channel}/${bucket}/${tile}`, {
          pieces: tiles.get(tile) ?? [], stretches, bucket: answer.bucketSamples, until: Math.min((tile + 1) * length, head - lag),
          // What is not analysed yet will be.
          isWhole: (tile + 1) * length + lag < head && !stretches.some((one) => one.cause === "not-analysed"), at: performance.now(),
        });
      }
      while (this.tiles.size > tileLimit) this.tiles.delete(/** @type {string} */ (this.tiles.keys().next().value));
    } catch (problem) {
      if (controller.signal.aborted) return;
      this.problem = problem instanceof Problem ? problem : new Problem(0, "page");
      this.failedAt = performance.now();
    } finally {
      if (this.running.get(key)?.controller === controller) this.running.delete(key);
    }
    this.changed();
  }

  /**
   * What can be drawn now: of each tile the wanted level, or the next coarser one that is at hand until it comes.
   * @param {string} channel @param {number} from @param {number} count @param {number} bucket
   * @returns {{from: number, until: number, known: number, bucket: number, pieces: Piece[] | null, stretches: Stretch[]}[]} null: not known yet; what is not in a piece before `known` was not measured
   */
  visible(channel, from, count, bucket) {
    const length = tileBuckets * bucket;
    const parts = [];
    for (let tile = Math.floor(from / length); tile * length < from + count; tile++) {
      let found = null;
      let level = bucket;
      for (; level <= bucket * 64 && !found; level *= 2) {
        found = this.tiles.get(`${channel}/${level}/${Math.floor(tile * length / (tileBuckets * level))}`) ?? null;
        if (found) break;
      }
      parts.push({ from: tile * length, until: (tile + 1) * length, known: found?.until ?? tile * length, bucket: found?.bucket ?? bucket, pieces: found?.pieces ?? null, stretches: found?.stretches ?? [] });
    }
    return parts;
  }

  /** A sample's value where every sample is at hand, else null. @param {string} channel @param {number} sample */
  value(channel, sample) {
    const tile = this.tiles.get(`${channel}/1/${Math.floor(sample / tileBuckets)}`);
    for (const piece of tile?.pieces ?? [])
      if (sample >= piece.from && sample < piece.from + piece.minimum.length) return piece.minimum[sample - piece.from];
    return null;
  }

  /** A person asks to try again at once. */
  retry() {
    this.problem = null;
    this.failedAt = -Infinity;
    this.changed();
  }

  /** Gives up what is asked for. */
  end() {
    for (const one of this.running.values()) one.controller.abort();
    this.running.clear();
  }
}
