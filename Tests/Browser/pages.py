"""What a person sees on the dashboard's pages, as checks that a test can call.

Every function takes a selenium driver made by `chromium()`. Elements are found by their `data-testid`, which the pages keep stable.
A check that fails raises AssertionError or selenium's TimeoutException, with what was seen instead.
"""

import contextlib
import importlib.util
import json
import re
import subprocess
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

PHONE = (390, 844)
LAPTOP = (1440, 900)
WALL = (2560, 1440)


def chromium(size=LAPTOP, dark=False, scale=1, certificate_authority_trusted=False, language="en-GB"):
    """A headless Chromium (Debian's chromium and chromium-driver) that keeps its console's messages."""
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in (
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--hide-scrollbars",
        f"--window-size={size[0]},{size[1]}", f"--force-device-scale-factor={scale}", f"--lang={language}",
        # No calls home: the browser itself must not look for anything outside.
        "--disable-background-networking", "--disable-component-update", "--no-first-run", "--disable-sync",
    ):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"intl.accept_languages": language})
    options.set_capability("acceptInsecureCerts", not certificate_authority_trusted)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService("/usr/bin/chromedriver"))
    if size[0] < 500:
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "screenWidth": size[0], "screenHeight": size[1], "deviceScaleFactor": 2, "mobile": True})
    if dark:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    return driver


def find(driver, test_id, seconds=10):
    """Waits for an element that is shown."""
    return WebDriverWait(driver, seconds, ignored_exceptions=(StaleElementReferenceException,)).until(
        lambda d: next((e for e in d.find_elements(By.CSS_SELECTOR, f'[data-testid="{test_id}"]') if e.is_displayed()), None),
        f"no element {test_id} is shown at {driver.current_url}")


def wait(driver, seconds, condition, message):
    """Waits until `condition(driver)` is true and returns it. What the page draws anew meanwhile is looked for again."""
    waiting = WebDriverWait(driver, seconds, poll_frequency=0.1, ignored_exceptions=(StaleElementReferenceException,))
    return waiting.until(condition, message)


def sign_in(driver, base, user, password):
    """Signs in and waits for the first page."""
    driver.get(base + "/sign-in")
    find(driver, "sign-in-account").send_keys(user)
    find(driver, "sign-in-password").send_keys(password)
    find(driver, "sign-in-submit").click()
    find(driver, "account", 20) if driver.get_window_size()["width"] > 800 else find(driver, "sign-out", 20)


def expect_sign_in_refused(driver, base, user, password):
    """A wrong password is refused in words."""
    driver.get(base + "/sign-in")
    find(driver, "sign-in-account").send_keys(user)
    find(driver, "sign-in-password").send_keys(password)
    find(driver, "sign-in-submit").click()
    wait(driver, 20, lambda d: find(d, "sign-in-problem").text.strip(), "no refusal is shown")


def sign_out(driver):
    find(driver, "sign-out").click()
    find(driver, "sign-in-submit")


def expect_ward(driver, base, pseudonyms, seconds=20):
    """The ward shows a tile for each patient."""
    driver.get(base + "/ward")
    for pseudonym in pseudonyms:
        find(driver, f"tile-{pseudonym}", seconds)


def open_patient(driver, base, pseudonym):
    driver.get(f"{base}/patients/{pseudonym}")
    find(driver, "strip", 15)


# How many pixels of a canvas are drawn, and the furthest sample that was.
_INK = """
  const canvas = arguments[0];
  const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
  let ink = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) ink++;
  return [ink, Number(canvas.dataset.drawn || 0)];
"""


