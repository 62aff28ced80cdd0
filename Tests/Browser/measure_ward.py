"""Measures the ward's page on a running system: frames a second, long tasks, what the stream brings.

    sealedbeat bench ward --patients 200 --seconds 90 --ready FILE &
    .venv/bin/python Tests/Browser/measure_ward.py FILE

Waits for the file that `bench ward --ready` writes when chunks come steadily, signs in, and prints JSON.
"""
import argparse
import json
import time
from pathlib import Path

import pages

_MEASURE = """
  const [seconds, done] = arguments;
  Promise.all([import("/web/mini-strip.js"), import("/web/live.js")]).then(([{frames}, {live}]) => {
    const long = [];
    const observer = new PerformanceObserver(list => { for (const one of list.getEntries()) long.push(one.duration); });
    observer.observe({type: "longtask"});
    let strips = 0, vitals = 0;
    const heardStrip = () => strips++, heardVitals = () => vitals++;
    live.addEventListener("strip", heardStrip);
    live.addEventListener("vitals", heardVitals);
    const first = frames.count, drawn = frames.drawn, begun = performance.now();
    // When each frame came, so that one long pause is not hidden in the mean.
    const gaps = [];
    let last = begun, isOver = false;
    const tick = now => { gaps.push(now - last); last = now; if (!isOver) requestAnimationFrame(tick); };
    requestAnimationFrame(tick);
    setTimeout(() => {
      isOver = true;
      observer.disconnect();
      live.removeEventListener("strip", heardStrip);
      live.removeEventListener("vitals", heardVitals);
      const passed = (performance.now() - begun) / 1000;
      gaps.sort((a, b) => a - b);
      done({
        framesPerSecond: (frames.count - first) / passed, drawnPerFrame: (frames.drawn - drawn) / Math.max(1, frames.count - first), stripsInView: frames.visible,
        framePercentile95Ms: gaps[Math.floor(gaps.length * 0.95)], longestFrameMs: gaps.at(-1),
        longTasks: long.length, longestTaskMs: Math.max(0, ...long), longTaskShare: long.reduce((a, b) => a + b, 0) / 1000 / passed,
        stripsPerSecond: strips / passed, vitalsPerSecond: vitals / passed,
        heapBytes: performance.memory ? performance.memory.usedJSHeapSize : null,
      });
    }, seconds * 1000);
  });
"""


def ready(file: Path, seconds: float) -> dict:
    deadline = time.monotonic() + seconds
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} was not written"
        time.sleep(0.2)
    return json.loads(file.read_text())


def measure(facts: dict, seconds: float = 10, sizes=None) -> dict:
    """Signs in and measures at each size; also how many tiles are live."""
    driver = pages.chromium()
    found = {}
    try:
        pages.sign_in(driver, facts["url"], facts["account"], facts["password"])
        patients = int(facts["patients"])
        for name, size in (sizes or {"laptop": pages.LAPTOP, "wall": pages.WALL}).items():
            pages.emulate(driver, size)
            began = time.monotonic()
            driver.get(facts["url"] + "/ward")
            pages.wait(driver, 60, lambda d: len(d.find_elements("css selector", ".tile")) == patients, "not every patient is on the page")
            shown = time.monotonic() - began
            live = 'return document.querySelectorAll(\'.tile[data-state="live"], .tile[data-state="poor-signal"]\').length'
            pages.wait(driver, 60, lambda d: d.execute_script(live) >= 0.95 * patients, "not every patient is live")
            driver.set_script_timeout(seconds + 60)
            found[name] = driver.execute_async_script(_MEASURE, seconds) | {"tilesShownSeconds": shown, "live": driver.execute_script(live)}
            found[name] = {key: round(value, 2) if isinstance(value, float) else value for key, value in found[name].items()}
        found["console"] = pages.console_errors(driver)
    finally:
        driver.quit()
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--wait", type=float, default=300)
    arguments = parser.parse_args()
    print(json.dumps(measure(ready(arguments.file, arguments.wait), arguments.seconds), indent=1))
