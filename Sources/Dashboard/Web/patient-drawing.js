// What the viewer draws, each a function of a context, a scale and facts.
import { sampleRate } from "./patient-calipers.js";
import { runsOf, without } from "./patient-envelope.js";
import { gridSteps, timeStep } from "./patient-viewport.js";
import { millimetre } from "./strip.js";
import { clockTime, number, t } from "./strings.js";

/** Where 0 mV lies in the ECG's row. */
export const baseline = 0.64;
/** Labels come no nearer than this, in CSS pixels; P(abnormal) needs more room than a letter. */
const letterRoom = 13, numberRoom = 34;
const font = "system-ui, sans-serif";

/**
 * @typedef {{x: (sample: number) => number, left: number, width: number, pixelsPerSecond: number, view: {from: number, count: number}, startMs: number | null}} Scale
 * @typedef {{channel: string, top: number, height: number}} Row
 */

/** Squares of 0.04 s and 0.1 mV, bold ones of 0.2 s and 0.5 mV; coarser where these could not be told apart. @param {CanvasRenderingContext2D} context @param {Scale} scale @param {Row} row @param {number} gain @param {any} colours */
export function drawGrid(context, scale, row, gain, colours) {
  const { fine, bold } = gridSteps(scale.pixelsPerSecond);
  const zero = row.top + row.height * baseline;
  const bottom = row.top + row.height;
  for (const [seconds, millivolts, colour, line] of /** @type {[number, number, string, number][]} */ ([[fine, 0.1, colours.gridFine, 0.6], [bold, 0.5, colours.gridBold, 1]])) {
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.beginPath();
    const step = seconds * sampleRate;
    for (let sample = Math.ceil(scale.view.from / step) * step; sample <= scale.view.from + scale.view.count; sample += step) {
      const x = scale.x(sample);
      context.moveTo(x, 0);
      context.lineTo(x, bottom);
    }
    const height = millivolts * gain * millimetre;
    for (let y = zero - Math.floor(zero / height) * height; height > 1.5 && y <= bottom; y += height) {
      context.moveTo(scale.left, y);
      context.lineTo(scale.width, y);
    }
    context.stroke();
  }
}

/**
 * A channel: a line where every sample is at hand, the span from minimum to maximum of each bucket where not; what was not measured is shaded, and
 * hatched where an electrode was off; what was not analysed yet is underlined. Each says so in words.
 * @param {CanvasRenderingContext2D} context @param {Scale} scale @param {Row} row
 * @param {{from: number, until: number, known: number, bucket: number, pieces: import("./patient-envelope.js").Piece[] | null, stretches: import("./patient-envelope.js").Stretch[]}[]} parts
 * @param {{gain: number | null, extent: {first: number, last: number}, colours: any, bucket: number}} options without a gain the row is filled and the wave turned over
 * @returns {Set<string>} words for what is drawn instead of a signal
 */