def expect_moving_strip(driver, pseudonym, seconds=20):
    """The patient's strip (on the patient's page, or the tile on the ward) is drawn, and goes on being drawn at 125 samples a second.

    Returns the samples per second that were seen.
    """
    if f"/patients/{pseudonym}" in driver.current_url:
        canvas = find(driver, "strip", seconds)
    else:
        canvas = find(driver, f"tile-{pseudonym}", seconds).find_element(By.CSS_SELECTOR, '[data-testid="tile-strip"]')
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
    wait(driver, seconds, lambda d: (lambda ink: ink[0] > 200 and ink[1] > 0)(d.execute_script(_INK, canvas)),
         f"the strip of {pseudonym} stays empty")
    _, first = driver.execute_script(_INK, canvas)
    began = time.monotonic()
    wait(driver, seconds, lambda d: d.execute_script(_INK, canvas)[1] >= first + 375, f"the strip of {pseudonym} stands still")
    return (driver.execute_script(_INK, canvas)[1] - first) / (time.monotonic() - began)


def number(text):
    match = re.search(r"-?\d[\d,]*\.?\d*", text)
    return float(match.group().replace(",", "")) if match else None


def expect_beats(driver, pseudonym, least=5, seconds=30):
    """The patient's page counts and labels beats, and says a heart rate, P(abnormal) and a rhythm. Returns what it says."""
    assert f"/patients/{pseudonym}" in driver.current_url, driver.current_url
    wait(driver, seconds, lambda d: (number(find(d, "r-peaks").text) or 0) >= least, f"fewer than {least} R peaks are shown")
    wait(driver, seconds, lambda d: int(find(d, "strip").get_attribute("data-beats") or 0) >= min(least, 5), "no beat is labelled")
    wait(driver, seconds, lambda d: number(find(d, "heart-rate").text), "no heart rate is shown")
    wait(driver, seconds, lambda d: number(find(d, "abnormal-probability").text) is not None, "no P(abnormal) is shown")
    return {
        "heart_rate": number(find(driver, "heart-rate").text),
        "r_peaks": int(number(find(driver, "r-peaks").text)),
        "abnormal_probability": number(find(driver, "abnormal-probability").text),
        "rhythm": find(driver, "diagnosis").text,
        "state": find(driver, "patient-state").text,
        "labelled": int(find(driver, "strip").get_attribute("data-beats")),
        "labelled_abnormal": int(find(driver, "strip").get_attribute("data-abnormal-beats")),
    }


def expect_spectrum(driver, seconds=20):
    """The spectrum is drawn."""
    canvas = find(driver, "spectrum", seconds)
    wait(driver, seconds, lambda d: number(find(d, "spectrum-text").text) is not None, "no spectrum is shown")
    assert driver.execute_script(_INK, canvas)[0] > 200, "the spectrum's canvas is empty"


def expect_alert(driver, base, pseudonym=None, rule=None, seconds=60):
    """The alert page lists an unresolved alert of that patient and rule. Returns its element."""
    driver.get(base + "/alerts")
    selector = '[data-testid="alert"]:not([data-state="resolved"])'
    if pseudonym:
        selector += f'[data-patient="{pseudonym}"]'
    if rule:
        selector += f'[data-rule="{rule}"]'
    return wait(driver, seconds, lambda d: next(iter(d.find_elements(By.CSS_SELECTOR, selector)), None), f"no alert {selector} is shown")


def acknowledge(driver, alert):
    """Takes note of an alert on the page and sees that the page says so."""
    identity = alert.get_attribute("id")
    wait(driver, 10, lambda d: d.find_element(By.ID, identity).click() or True, "the alert cannot be opened")
    wait(driver, 10, lambda d: find(d, "action-acknowledge").click() or True, "the alert cannot be acknowledged")
    wait(driver, 10, lambda d: d.find_elements(By.CSS_SELECTOR, '[data-testid="alert-log"] [data-kind="acknowledged"]'), "the log does not say so")
    # An alert whose episode is over leaves the inbox when somebody has taken note.
    wait(driver, 10, lambda d: all(one.get_attribute("data-phase") == "acknowledged" for one in d.find_elements(By.ID, identity)),
         "the alert is not acknowledged")


