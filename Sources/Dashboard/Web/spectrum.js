// The amplitude spectrum with its axes.
import { palette } from "./strip.js";

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{binWidthHz?: number, microvolts: number[], peakHz?: number}} spectrum
 */
export function drawSpectrum(canvas, spectrum) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth, height = canvas.clientHeight;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (!context) return;
  const colours = palette(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const left = 44, right = 12, top = 12, bottom = 34;
  const plotWidth = width - left - right, plotHeight = height - top - bottom;
  const highest = Math.max(10, ...spectrum.microvolts);
  const step = niceStep(highest / 3);
  const ceiling = Math.ceil(highest / step) * step;
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = colours.text;
  context.strokeStyle = colours.axis;
  context.lineWidth = 1;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (let value = 0; value <= ceiling + step / 2; value += step) {
    const y = Math.round(top + plotHeight * (1 - value / ceiling)) + 0.5;
    context.globalAlpha = value === 0 ? 1 : 0.35;
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(width - right, y);
    context.stroke();
    context.globalAlpha = 1;
    context.fillText(String(Math.round(value)), left - 6, y);
  }
  context.textAlign = "center";
  context.textBaseline = "top";
  for (let hertz = 0; hertz <= 50; hertz += 10) {
    const x = left + plotWidth * hertz / 50;
    context.beginPath();
    context.moveTo(x, top + plotHeight);
    context.lineTo(x, top + plotHeight + 4);
    context.stroke();
    context.fillText(String(hertz), x, top + plotHeight + 7);
  }
  context.fillText("Hz", left + plotWidth / 2, height - 13);
  context.save();
  context.textAlign = "left";
  context.fillText("µV", left + 6, 2);
  context.restore();
  const bin = spectrum.binWidthHz;
  if (!bin || spectrum.microvolts.length === 0) return;
  context.beginPath();
  context.moveTo(left, top + plotHeight);
  spectrum.microvolts.forEach((value, index) => {
    context.lineTo(left + plotWidth * Math.min(1, index * bin / 50), top + plotHeight * (1 - value / ceiling));
  });
  context.lineTo(left + plotWidth, top + plotHeight);
  context.closePath();
  context.fillStyle = colours.accent;
  context.globalAlpha = 0.18;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = colours.accent;
  context.lineWidth = 1.4;
  context.stroke();
}

/** 1, 2 or 5 times a power of ten, at least `value`. @param {number} value */
function niceStep(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 5, 10]) if (factor * power >= value) return factor * power;
  return 10 * power;
}