export function drawTrace(context, scale, row, parts, { gain, extent, colours, bucket }) {
  const zero = row.top + row.height * baseline;
  let y = (/** @type {number} */ microvolts) => zero - microvolts / 1000 * (gain ?? 0) * millimetre;
  if (gain === null) {
    let low = Infinity, high = -Infinity;
    for (const part of parts) for (const piece of part.pieces ?? []) piece.minimum.forEach((value, index) => {
      const from = piece.from + index * part.bucket;
      if (from + part.bucket < scale.view.from || from > scale.view.from + scale.view.count) return;
      low = Math.min(low, value);
      high = Math.max(high, piece.maximum?.[index] ?? value);
    });
    // Less light is more blood: the wave is turned over so that a pulse points up, and the caption says so.
    y = (value) => row.top + 8 + (row.height - 16) * (high > low ? (value - low) / (high - low) : 0.5);
  }
  context.save();
  context.beginPath();
  context.rect(scale.left, row.top - (gain === null ? 0 : row.top), scale.width - scale.left, row.height + (gain === null ? 0 : row.top));
  context.clip();
  context.strokeStyle = colours.trace;
  context.lineWidth = bucket === 1 ? 1.6 : 1.2;
  context.lineJoin = "round";
  /** @type {[number, number][]} */
  const gaps = [];
  let known = Math.max(extent.first, scale.view.from);
  let end = -Infinity;
  context.beginPath();
  for (const part of parts) {
    const until = Math.min(part.until, part.pieces === null ? part.until : part.known, extent.last);
    if (part.pieces === null) {
      known = Math.max(known, until);
      continue;
    }
    for (const piece of part.pieces) {
      piece.minimum.forEach((low, index) => {
        const from = piece.from + index * part.bucket;
        if (from + part.bucket <= part.from || from >= part.until) return;
        if (from > known) gaps.push([known, from]);
        known = Math.max(known, Math.min(from + part.bucket, part.until));
        const x = scale.x(part.bucket === 1 ? from : from + part.bucket / 2);
        const high = piece.maximum?.[index] ?? low;
        if (from <= end && !(index === 0 && piece.isNew)) context.lineTo(x, y(low)); else context.moveTo(x, y(low));
        if (high !== low || part.bucket > 1) context.lineTo(x, y(high) - (high === low ? 0.6 : 0));
        end = from + part.bucket;
      });
    }
    if (until > known) {
      gaps.push([known, until]);
      known = until;
    }
  }
  context.stroke();
  context.font = `12px ${font}`;
  const stretches = parts.flatMap((part) => part.stretches);
  const off = runsOf(stretches, "lead-off");
  /** @type {Set<string>} */
  const said = new Set();
  /** @param {[number, number]} run @param {string} word @param {(x: number, width: number) => void} fill */
  const say = ([from, until], word, fill) => {
    const left = Math.max(scale.left, scale.x(from)), width = Math.min(scale.width, scale.x(until)) - left;
    if (width < 0.8) return;
    fill(left, width);
    said.add(word);
    if (width < context.measureText(word).width + 12) return;
    context.fillStyle = colours.gapText;
    context.fillText(word, left + 6, row.top + row.height - 8);
  };
  const shade = (/** @type {number} */ x, /** @type {number} */ width) => {
    context.fillStyle = colours.gap;
    context.fillRect(x, row.top, width, row.height);
  };
  for (const run of without(gaps, off)) say(run, t("viewer.notMeasured"), shade);
  for (const run of off) say(run, t("leadOff"), (x, width) => {
    shade(x, width);
    hatch(context, x, row.top, width, row.height, colours.gapText);
  });
  for (const run of runsOf(stretches, "not-analysed")) say(run, t("viewer.notAnalysed"), (x, width) => {
    context.fillStyle = colours.gapText;
    for (let place = x; place < x + width; place += 8) context.fillRect(place, row.top + row.height - 4, Math.min(4, x + width - place), 2);
  });
  if (gain === null) {
    context.fillStyle = colours.text;
    context.fillText(t(`channel.${row.channel}`), scale.left + 6, row.top + 14);
  }
  context.restore();
  return said;
}

/**
 * Slanted lines, as a meaning that needs no colour.
 * @param {CanvasRenderingContext2D} context @param {number} left @param {number} top @param {number} width @param {number} height @param {string} colour
 */
