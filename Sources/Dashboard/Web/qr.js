// A QR code as an image of squares, from what the server says is dark.

const namespace = "http://www.w3.org/2000/svg";

/**
 * @param {{size: number, path: string}} code squares a side, and the dark ones as a path's data: runs `M… …h…`
 * @param {string} label what it is, for those who do not see it
 * @returns {SVGElement}
 */
export function qrImage(code, label) {
  const image = part("svg", { class: "qr", viewBox: `0 0 ${code.size} ${code.size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges", "data-testid": "qr" });
  // Dark on light whatever the page's colours: many cameras do not read the reverse. Rectangles, since the pages' icons style paths.
  image.append(part("rect", { width: code.size, height: code.size, fill: "#fff" }));
  for (const [, x, y, width] of code.path.matchAll(/M(\d+) (\d+)h(\d+)/g)) image.append(part("rect", { x, y, width, height: 1, fill: "#000" }));
  return image;
}

/** @param {string} tag @param {Record<string, string | number>} attributes @returns {SVGElement} */
function part(tag, attributes) {
  const element = /** @type {SVGElement} */ (document.createElementNS(namespace, tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}