def expect_alert_from_link(driver, base, alert_id):
    """The link of a mail (`/#/alerts/{id}`) opens the page with the alert marked."""
    driver.get("about:blank")
    driver.get(f"{base}/#/alerts/{alert_id}")
    wait(driver, 15, lambda d: d.find_elements(By.CSS_SELECTOR, f'[data-testid="alert-detail"][data-id="{alert_id}"] .detail-title'), "the linked alert is not open")


def expect_state(driver, pseudonym, state, seconds=15):
    """The ward's tile or the patient's page shows a state: `live`, `no-data`, `lead-off`, …"""
    if f"/patients/{pseudonym}" in driver.current_url:
        selector = f'[data-testid="patient-state"][data-state="{state}"]'
    else:
        selector = f'[data-testid="tile-{pseudonym}"][data-state="{state}"]'
    wait(driver, seconds, lambda d: d.find_elements(By.CSS_SELECTOR, selector), f"{pseudonym} is not shown as {state}")


def expect_stopped(driver, pseudonym, within=5.0):
    """Call right after data stop arriving at the server: the page says so within `within` seconds. Returns after how many."""
    began = time.monotonic()
    expect_state(driver, pseudonym, "no-data", within + 2)
    elapsed = time.monotonic() - began
    assert elapsed <= within, f"the page said it after {elapsed:.1f} s"
    return elapsed


def frame_rate(driver, seconds=3, module="strip"):
    """Frames per second of the page's one drawing loop: `strip` on the patient's page, `mini-strip` on the ward. The browser counts and
    takes the time itself."""
    return driver.execute_async_script("""
      const [module, seconds, done] = arguments;
      import(`/web/${module}.js`).then(({frames}) => {
        const first = frames.count, begun = performance.now();
        setTimeout(() => done((frames.count - first) * 1000 / (performance.now() - begun)), seconds * 1000);
      });
    """, module, seconds)


def console_errors(driver):
    """Messages of the console that are warnings or worse, refused policy included; an answer of status 401 before sign-in is none."""
    return [
        entry["message"] for entry in driver.get_log("browser")
        if entry["level"] in ("SEVERE", "WARNING")
        and not ("/api/session" in entry["message"] and "401" in entry["message"])
        # Caused by these checks, which read the canvases.
        and "willReadFrequently" not in entry["message"]
    ]


def screenshot(driver, path):
    """Keeps what is seen."""
    driver.save_screenshot(str(path))


def read_qr(driver, test_id="qr"):
    """What a phone's camera would read of the QR code that is shown: Debian's zbarimg, on a picture of the element."""
    element = find(driver, test_id)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    with tempfile.NamedTemporaryFile(suffix=".png") as picture:
        picture.write(element.screenshot_as_png)
        picture.flush()
        read = subprocess.run(
            ["zbarimg", "--quiet", "--raw", "--oneshot", "-Sdisable", "-Sqrcode.enable", picture.name], capture_output=True, text=True, timeout=30)
    assert read.returncode == 0, f"no QR code can be read of the picture: {read.returncode} {read.stderr}"
    return read.stdout.removesuffix("\n")


# MARK: What holds for every page

THEMES = {"light": False, "dark": True}
SIZES = {"phone": PHONE, "laptop": LAPTOP, "wall": WALL}
# WCAG 2.2 A and AA, and what axe knows to be good practice.
_AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def emulate(driver, size=None, dark=None, reduced_motion=False, forced_colors=False):
    """Gives an open page another size or theme, as a person who turns the phone or switches to the night would."""
    if size:
        is_phone = size[0] < 500
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": size[0], "height": size[1], "screenWidth": size[0], "screenHeight": size[1],
            "deviceScaleFactor": 2 if is_phone else 1, "mobile": is_phone})
    if dark is not None:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if reduced_motion else "no-preference"},
            {"name": "forced-colors", "value": "active" if forced_colors else "none"}]})
    # Two frames, so that observers of sizes and themes have run.
    driver.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))")


