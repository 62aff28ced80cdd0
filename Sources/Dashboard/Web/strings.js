// The words, numbers and dates of the page's language. The words themselves stand in strings/LANGUAGE/GROUP.js, one file a page,
// so that a page brings its own alone and a language is loaded only where it is read.

/** Languages there are: the code, its own name, and the locale of its numbers and dates. */
export const languages = [
  { code: "en", name: "English", locale: "en-GB" },
  { code: "de", name: "Deutsch", locale: "de-DE" },
];
/** Where the choice is kept; nothing else is ever kept in the browser. */
const place = "sealedbeat.language";

/** What was chosen in this browser; else the first of the browser's languages that there is; else English. */
function choose() {
  let chosen = null;
  try { chosen = localStorage.getItem(place); } catch { /* storage is switched off: the browser's language it is */ }
  for (const one of [chosen, ...navigator.languages]) {
    const language = languages.find(({ code }) => one?.toLowerCase().split("-")[0] === code);
    if (language) return language;
  }
  return languages[0];
}

/** The page's language. */
export const language = choose();
document.documentElement.lang = language.code;

/** Keeps a choice and begins anew in that language. @param {string} code */
export function chooseLanguage(code) {
  try { localStorage.setItem(place, code); } catch { /* it holds until the page is closed then: not at all */ }
  location.reload();
}

/** @type {Record<string, string>} */
const words = {};
/** @type {Map<string, Promise<void>>} */
const loading = new Map();

/** Loads the words of some groups; those that are there already cost nothing. @param {...string} groups */
export async function loadStrings(...groups) {
  await Promise.all(groups.map((group) => {
    let load = loading.get(group);
    if (!load) {
      load = import(`./strings/${language.code}/${group}.js`).then((module) => { Object.assign(words, module.default); });
      loading.set(group, load);
      load.catch(() => loading.delete(group));
    }
    return load;
  }));
}

const plural = new Intl.PluralRules(language.locale);

/**
 * The words for a key, with parameters put in; numbers are written as the language writes them. With a number `count`, the words
 * under `key.one` (or what the language distinguishes) are taken where there are some. An unknown key shows itself, so that it is noticed.
 * @param {string} key
 * @param {Record<string, string | number>} [parameters]
 */
export function t(key, parameters = {}) {
  const form = typeof parameters.count === "number" ? words[`${key}.${plural.select(parameters.count)}`] : undefined;
  return (form ?? words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => {
    const value = parameters[name];
    return typeof value === "number" ? number(value, 3, 0) : String(value ?? "");
  });
}

/** Whether there are words for a key. @param {string} key */
export function isKnown(key) {
  return Object.hasOwn(words, key);
}

/** @type {Map<string, Intl.NumberFormat>} */
const numberFormats = new Map();

/** A number as the language writes it. @param {number} value @param {number} [digits] after the point, at most @param {number} [least] and at least */
export function number(value, digits = 0, least = digits) {
  const key = `${digits}/${least}`;
  let format = numberFormats.get(key);
  if (!format) numberFormats.set(key, format = new Intl.NumberFormat(language.locale, { maximumFractionDigits: digits, minimumFractionDigits: least }));
  return format.format(value);
}

/** A share of one in percent, with the sign. @param {number} share @param {number} [digits] */
export function percent(share, digits = 0) {
  return new Intl.NumberFormat(language.locale, { style: "percent", maximumFractionDigits: digits, minimumFractionDigits: digits }).format(share);
}

/** A large number in few characters: `4B`, `4 Mrd.` @param {number} value */
export function compact(value) { return new Intl.NumberFormat(language.locale, { notation: "compact" }).format(value); }

const times = new Intl.DateTimeFormat(language.locale, { timeStyle: "medium" });
const dates = new Intl.DateTimeFormat(language.locale, { dateStyle: "short" });

/** hh:mm:ss of the reader's clock. @param {number} ms Unix milliseconds */
export function clockTime(ms) { return times.format(ms); }

/** The date. @param {number | string} time Unix milliseconds, or a day as YYYY-MM-DD */
export function date(time) {
  if (typeof time === "number") return dates.format(time);
  const [year, month, day] = time.split("-").map(Number);
  return dates.format(new Date(year, month - 1, day));
}

/** Date and time, today without the date. @param {number} ms Unix milliseconds */
export function dateTime(ms) {
  return new Date(ms).toDateString() === new Date().toDateString() ? clockTime(ms) : `${date(ms)} ${clockTime(ms)}`;
}

/** @type {[string, number][]} */
const spans = [["second", 1], ["minute", 60], ["hour", 3600], ["day", 86400]];

/** A span of time in its largest fitting unit: `12 s`, `3 min`, `2 h`, `4 days`. @param {number} ms */
export function span(ms) {
  const seconds = Math.max(0, ms) / 1000;
  const [unit, size] = spans.findLast(([, one]) => seconds >= one) ?? spans[0];
  return t(`span.${unit}`, { count: Math.floor(seconds / size) });
}
