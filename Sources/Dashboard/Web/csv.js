// Tables as files that a spreadsheet opens, and takes no cell of for a formula.

/** Cells that a spreadsheet would calculate (OWASP CSV injection). */
const formula = /^[=+\-@\t\r]/;

/** @param {unknown} value */
function cell(value) {
  const text = String(value ?? "");
  return `"${(typeof value === "string" && formula.test(text) ? `'${text}` : text).replaceAll("\"", "\"\"")}"`;
}

/** RFC 4180, with a heading. @param {string[]} heads @param {unknown[][]} rows */
export const csv = (heads, rows) => `${[heads, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
