// Charts beside the ECG, by Chart.js as Debian installs it (libjs-chart.js). Fetched when the first one is opened.
import { el } from "./elements.js";
import { palette } from "./strip.js";
import { language, t } from "./strings.js";

const address = "/web/vendor/chart.js";
/** @type {Promise<any> | null} */
let loading = null;

/** The library; fails with a sentence when this server has none. @returns {Promise<any>} */
export function loadCharts() {
  loading ??= new Promise((resolve, reject) => {
    const script = el("script", { src: address, onload: () => resolve(/** @type {any} */ (window).Chart), onerror: () => reject(new Error(t("trends.noCharts"))) });
    document.head.append(script);
  });
  loading.catch(() => { loading = null; });
  return loading;
}

/** Every chart that lives, so that a change of scheme reaches it. @type {Set<Figure>} */
const figures = new Set();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const figure of figures) figure.redraw();
});

/** A chart with its heading, its words for who cannot see it, and its numbers as a table. */
export class Figure {
  /** @param {string} name also the key of its words, `trends.NAME` */
  constructor(name) {
    this.name = name;
    this.canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { role: "img", "data-testid": `chart-${name}`, "aria-label": t(`trends.${name}`) }));
    this.caption = el("p", { class: "quiet", "data-testid": `chart-${name}-text` });
    this.table = el("div", {});
    this.element = el("section", { class: "card chart" }, el("h3", {}, t(`trends.${name}`)), el("div", { class: "chart-frame" }, this.canvas), this.caption,
      el("details", {}, el("summary", {}, t("trends.asTable")), this.table));
    /** @type {any} */
    this.chart = null;
    /** @type {null | ((colours: any) => any)} */
    this.configure = null;
    figures.add(this);
  }

  /**
   * @param {any} library @param {(colours: any) => any} configure the chart's configuration in these colours
   * @param {string} caption @param {Node} numbers
   */
  show(library, configure, caption, numbers) {
    this.library = library;
    this.configure = configure;
    this.caption.textContent = caption;
    this.canvas.setAttribute("aria-label", `${t(`trends.${this.name}`)}. ${caption}`);
    this.table.replaceChildren(numbers);
    this.redraw();
  }

  redraw() {
    this.chart?.destroy();
    this.chart = null;
    if (!this.configure) return;
    const colours = palette(this.canvas);
    const configuration = this.configure(colours);
    configuration.options = { ...common(colours), ...configuration.options };
    this.chart = new this.library(this.canvas, configuration);
    this.canvas.dataset.points = String(configuration.data.datasets.reduce((/** @type {number} */ sum, /** @type {any} */ one) => sum + one.data.length, 0));
  }

  end() {
    this.chart?.destroy();
    figures.delete(this);
  }
}

/** @param {any} colours */
function common(colours) {
  return {
    animation: false, responsive: true, locale: language.locale, maintainAspectRatio: false, parsing: false, normalized: true, color: colours.text,
    interaction: { mode: "nearest", intersect: false, axis: "x" },
  };
}

/**
 * An axis. @param {any} colours @param {string} title
 * @param {{min?: number, max?: number, words?: (value: number) => string, stepSize?: number}} [options]
 */
export function axis(colours, title, { min, max, words, stepSize } = {}) {
  return {
    type: "linear", offset: false, min, max, title: { display: title !== "", text: title, color: colours.text },
    grid: { color: colours.line, drawBorder: true, borderColor: colours.axis },
    ticks: { color: colours.text, maxRotation: 0, autoSkipPadding: 24, stepSize, ...words ? { callback: words } : {} },
  };
}
