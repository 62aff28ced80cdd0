// Shapes, so that no meaning rests on colour alone. Each is drawn in the text's colour.

const paths = {
  live: "M2 12h4l2-6 4 13 4-16 2 9h4",
  "poor-signal": "M3 20v-4M8 20v-7M13 20v-2M18 20v-2",
  "lead-off": "M5 19 19 5M9 5h6v5M15 19H9v-5",
  "no-data": "M6 6l12 12M18 6 6 18",
  delayed: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4l3 2",
  "not-analysed": "M12 3 22 20H2zM12 9v5M12 16.5v.5",
  "key-refused": "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  waiting: "M7 3h10M7 21h10M8 3v4l4 5 4-5V3M8 21v-4l4-5 4 5v4",
  "no-device": "M4 12h16",
  "key-pre-activation": "M7 3h10M7 21h10M8 3v4l4 5 4-5V3M8 21v-4l4-5 4 5v4",
  "key-active": "M4 12l5 5L20 6",
  "key-suspended": "M9 5v14M15 5v14",
  "key-deactivated": "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM7 12h10",
  "key-compromised": "M12 2 22 12 12 22 2 12zM12 7v6M12 16v.5",
  "key-destroyed": "M6 6l12 12M18 6 6 18",
  "key-destroyed-compromised": "M12 2 22 12 12 22 2 12zM9 9l6 6M15 9l-6 6",
  high: "M12 2 22 12 12 22 2 12zM12 7v6M12 16v.5",
  medium: "M12 3 22 20H2zM12 9v5M12 16.5v.5",
  low: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 11v5M12 8v.5",
  seen: "M4 12l5 5L20 6",
  mark: "M2 13h5l2-5 4 11 4-15 2 9h3",
  link: "M4 10a12 12 0 0 1 16 0M7 13.5a7.5 7.5 0 0 1 10 0M12 17.5v.5",
  "link-off": "M4 10a12 12 0 0 1 16 0M7 13.5a7.5 7.5 0 0 1 10 0M4 21 20 3",
  battery: "M3 8h15v8H3zM21 11v2M6 11v2M9 11v2M12 11v2M15 11v2",
  "battery-low": "M3 8h15v8H3zM21 11v2M6 11v2",
  bell: "M6 16v-5a6 6 0 0 1 12 0v5l2 2H4zM10 21h4",
  "bell-off": "M6 16v-5a6 6 0 0 1 12 0v5l2 2H4zM10 21h4M4 3l16 18",
  speak: "M4 9h4l5-4v14l-5-4H4zM17 9a4 4 0 0 1 0 6",
  close: "M6 6l12 12M18 6 6 18",
  heart: "M12 20C5 15 3 11.5 3 8.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 9 1.5C21 11.5 19 15 12 20z",
};

/**
 * An icon that screen readers skip: the words stand beside it.
 * @param {string} name
 * @param {string} [className]
 */
export function icon(name, className = "icon") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", className);
  svg.setAttribute("aria-hidden", "true");
  svg.dataset.icon = name;
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", paths[name] ?? paths.low);
  svg.append(path);
  return svg;
}