def _axe_source():
    # The package that carries axe-core; its Python part, which wants another browser driver, is not imported.
    folder = importlib.util.find_spec("axe_playwright_python").submodule_search_locations[0]
    return (Path(folder) / "axe.min.js").read_text()


def accessibility_violations(driver, within=None, impacts=("serious", "critical")):
    """What axe-core finds on the page, or inside a CSS selector: [(rule, help, [element, …])]. The page's policy does not hold for
    what is run through the driver, so that nothing of it has to be weakened."""
    if not driver.execute_script("return 'axe' in window"):
        driver.execute_script(_axe_source())
    found = driver.execute_async_script("""
      const [within, tags, done] = arguments;
      axe.run(within || document, {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]})
        .then(found => done(found.violations.map(one => [one.impact, one.id, one.help,
          one.nodes.map(node => node.target.join(" ") + " " + (node.any[0]?.message ?? "").slice(0, 200)).slice(0, 5)])), problem => done(String(problem)));
    """, within, _AXE_TAGS)
    assert isinstance(found, list), found
    return [tuple(rest) for impact, *rest in found if impact in impacts]


def check_accessibility(driver, within=None):
    """No serious or critical violation of WCAG 2.2 AA."""
    found = accessibility_violations(driver, within)
    assert found == [], f"{driver.current_url}: " + json.dumps(found, indent=1)


def check_no_sideways_scroll(driver):
    """Everything fits the width."""
    wider, widest = driver.execute_script("""
      // A phone zooms out instead of scrolling, and calls the wider page its width: what counts is the screen's.
      const root = document.documentElement, width = Math.min(root.clientWidth, screen.width);
      const wide = [...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > width + 1 && !one.closest(".table-frame, .scrolls"));
      return [Math.max(root.scrollWidth, root.clientWidth) - width, wide.slice(0, 3).map(one => `${one.tagName}.${one.className} ${one.dataset.testid ?? ""}`)];
    """)
    assert wider <= 0, f"{driver.current_url} is {wider} px too wide: {widest}"


def screens(driver, name, folder=None, sizes=SIZES, themes=THEMES, at=None):
    """The page that is open, at every size in light and in dark: nothing scrolls sideways, axe finds nothing grave, and a picture is
    kept as `artifacts/pages/NAME-SIZE-THEME.png`, of the part round the test id `at` where there is one. Leaves the browser as a
    laptop in light."""
    folder = Path(folder or Path(__file__).resolve().parents[2] / "artifacts/pages")
    folder.mkdir(parents=True, exist_ok=True)
    problems = []
    for size, pixels in sizes.items():
        for theme, dark in themes.items():
            emulate(driver, pixels, dark)
            if at:
                driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", find(driver, at))
            driver.save_screenshot(str(folder / f"{name}-{size}-{theme}.png"))
            for check in (check_no_sideways_scroll, check_accessibility):
                try:
                    check(driver)
                except AssertionError as problem:
                    problems.append(f"{name} {size} {theme}: {problem}")
    emulate(driver, LAPTOP, False)
    assert problems == [], "\n".join(problems)


_REACHABLE = """
  const isShown = one => one.checkVisibility({visibilityProperty: true}) && one.getClientRects().length > 0;
  const scope = document.querySelector("dialog[open]") ?? document;
  const radios = new Set();
  const reachable = [...scope.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(one => {
    if (!isShown(one) || one.disabled || one.tabIndex < 0) return false;
    if (one.type !== "radio") return true;
    // A group of radio buttons is one stop: the chosen one.
    const group = [...document.querySelectorAll(`input[type=radio][name="${one.name}"]`)];
    return one === (group.find(other => other.checked) ?? group[0]);
  });
"""
_DESCRIBE = """
  const describe = one => `${one.tagName.toLowerCase()}${one.id ? "#" + one.id : ""} ${one.dataset.testid ?? ""} "${(one.getAttribute("aria-label") ?? one.textContent).trim().slice(0, 40)}"`;
"""