function hatch(context, left, top, width, height, colour) {
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.globalAlpha = 0.35;
  context.lineWidth = 1;
  context.beginPath();
  // Lines stand still on the paper while it is scrolled under them.
  for (let x = Math.floor((left - height) / 9) * 9; x < left + width; x += 9) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {Scale} scale @param {number} height @param {any} colours */
export function drawAxis(context, scale, height, colours) {
  const seconds = scale.view.count / sampleRate;
  const step = timeStep(seconds, Math.max(2, Math.floor(scale.width / 110)));
  context.fillStyle = colours.text;
  context.strokeStyle = colours.axis;
  context.font = `12px ${font}`;
  context.lineWidth = 1;
  context.beginPath();
  // Marks lie on the clock where it is known, else on the session's own time.
  const offset = scale.startMs === null ? 0 : scale.startMs / 1000 - new Date(scale.startMs).getTimezoneOffset() * 60;
  const begin = scale.view.from / sampleRate + offset;
  for (let time = Math.ceil(begin / step) * step; time <= begin + seconds; time += step) {
    const x = scale.x((time - offset) * sampleRate);
    context.moveTo(Math.round(x) + 0.5, height - 22);
    context.lineTo(Math.round(x) + 0.5, height - 17);
    const text = timeText(time - offset, scale.startMs, step);
    const half = context.measureText(text).width / 2;
    context.textAlign = "center";
    context.fillText(text, Math.min(scale.width - half - 2, Math.max(half + 2, x)), height - 5);
  }
  context.stroke();
  context.textAlign = "left";
}

/** A place of the session in words: the clock where it is known. @param {number} seconds since the session began @param {number | null} startMs @param {number} [step] */
export function timeText(seconds, startMs, step = 1) {
  if (startMs !== null) {
    const ms = Math.round(startMs + seconds * 1000);
    return step < 1 ? `${clockTime(ms)}.${Math.floor(((ms % 1000) + 1000) % 1000 / 100)}` : clockTime(ms);
  }
  const whole = Math.floor(seconds);
  const text = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0")).join(":");
  return step < 1 ? `${text}.${Math.floor((seconds - whole) * 10)}` : text;
}

/**
 * The machine's label with P(abnormal) above each R peak; a clinician's beside it, with a pencil.
 * @param {CanvasRenderingContext2D} context @param {Scale} scale @param {any[]} beats
 * @param {{delay: number, selected: any, colours: any}} options
 */
export function drawBeats(context, scale, beats, { delay, selected, colours }) {
  context.save();
  context.textAlign = "center";
  let last = -Infinity, lastNumber = -Infinity;
  for (const beat of beats) {
    const x = scale.x(beat.position + delay);
    if (x < scale.left - 2) continue;
    const isSelected = selected?.position === beat.position;
    const text = beat.label ?? (beat.isAbnormal ? "A" : "N");
    context.fillStyle = beat.isAbnormal ? colours.abnormal : colours.normal;
    if (beat.isAbnormal) context.fillRect(x - 6, 38, 12, 2); else context.fillRect(x - 0.5, 37, 1, 4);
    if (isSelected) {
      context.strokeStyle = colours.accent;
      context.lineWidth = 2;
      context.strokeRect(x - 17, 1.5, 34, 41);
    }
    if (x - last < letterRoom && !isSelected) continue;
    last = x;
    context.font = `${beat.isAbnormal ? "700" : "500"} 14px ${font}`;
    const letters = beat.clinicianLabel ? `${text} ✎${beat.clinicianLabel}` : text;
    context.fillText(letters, x, 16);
    if (x - lastNumber < numberRoom && !isSelected) continue;
    lastNumber = x;
    context.font = `11px ${font}`;
    context.fillText(number(beat.abnormalProbability, 2), x, 31);
  }
  context.restore();
}

/** Where notes were made. @param {CanvasRenderingContext2D} context @param {Scale} scale @param {any[]} marks @param {number} height @param {any} colours */
export function drawMarks(context, scale, marks, height, colours) {
  context.save();
  context.fillStyle = colours.accent;
  context.strokeStyle = colours.accent;
  for (const mark of marks) {
    if (mark.kind !== "note") continue;
    const x = scale.x(mark.sample), end = scale.x(mark.untilSample ?? mark.sample);
    if (end < -8 || x > scale.width + 8) continue;
    if (end > x) {
      context.globalAlpha = 0.1;
      context.fillRect(x, 44, end - x, height - 68);
      context.globalAlpha = 1;
    }
    context.beginPath();
    context.moveTo(x, height - 24);
    context.lineTo(x, height - 36);
    context.lineTo(x + 10, height - 31);
    context.closePath();
    context.fill();
  }
  context.restore();
}

/**
 * @param {CanvasRenderingContext2D} context @param {Scale} scale @param {import("./patient-calipers.js").Caliper} caliper
 * @param {any} measurement @param {Row} row @param {any} colours
 */
export function drawCaliper(context, scale, caliper, measurement, row, colours) {
  const [first, second] = caliper.edges.map(scale.x);
  const y = row.top + 16;
  if (second < scale.left || first > scale.width) return;
  context.save();
  context.fillStyle = colours.accent;
  context.strokeStyle = colours.accent;
  context.globalAlpha = 0.1;
  context.fillRect(first, row.top, second - first, row.height);
  context.globalAlpha = 1;
  for (const edge of [0, 1]) {
    const x = edge === 0 ? first : second;
    context.lineWidth = caliper.active === edge ? 2.5 : 1.5;
    context.setLineDash(caliper.isSet[edge] ? [] : [4, 3]);
    context.beginPath();
    context.moveTo(x, row.top);
    context.lineTo(x, row.top + row.height);
    context.stroke();
    context.setLineDash([]);
    context.fillRect(x - 5, row.top + row.height - 12, 10, 12);
  }
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(first, y);
  context.lineTo(second, y);
  context.stroke();
  const text = `${t(`caliper.${caliper.kind}`)} ${measurement?.ms === null || !measurement ? "–" : `${Math.round(measurement.ms)} ms`}`;
  context.font = `600 13px ${font}`;
  const width = context.measureText(text).width + 10;
  const x = Math.min(scale.width - width - 2, Math.max(2, (first + second) / 2 - width / 2));
  context.fillRect(x, y + 4, width, 20);
  context.fillStyle = colours.accentText;
  context.fillText(text, x + 5, y + 18);
  context.restore();
}
