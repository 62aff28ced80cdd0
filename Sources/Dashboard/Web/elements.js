// Building the page without ever parsing a string as markup: names and notes can hold anything.

/**
 * Makes an element. Properties beginning with `on` are listeners, `data-…` and `aria-…` and the like are attributes,
 * `class` is the class; text children become text nodes.
 * @param {string} tag
 * @param {Record<string, any>} [properties]
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child !== null && child !== undefined && child !== false) element.append(child);
  return element;
}

/** Sets text only when it differs, so that nothing is announced twice. @param {Element} element @param {string} text */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {Element} element @param {string} name @param {string} value */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * Puts other content into a place without losing the keyboard's: whoever was on an element in it is on the one of the same test id
 * afterwards, and on the page's content when there is none any more.
 * @param {HTMLElement} place @param {...(Node | string)} children
 */
export function redraw(place, ...children) {
  const before = /** @type {HTMLElement | null} */ (place.contains(document.activeElement) ? document.activeElement : null);
  place.replaceChildren(...children);
  if (!before) return;
  const same = before.dataset.testid && place.querySelector(`[data-testid="${CSS.escape(before.dataset.testid)}"]`);
  /** @type {HTMLElement | null} */ (same || document.getElementById("main"))?.focus({ preventScroll: true });
}

/** Columns beyond which a table does not fit a phone: there each row is a list, see `.stacks`. */
const stackedColumns = 3;

/** A table with a caption. @param {string} caption @param {string[]} heads @param {(Node|string)[][]} rows @param {string} testID */
export function table(caption, heads, rows, testID) {
  // The roles say again what the elements are: laid out as lists, some browsers take them for no table any more.
  const stacks = heads.length > stackedColumns;
  const role = (/** @type {string} */ name) => stacks ? { role: name } : {};
  return el("div", { class: stacks ? "table-frame stacks" : "table-frame", tabindex: "0", role: "region", "aria-label": caption },
    el("table", { "data-testid": testID, ...role("table") },
      el("thead", role("rowgroup"), el("tr", role("row"), ...heads.map((head) => el("th", { scope: "col", ...role("columnheader") }, head)))),
      el("tbody", role("rowgroup"), ...rows.map((row) => el("tr", role("row"), ...row.map((cell, index) => el("td", { "data-head": heads[index], ...role("cell") }, cell)))))));
}

/** A message in place of content. @param {string} title @param {string} text @param {...Node} actions */
export function notice(title, text, ...actions) {
  return el("section", { class: "notice", "data-testid": "notice" }, el("h1", {}, title), el("p", {}, text), ...actions);
}
