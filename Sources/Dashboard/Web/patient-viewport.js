// What part of a session is looked at: pure, in samples of the session's timeline.
import { sampleRate } from "./patient-calipers.js";

/** @typedef {{from: number, count: number}} Viewport @typedef {{first: number, last: number}} Extent `last` is the place behind the latest sample */

/** The narrowest and the widest that can be shown: 2 s and 24 h. */
export const narrowest = 2 * sampleRate, widest = 24 * 3600 * sampleRate;

/** Within the session and the limits. @param {Viewport} view @param {Extent} extent @returns {Viewport} */
export function clamped({ from, count }, extent) {
  const fitting = Math.round(Math.min(widest, Math.max(narrowest, count)));
  return { from: Math.round(Math.max(extent.first, Math.min(from, extent.last - fitting))), count: fitting };
}

/** Times `factor` as much, `anchor` staying where it is. @param {Viewport} view @param {number} factor @param {number} anchor sample @param {Extent} extent */
export function zoomed(view, factor, anchor, extent) {
  const count = Math.min(widest, Math.max(narrowest, view.count * factor));
  const share = (anchor - view.from) / view.count;
  return clamped({ from: anchor - share * count, count }, extent);
}

/** @param {Viewport} view @param {number} by samples @param {Extent} extent */
export function panned(view, by, extent) { return clamped({ from: view.from + by, count: view.count }, extent); }

/** @param {Viewport} view @param {number} at @param {Extent} extent */
export function centred(view, at, extent) { return clamped({ from: at - view.count / 2, count: view.count }, extent); }

/**
 * Samples in a bucket, a power of two: every sample while there are at most two a pixel, since a bucket is two numbers as well;
 * beyond, never more buckets than pixels. @param {number} count @param {number} pixels
 */
export function bucketFor(count, pixels) {
  if (count <= 2 * pixels) return 1;
  let bucket = 2;
  while (bucket * Math.max(1, pixels) < count) bucket *= 2;
  return bucket;
}

/** Seconds between marks of the time axis, so that there are about `most` of them. @param {number} seconds @param {number} most */
export function timeStep(seconds, most) {
  for (const step of [0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600]) if (seconds / step <= most) return step;
  return 43200;
}

/** Which grid can be told apart: seconds of a fine and of a bold line. @param {number} pixelsPerSecond */
export function gridSteps(pixelsPerSecond) {
  for (const [fine, bold] of [[0.04, 0.2], [0.2, 1], [1, 5], [5, 30], [30, 300], [60, 600], [300, 1800]]) if (fine * pixelsPerSecond >= 3) return { fine, bold };
  return { fine: 1800, bold: 7200 };
}
