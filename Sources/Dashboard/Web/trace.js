// The line of a sweeping strip: what the live strip and the ward's small ones draw alike.
import { leadOff, measured, missing } from "./signal.js";

/**
 * Draws what was measured as a line in the context's present stroke, and fills what was not.
 * @param {CanvasRenderingContext2D} context
 * @param {import("./signal.js").Signal} signal
 * @param {number} from @param {number} until samples
 * @param {{x: (index: number) => number, y: (microvolts: number) => number, fillGap: (index: number, x: number, kind: number) => void}} paper
 */
export function drawTrace(context, signal, from, until, { x: place, y: height, fillGap }) {
  context.beginPath();
  let isDown = false;
  let lastX = -1;
  for (let index = Math.max(from - 1, signal.first); index < until; index++) {
    const kind = signal.kind(index);
    const x = place(index);
    if (kind !== measured || x < lastX) isDown = false;
    if (kind === measured) {
      const y = height(signal.value(index));
      if (isDown) context.lineTo(x, y); else context.moveTo(x, y);
      isDown = true;
    } else if (index >= from && (kind === leadOff || kind === missing)) {
      fillGap(index, x, kind);
    }
    lastX = x;
  }
  context.stroke();
}

/**
 * Clears a sweeping strip from a place on, round the end.
 * @param {CanvasRenderingContext2D} context @param {{width: number, height: number}} size @param {number} from @param {number} width
 */
export function clearAhead(context, size, from, width) {
  const span = Math.min(width, size.width);
  context.clearRect(from, 0, span, size.height);
  if (from + span > size.width) context.clearRect(0, 0, from + span - size.width, size.height);
}
