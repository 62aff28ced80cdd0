/// The style sheet of a report: light and dark by the reader's preference, always light on paper.
enum PageStyle {
  static let sheet = """
    :root { --ground: #ffffff; --ink: #1a1a1a; --quiet: #5c5c5c; --line: #d9d5d0; --panel: #f6f4f1; --warn: #fff3d6;
      --warn-line: #c98a00; --paper: #fffaf8; --grid: #f3cdc2; --grid-strong: #e29a86; --trace: #101010; --alert: #b3001b;
      --mark: #f2b705; --mean: #7a1022; --band: #e8b7a9; }
    @media (prefers-color-scheme: dark) { :root { --ground: #141312; --ink: #eceae6; --quiet: #a9a49d; --line: #3a3632;
      --panel: #1e1c1a; --warn: #33290f; --warn-line: #d9a441; --paper: #1a1513; --grid: #332521; --grid-strong: #5e3f36;
      --trace: #f4f1ec; --alert: #ff8793; --mark: #c99a1b; --mean: #ffb4a2; --band: #57352c; } }
    @media print { :root { --ground: #ffffff; --ink: #000000; --quiet: #444444; --line: #bbbbbb; --panel: #ffffff;
      --warn: #ffffff; --warn-line: #000000; --paper: #ffffff; --grid: #f3cfc4; --grid-strong: #dd9a88; --trace: #000000;
      --alert: #9a0017; --mark: #f2b705; --mean: #7a1022; --band: #eebfb1; }
      @page { size: A4 landscape; margin: 12mm; } body { margin: 0; max-width: none; }
      figure, tr, .facts { break-inside: avoid; } h2 { break-after: avoid; } .scroll { overflow: visible; } }
    * { box-sizing: border-box; }
    body { margin: 2rem auto; padding: 0 1.25rem; max-width: 275mm; background: var(--ground); color: var(--ink);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
    h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2rem 0 0.6rem; } p { margin: 0.4rem 0; }
    .quiet { color: var(--quiet); } .small { font-size: 0.85rem; }
    .facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 0.75rem; margin: 1.2rem 0; }
    .facts div { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 0.6rem 0.8rem; }
    .facts dt { color: var(--quiet); font-size: 0.85rem; } .facts dd { margin: 0; font-size: 1.25rem; font-weight: 600; }
    .facts dd + dd { font-size: 0.85rem; font-weight: 400; color: var(--quiet); }
    .facts .grave dd:first-of-type { color: var(--alert); }
    .note { background: var(--warn); border-left: 4px solid var(--warn-line); padding: 0.6rem 0.9rem; margin: 1rem 0; }
    table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 0.92rem; }
    caption { text-align: left; color: var(--quiet); font-size: 0.85rem; padding-bottom: 0.3rem; }
    th, td { padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
    th:first-child, td:first-child { text-align: left; } thead th { font-weight: 600; }
    thead th { white-space: normal; vertical-align: bottom; } tbody th { font-weight: 500; } .grave th { color: var(--alert); }
    .scroll { overflow-x: auto; }
    figure { margin: 1.1rem 0; } figcaption { margin-bottom: 0.3rem; } figcaption b { margin-right: 0.6rem; }
    svg { display: block; } .strip { width: 250mm; } .trend { width: 100%; max-width: 250mm; height: auto; }
    .paper { fill: var(--paper); } .thin { stroke: var(--grid); stroke-width: 0.14; fill: none; }
    .thick { stroke: var(--grid-strong); stroke-width: 0.25; fill: none; }
    .trace { stroke: var(--trace); stroke-width: 0.35; fill: none; stroke-linejoin: round; }
    .mark { fill: var(--mark); opacity: 0.28; } svg text { fill: var(--ink); font-family: inherit; }
    svg .abnormal { fill: var(--alert); font-weight: 700; } svg .rr { fill: var(--quiet); }
    .axis { stroke: var(--line); stroke-width: 0.2; } .mean { stroke: var(--mean); stroke-width: 0.4; fill: none; }
    .band { fill: var(--band); opacity: 0.7; }
    """
}