def press(driver, key, code, modifiers=0):
    """One key, as the keyboard sends it. Modifiers: 1 Alt, 2 Control, 8 Shift."""
    for kind in ("rawKeyDown", "keyUp"):
        driver.execute_cdp_cmd("Input.dispatchKeyEvent", {
            "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers})


def check_keyboard(driver, limit=400):
    """By Tab alone: every control of the page (or of the dialog that is open) is reached, and where the focus is can be seen.
    Returns what was reached, in order."""
    # From the very beginning, wherever the page has put the focus.
    driver.execute_script("""
      const start = document.querySelector("dialog[open]") ?? document.body;
      start.tabIndex = -1;
      start.focus();
      start.removeAttribute("tabindex");
      window.__reached = [];
      scrollTo(0, 0);
    """)
    for _ in range(limit):
        press(driver, "Tab", 9)
        is_over = driver.execute_script(_DESCRIBE + """
          const one = document.activeElement;
          if (!one || one === document.body || window.__reached.length > 1 && one === window.__reached[0][0]) return window.__reached.length > 0;
          // A date has a stop for each of its parts.
          if (window.__reached.some(([known]) => known === one)) return false;
          const style = getComputedStyle(one);
          const isSeen = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || one.matches("[data-focus-elsewhere]");
          window.__reached.push([one, isSeen, describe(one)]);
          return false;
        """)
        if is_over:
            break
    reached, missed, unseen = driver.execute_script(_REACHABLE + _DESCRIBE + """
      const reached = new Set(window.__reached.map(([one]) => one));
      return [window.__reached.map(([, , words]) => words), reachable.filter(one => !reached.has(one)).map(describe),
        window.__reached.filter(([, isSeen]) => !isSeen).map(([, , words]) => words)];
    """)
    assert missed == [], f"{driver.current_url}: the Tab key never reaches {missed}; it reaches {reached}"
    assert unseen == [], f"{driver.current_url}: the focus cannot be seen on {unseen}"
    return reached


def check_escape_closes(driver, opener):
    """A click on the element with that test id opens a dialog; Escape closes it and gives the focus back."""
    find(driver, opener).click()
    wait(driver, 5, lambda d: d.find_elements(By.CSS_SELECTOR, "dialog[open]"), f"{opener} opens no dialog")
    press(driver, "Escape", 27)
    wait(driver, 5, lambda d: not d.find_elements(By.CSS_SELECTOR, "dialog[open]"), f"Escape does not close the dialog of {opener}")
    assert driver.execute_script("return document.activeElement?.dataset.testid") == opener, "the focus is lost"


@contextlib.contextmanager
def clean_console(driver):
    """Whatever the console says within, refused policy included, is a failure."""
    console_errors(driver)
    yield
    assert console_errors(driver) == []


def cold_load(driver, address, shown):
    """What a page costs whose files the browser does not have: bytes on the wire (headers included, the event stream not), requests, and
    ms from the navigation's start until the largest piece of content stood there. `shown` is a test id of what has to be there."""
    driver.get("about:blank")
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    driver.get(address)
    find(driver, shown, 20)
    return driver.execute_async_script("""
      const done = arguments[0];
      let painted = 0;
      new PerformanceObserver(list => { for (const one of list.getEntries()) painted = one.startTime; })
        .observe({type: "largest-contentful-paint", buffered: true});
      setTimeout(() => {
        const loaded = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].filter(one => !one.name.includes("/api/events"));
        done({bytes: loaded.reduce((sum, one) => sum + one.transferSize, 0), requests: loaded.length, milliseconds: Math.round(painted),
          largest: loaded.map(one => [one.transferSize, new URL(one.name).pathname]).sort((a, b) => b[0] - a[0]).slice(0, 5)});
      }, 1000);
    """)
