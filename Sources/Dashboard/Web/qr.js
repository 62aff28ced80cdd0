// A QR code as an image of squares, from what the server says is dark.

const namespace = "http://www.w3.org/2000/svg";

/**
 * @param {{size: number, path: string}} code squares a side, and the dark ones as a path's data
 * @param {string} label what it is, for those who do not see it
 * @returns {SVGSVGElement}
 */
export function qrImage(code, label) {
  const image = document.createElementNS(namespace, "svg");
  for (const [name, value] of Object.entries({ class: "qr", viewBox: `0 0 ${code.size} ${code.size}`, role: "img", "aria-label": label, "shape-rendering": "crispEdges", "data-testid": "qr" })) image.setAttribute(name, value);
  // Dark on light whatever the page's colours: many cameras do not read the reverse.
  for (const [tag, attributes] of /** @type {[string, Record<string, string>][]} */ ([
    ["rect", { width: String(code.size), height: String(code.size), fill: "#fff" }], ["path", { d: code.path, fill: "#000" }]])) {
    const part = document.createElementNS(namespace, tag);
    for (const [name, value] of Object.entries(attributes)) part.setAttribute(name, value);
    image.append(part);
  }
  return image;
}
