"""The patient's page in headless Chromium with a real heart flowing through the real system: every action of it is done by pointer or by
keyboard, and what the page says is compared with what the recording and the store hold. Screenshots are kept in artifacts/pages/."""
import base64
import csv
import json
import os
import signal
import struct
import sys
import tarfile

import numpy
import pyedflib
import pypdf
import pytest
import wfdb
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from conftest import ARTIFACTS
from system import PASSWORD, ROOT, System
from waiting import until

sys.path.insert(0, str(ROOT / "Tests/Browser"))
import pages  # noqa: E402

NAME = "Hedwig <i>Huber</i>"
# Patients of devices with which something is wrong.
others = {}


def noise(folder):
    """A minute's record of nothing but noise."""
    samples = numpy.random.default_rng(7).normal(0, 1, (360 * 60, 1))
    wfdb.wrsamp("noise", fs=360, units=["mV"], sig_name=["MLII"], fmt=["16"], write_dir=str(folder), p_signal=samples)
    return folder / "noise"


@pytest.fixture(scope="module")
def ward(tmp_path_factory, recordings):
    """A patient with ten minutes of record 208, many of whose beats are ventricular, in one session and a live one after it; and one
    whose electrode comes off, one whose data are late, and one whose signal is poor."""
    with System(tmp_path_factory.mktemp("patient")) as system:
        system.add_user("doctor")
        pseudonym = system.add_patient(NAME, "bed-208")
        system.device("bed-208", "--record", recordings / "208", "--speed", "60", "--duration", "600").wait()
        system.device("bed-208", "--record", recordings / "208", "--speed", "1", "--pulse")
        until(lambda: system.rows("chunks", "SELECT COUNT(*) FROM session")[0][0] == 2, "a second session runs", 60)
        for device, arguments in {
                "bed-off": ("--synthetic", "normal", "--lead-off-every", 5),
                "bed-late": ("--synthetic", "normal", "--clock-error", -30000),
                "bed-loose": ("--record", noise(system.folder), "--loop")}.items():
            others[device] = system.add_patient(f"Patient in {device}", device)
            system.device(device, *arguments)
        yield system, pseudonym


@pytest.fixture(scope="module")
def page(ward):
    system, pseudonym = ward
    driver = pages.chromium()
    pages.sign_in(driver, system.addresses["dashboardURL"], "doctor", PASSWORD)
    pages.open_patient(driver, system.addresses["dashboardURL"], pseudonym)
    yield driver
    driver.quit()


def module(driver, name, body):
    """What a function body makes of a module of the page, in the page."""
    answer = driver.execute_async_script(
        f"const done = arguments[0]; import('/web/{name}').then(it => {{ {body} }}).then(done, problem => done(String(problem)))")
    return answer


def viewer(driver):
    return pages.find(driver, "viewer")


def shown(driver):
    """The first sample that is shown, and how many are."""
    frame = viewer(driver)
    return float(frame.get_attribute("data-from")), float(frame.get_attribute("data-count"))


def settle(driver):
    """Waits until everything that is looked at has come."""
    pages.wait(driver, 20, lambda d: viewer(d).get_attribute("data-pending") == "false", "the strip does not come")


def click(driver, test_id):
    """Clicks what has that test id, in the middle of the window, where nothing lies over it."""
    element = pages.find(driver, test_id)
    driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
    element.click()


def press(driver, *keys):
    viewer(driver).send_keys(*keys)


def readout(driver):
    return pages.find(driver, "caliper-readout").text


def open_first_session(driver):
    """Opens the session of ten minutes, which is over."""
    pages.wait(driver, 20, lambda d: len(d.find_elements(By.CSS_SELECTOR, '[data-testid="session-open"]')) == 2, "two sessions are not listed")
    driver.execute_script("document.querySelectorAll('[data-testid=session-open]')[1].click()")
    pages.wait(driver, 10, lambda d: viewer(d).get_attribute("data-count"), "the session does not open")
    settle(driver)


# MARK: What is computed, by the page's own modules in the page's own browser

def test_calipers_are_geometry(page):
    got = module(page, "patient-calipers.js", """
      const beats = [{position: 100.25, rrMs: 800}, {position: 200.5, rrMs: 802}, {position: 312.75, rrMs: 898}];
      const rr = it.place("rr", 205, beats), qt = it.place("qt", 205, beats);
      const set = it.moved(it.moved(qt, 0, 194.4), 1, 244);
      const beyond = it.moved(set, 0, 260);
      const toX = sample => sample * 2;
      return {
        rr: rr.edges, rrSaid: it.measured(rr, beats), empty: it.measured(qt, beats).ms,
        edges: set.edges, said: it.measured(set, beats, sample => sample === 244 ? 500 : 10 * (sample - 194)),
        beyond: beyond.edges, nudged: it.nudged(set, 3).edges, bar: it.shifted(set, -4.4).edges,
        snapped: it.snapped(it.switched(set), beats, 1.1).edges, tooFar: it.snapped(set, beats, 0, 5).edges,
        hits: [387, 488, 430, 300, 500].map(x => it.hit(set, x, toX, 8)),
        formula: it.corrected(400, 1000), fast: it.corrected(400, 640), alone: it.measured(set, []).qtc,
      };
    """)
    assert got["rr"] == [100.25, 200.5] and got["rrSaid"]["ms"] == pytest.approx(802.0) and got["rrSaid"]["rate"] == pytest.approx(74.81, abs=0.01)
    assert got["empty"] is None, "a caliper that nobody has moved measures nothing"
    assert got["edges"] == [194, 244] and got["said"]["ms"] == 400 and got["said"]["rrMs"] == 802
    assert got["said"]["differenceMicrovolts"] == 500 and got["said"]["heightMicrovolts"] == 500
    assert got["said"]["qtc"]["fridericiaMs"] == pytest.approx(400 / 0.802 ** (1 / 3)) and got["said"]["qtc"]["bazettMs"] == pytest.approx(400 / 0.802 ** 0.5)
    assert got["beyond"] == [260, 260] and got["nudged"] == [194, 247] and got["bar"] == [190, 240]
    assert got["snapped"] == [201.6, 244] and got["tooFar"] == [194, 244]
    assert got["hits"] == [0, 1, "bar", None, None]
    assert got["formula"] == {"fridericiaMs": 400, "bazettMs": 400} and got["fast"]["bazettMs"] == pytest.approx(500)
    assert got["alone"] is None, "no QTc without an RR interval beside"


def test_the_viewport_keeps_to_the_session(page):
    got = module(page, "patient-viewport.js", """
      const extent = {first: 0, last: 75000};
      return {
        narrow: it.zoomed({from: 1000, count: 300}, 0.1, 1100, extent), wide: it.zoomed({from: 0, count: 1e6}, 1000, 5, extent),
        anchor: it.zoomed({from: 10000, count: 1000}, 2, 10250, extent), right: it.panned({from: 74000, count: 1000}, 5000, extent),
        left: it.panned({from: 10, count: 1000}, -5000, extent), buckets: [1000, 2000, 2001, 10800000].map(count => it.bucketFor(count, 1000)),
      };
    """)
    assert got["narrow"]["count"] == 250 and got["wide"] == {"from": 0, "count": 24 * 3600 * 125}
    assert got["anchor"] == {"from": 9750, "count": 2000}, "what lies under the pointer stays there"
    assert got["right"]["from"] == 74000 and got["left"]["from"] == 0
    assert got["buckets"] == [1, 1, 4, 16384], "at most two numbers a pixel"


def test_tiles_are_cut_and_stale_requests_given_up(page):
    got = module(page, "patient-envelope.js", """
      const whole = {from: 0, minimum: Array.from({length: 300}, (_, i) => i)};
      const tiles = it.cut([whole, {from: 300, minimum: [7]}], 1, 128, 0);
      const asked = [], signals = [];
      const envelope = new it.Envelope((channel, from, count, points, signal) => { asked.push([from, count, points]); signals.push(signal); return new Promise(() => {}); }, () => {});
      envelope.want(["ecg"], 1000, 20000, 1000, {first: 0, last: 1e6});
      envelope.want(["ecg"], 1000, 20000, 1000, {first: 0, last: 1e6});
      envelope.want(["ecg"], 500000, 20000, 1000, {first: 0, last: 1e6});
      return {tiles: [...tiles].map(([tile, parts]) => [tile, parts.map(part => [part.from, part.minimum.length, part.isNew])]), asked, aborted: signals.map(one => one.aborted)};
    """)
    assert got["tiles"] == [[0, [[0, 128, False]]], [1, [[128, 128, False]]], [2, [[256, 44, False], [300, 1, True]]]]
    assert len(got["asked"]) == 2, "what is on its way is not asked for again"
    assert all(points <= 1000 + 256 and count <= 20000 + 2 * 32 * 128 for _, count, points in got["asked"]), "no more than what is seen, at its pixels"
    assert got["aborted"] == [True, False]


# MARK: Live

def test_the_live_strip_is_calibrated(page, ward):
    _, pseudonym = ward
    pages.expect_moving_strip(page, pseudonym)
    pages.expect_beats(page, pseudonym)
    assert "25 mm/s · 10 mm/mV · 0.5–40 Hz" in pages.find(page, "strip-foot").text
    assert "<i>Huber</i>" in pages.find(page, "patient-name").text, "a name is text, never markup"
    page.find_element(By.CSS_SELECTOR, '[data-testid="speed-50"]').click()
    page.find_element(By.CSS_SELECTOR, '[data-testid="gain-20"]').click()
    assert "50 mm/s · 20 mm/mV" in pages.find(page, "strip-foot").text
    page.find_element(By.CSS_SELECTOR, '[data-testid="speed-25"]').click()
    page.find_element(By.CSS_SELECTOR, '[data-testid="gain-10"]').click()


def test_pulse_waves_sweep_beside_the_ecg(page):
    for channel in ("ppg-red", "ppg-infrared"):
        canvas = pages.find(page, f"strip-{channel}", 30)
        pages.wait(page, 20, lambda d: d.execute_script(pages._INK, canvas)[0] > 200, f"{channel} stays empty")


def test_freeze_shows_what_was_swept_and_back(page):
    click(page, "freeze")
    settle(page)
    start, count = shown(page)
    pages.wait(page, 10, lambda d: d.execute_script(pages._INK, pages.find(d, "viewer-canvas"))[0] > 1000, "the frozen strip is empty")
    assert (start, count) == shown(page), "it stands still"
    width = page.execute_script("return arguments[0].clientWidth", viewer(page))
    assert count == pytest.approx((width - 12 * 96 / 25.4) / (25 * 96 / 25.4) * 125, abs=3), "at 25 mm/s"
    press(page, " ")
    assert pages.find(page, "strip")


# MARK: Review

def test_a_session_is_opened_from_the_list_and_scrolled(page):
    for name, least in (("day", 2), ("week", 2), ("month", 2), ("all", 2)):
        page.execute_script("document.querySelector(`[data-testid=sessions-${arguments[0]}]`).click()", name)
        pages.wait(page, 10, lambda d: len(d.find_elements(By.CSS_SELECTOR, '[data-testid="session-open"]')) >= least, f"{name} lists too few")
    open_first_session(page)
    assert shown(page)[0] == 0
    _, count = shown(page)
    press(page, Keys.ARROW_RIGHT)
    assert shown(page)[0] == pytest.approx(count / 10, abs=1)
    press(page, Keys.SHIFT, Keys.ARROW_RIGHT)
    assert shown(page)[0] == pytest.approx(1.1 * count, abs=2)
    press(page, Keys.END)
    assert shown(page)[0] + count == pytest.approx(75000, abs=400), "ten minutes at 125 samples a second"
    press(page, Keys.HOME)
    settle(page)


def test_zoom_from_two_seconds_to_a_day_never_asks_for_more_than_is_seen(page):
    page.execute_script("performance.clearResourceTimings()")
    press(page, "+" * 8)
    assert shown(page)[1] == 250
    settle(page)
    for _ in range(16):
        press(page, "-")
        settle(page)
    assert shown(page)[1] == 24 * 3600 * 125
    asked = page.execute_script("""
      return performance.getEntriesByType("resource").map(one => new URL(one.name)).filter(one => one.pathname.endsWith("/envelope"))
        .map(one => Object.fromEntries(one.searchParams));
    """)
    width = page.execute_script("return arguments[0].clientWidth", viewer(page))
    assert len(asked) > 5
    for one in asked:
        # A tile of 128 buckets may stand out on either side; where every sample is drawn, a column holds two at most, as it does of extremes.
        assert int(one["points"]) <= 2 * width + 256, one
        assert int(one["count"]) <= 24 * 3600 * 125, one
    press(page, "0", Keys.HOME)
    settle(page)
    assert shown(page) == (0, 1250)


def test_what_is_drawn_is_what_was_measured(page, ward):
    """The viewer's samples, by its own request, are those of the strip route: to the microvolt."""
    _, pseudonym = ward
    session = page.execute_script("return document.querySelectorAll('[data-testid=session-open]')[1].dataset.session")
    got = page.execute_async_script("""
      const [base, session, done] = arguments;
      Promise.all([`${base}/envelope?session=${session}&from=2000&count=500&points=500`, `${base}/strip?session=${session}&from=2000&count=500`].map(one => fetch(one).then(answer => answer.json())))
        .then(done);
    """, f"/api/patients/{pseudonym}", session)
    envelope, strip = got
    assert envelope["bucketSamples"] == 1 and envelope["pieces"][0]["from"] == 2000
    values = envelope["pieces"][0]["minimum"]
    measured = {}
    for piece in strip["pieces"]:
        raw = base64.b64decode(piece["samples"])
        for index, value in enumerate(struct.unpack(f"<{len(raw) // 2}h", raw)):
            measured[piece["firstSample"] + index] = value
    assert values == [measured[2000 + index] for index in range(500)]


def test_beats_are_labelled_and_abnormal_ones_found(page):
    press(page, "n")
    pages.wait(page, 10, lambda d: "P(abnormal)" in pages.find(d, "viewer-said").text, "no abnormal beat is found")
    first = pages.find(page, "viewer-said").text
    press(page, "n")
    pages.wait(page, 10, lambda d: pages.find(d, "viewer-said").text not in (first, "Loading…"), "the next one is the same")
    press(page, "p")
    pages.wait(page, 10, lambda d: pages.find(d, "viewer-said").text == first, "the previous one is another")
    click(page, "viewer-nextAbnormal")
    pages.wait(page, 10, lambda d: pages.find(d, "viewer-said").text not in (first, "Loading…"), "the button does nothing")


def test_calipers_by_keyboard(page):
    press(page, "1")
    pages.wait(page, 5, lambda d: "/min" in readout(d), "RR says no rate")
    assert readout(page).startswith("RR ")
    rr = pages.number(readout(page).split("RR ")[1])
    press(page, ".")
    pages.wait(page, 5, lambda d: abs(pages.number(readout(d).split("RR ")[1]) - rr) <= 13, "a nudge is more than a sample")
    press(page, "s")
    pages.wait(page, 5, lambda d: pages.number(readout(d).split("RR ")[1]) == rr, "it does not snap back to the R peak")
    press(page, "4")
    pages.wait(page, 5, lambda d: "move both edges" in readout(d), "a caliper that nobody has moved measures")
    press(page, ".", "x", ",")
    pages.wait(page, 5, lambda d: "Fridericia" in readout(d) and "µV" in readout(d), "QT says no QTc")
    page.save_screenshot(str(ARTIFACTS / "pages/patient-calipers.png"))
    press(page, Keys.ESCAPE)
    assert not page.find_element(By.CSS_SELECTOR, '[data-testid="caliper-readout"]').is_displayed()


def test_calipers_by_mouse(page):
    click(page, "caliper-qrs")
    edges = "return arguments[0].dataset.caliper.split(' ').map(Number)"
    before = page.execute_script(edges, viewer(page))
    frame = viewer(page)
    width, middle = frame.size["width"], frame.size["width"] / 2
    # Selenium's offsets are from the middle.
    ActionChains(page).move_to_element_with_offset(frame, int(before[1] - middle), 20).click_and_hold().move_by_offset(15, 0).move_by_offset(15, 0).release().perform()
    after = page.execute_script(edges, viewer(page))
    assert after[1] - before[1] == pytest.approx(30, abs=2 + width / shown(page)[1]) and after[0] == pytest.approx(before[0], abs=1)
    press(page, Keys.ESCAPE)


def test_drag_wheel_and_double_click(page):
    start, count = shown(page)
    frame = viewer(page)
    ActionChains(page).move_to_element_with_offset(frame, 100, 60).click_and_hold().move_by_offset(-60, 0).move_by_offset(-60, 0).release().perform()
    assert shown(page)[0] > start
    ActionChains(page).move_to_element_with_offset(frame, 0, 60).double_click().perform()
    assert shown(page)[1] == pytest.approx(count / 2, rel=0.02)
    page.execute_cdp_cmd("Input.dispatchMouseEvent", {
        "type": "mouseWheel", "x": frame.location["x"] + 300, "y": page.execute_script("return arguments[0].getBoundingClientRect().top + 100", frame), "deltaX": 0, "deltaY": 200})
    pages.wait(page, 5, lambda d: abs(shown(d)[1] / count - 1) < 0.02, "the wheel does not zoom")
    settle(page)


def test_two_fingers_zoom(page):
    frame = viewer(page)
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", frame)
    left, top = page.execute_script("const box = arguments[0].getBoundingClientRect(); return [box.left + 300, box.top + 80]", frame)
    _, count = shown(page)

    def touch(kind, *places):
        page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [
            {"x": left + x, "y": top, "id": number} for number, x in enumerate(places)]})

    touch("touchStart", 0)
    touch("touchStart", 0, 100)
    for spread in (120, 160, 200):
        touch("touchMove", 0, spread)
    touch("touchEnd")
    assert shown(page)[1] == pytest.approx(count / 2, rel=0.05)
    press(page, "-")
    settle(page)


def fingers(page, kind, *places):
    """What touches the viewer: places in CSS pixels from its corner, each a finger."""
    left, top = page.execute_script("const box = arguments[0].getBoundingClientRect(); return [box.left, box.top]", viewer(page))
    page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [
        {"x": left + x, "y": top + 90, "id": number} for number, x in enumerate(places)]})


def test_one_finger_scrolls_and_moves_a_caliper(page):
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", viewer(page))
    start, count = shown(page)
    fingers(page, "touchStart", 500)
    for x in (480, 440, 400):
        fingers(page, "touchMove", x)
    fingers(page, "touchEnd")
    plot = viewer(page).size["width"] - 12 * 96 / 25.4
    assert shown(page)[0] - start == pytest.approx(100 / plot * count, rel=0.05), "the strip does not follow the finger"
    click(page, "caliper-pr")
    edges = "return arguments[0].dataset.caliper.split(' ').map(Number)"
    before = page.execute_script(edges, viewer(page))
    # A finger is wider than an edge: fifteen pixels beside it still takes it.
    at = before[1] + 15
    fingers(page, "touchStart", at)
    for by in (10, 25, 40):
        fingers(page, "touchMove", at + by)
    fingers(page, "touchEnd")
    after = page.execute_script(edges, viewer(page))
    assert after[0] == pytest.approx(before[0], abs=1) and after[1] - before[1] == pytest.approx(55, abs=3), (before, after)
    assert readout(page).startswith("PR ")
    press(page, Keys.ESCAPE)


def test_the_width_is_chosen_and_the_bar_below_leads(page):
    width = Select(pages.find(page, "viewer-width"))
    for seconds in (2, 60, 86400):
        width.select_by_value(str(seconds))
        assert shown(page)[1] == seconds * 125
    width.select_by_value("10")
    click(page, "viewer-zoomOut")
    assert shown(page)[1] == 2500
    click(page, "viewer-zoomIn")
    assert shown(page)[1] == 1250
    bar = pages.find(page, "overview")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", bar)
    ActionChains(page).move_to_element(bar).click().perform()
    start, count = shown(page)
    last = int(bar.get_attribute("aria-valuemax"))
    assert start + count / 2 == pytest.approx(last / 2, rel=0.01), "the middle of the bar is not the middle of the session"
    bar.send_keys(Keys.ARROW_RIGHT)
    assert shown(page)[0] == pytest.approx(start + count / 10, abs=1)
    assert " to " in bar.get_attribute("aria-valuetext") or "–" in bar.get_attribute("aria-valuetext")
    settle(page)


def test_a_beat_is_chosen_by_pointer_and_by_keyboard(page):
    press(page, Keys.ESCAPE)
    click(page, "viewer-nextAbnormal")
    pages.wait(page, 10, lambda d: "P(abnormal)" in pages.find(d, "viewer-said").text, "no abnormal beat is found")
    chosen = pages.find(page, "viewer-said").text
    press(page, "b")
    pages.wait(page, 5, lambda d: pages.find(d, "viewer-said").text != chosen, "the next beat is the same")
    press(page, "B")
    pages.wait(page, 5, lambda d: pages.find(d, "viewer-said").text == chosen, "the previous beat is another")
    # A click on it chooses it again, and one on the paper beside chooses none.
    frame = viewer(page)
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", frame)
    middle = 12 * 96 / 25.4 + (frame.size["width"] - 12 * 96 / 25.4) / 2 - frame.size["width"] / 2
    ActionChains(page).move_to_element_with_offset(frame, int(middle), 40).click().perform()
    pages.wait(page, 5, lambda d: pages.find(d, "viewer-said").text == chosen, "the beat in the middle is not chosen by a click on it")
    press(page, Keys.HOME)
    settle(page)


def test_jump_to_a_time(page):
    press(page, "j")
    field = pages.find(page, "jump-time")
    page.execute_script("arguments[0].value = new Date(new Date(arguments[0].value).getTime() + 60000 - new Date().getTimezoneOffset() * 60000).toISOString().slice(0, 19)", field)
    before = shown(page)[0]
    click(page, "dialog-confirm")
    pages.wait(page, 5, lambda d: abs(shown(d)[0] - before - 7500) < 130, "it is not a minute later")


def test_episodes_are_listed(page, ward):
    system, _ = ward
    until(lambda: system.rows("alerts", "SELECT COUNT(*) FROM alert")[0][0], "an alert was raised", 60)
    page.refresh()
    pages.find(page, "strip", 15)
    open_first_session(page)
    choice = pages.find(page, "viewer-episodes")
    options = pages.wait(page, 20, lambda d: [one.get_attribute("value") for one in choice.find_elements(By.TAG_NAME, "option")][1:], "no episode is listed")
    press(page, Keys.HOME, "e")
    pages.wait(page, 5, lambda d: pages.find(d, "viewer-said").text, "no episode is said")
    start, count = shown(page)
    # The next one behind the middle of what was shown, which is not always the first of all.
    assert any(start <= float(option) <= start + count for option in options), (start, count, options)
    # Chosen from the list, its onset stands in the middle.
    Select(pages.find(page, "viewer-episodes")).select_by_value(options[-1])
    start, count = shown(page)
    middle = start + count / 2
    assert middle == pytest.approx(float(options[-1]), abs=1) or start == 0
    if len(options) > 1:
        press(page, "E")
        assert shown(page)[0] + shown(page)[1] / 2 < middle, "the previous episode is not before"


def test_notes_and_labels_are_kept_beside_the_machine(page):
    press(page, "n")
    pages.wait(page, 10, lambda d: "P(abnormal)" in pages.find(d, "viewer-said").text, "no beat is selected")
    machine = pages.find(page, "viewer-said").text.split(": ")[1].split(",")[0]
    press(page, "m")
    pages.find(page, "note-text").send_keys("<script>alert(1)</script> wide complex")
    click(page, "dialog-confirm")
    pages.wait(page, 10, lambda d: "<script>alert(1)</script> wide complex" in pages.find(d, "marks").text, "the note is not listed")
    press(page, "l")
    pages.find(page, "label-choice").send_keys("Q")
    pages.find(page, "dialog-reason").send_keys("artefact of movement")
    click(page, "dialog-confirm")
    marks = pages.wait(page, 10, lambda d: (lambda text: text if "artefact of movement" in text else None)(pages.find(d, "marks").text), "the label is not listed")
    assert f"{machine} → Q: artefact of movement" in marks and "doctor" in marks
    click(page, "mark-jump")
    settle(page)


def test_without_the_chart_library_the_page_says_which_package_is_missing(page):
    page.execute_cdp_cmd("Network.enable", {})
    page.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/vendor/chart.js"]})
    click(page, "trends-open")
    pages.wait(page, 10, lambda d: "libjs-chart.js" in pages.find(d, "trends-note").text, "nothing is said")
    click(page, "trends-open")
    page.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
    assert all("chart.js" in message for message in pages.console_errors(page)), "the blocked file, and nothing else"


def test_trends_lead_to_the_strip(page):
    click(page, "trends-open")
    for name in ("heartRate", "tachogram", "burden", "quality", "poincare", "morphology"):
        canvas = pages.wait(page, 30, lambda d: next((one for one in d.find_elements(By.CSS_SELECTOR, f'[data-testid="chart-{name}"]') if one.get_attribute("data-points")), None), f"no {name}")
        assert int(canvas.get_attribute("data-points")) > 0 and page.execute_script(pages._INK, canvas)[0] > 200, name
        assert len(canvas.get_attribute("aria-label")) > 20, "a screen reader is told what is drawn"
    assert "QTc" in pages.find(page, "intervals").text
    page.execute_script("arguments[0].scrollIntoView()", pages.find(page, "trends"))
    page.save_screenshot(str(ARTIFACTS / "pages/patient-trends.png"))
    press(page, Keys.END)
    canvas = page.find_element(By.CSS_SELECTOR, '[data-testid="chart-tachogram"]')
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", canvas)
    before = shown(page)[0]
    ActionChains(page).move_to_element(canvas).click().perform()
    pages.wait(page, 5, lambda d: shown(d)[0] < before - 1000, "a click on the tachogram leads nowhere")
    settle(page)

    # Of the whole, of the last hour, which is all of these ten minutes, of what is shown now; and once more of what is shown by then.
    def after(act):
        card = pages.find(page, "trends")
        before = card.get_attribute("data-loaded")
        act()
        pages.wait(page, 20, lambda d: card.get_attribute("data-loaded") != before, "the trends do not follow")
        return pages.find(page, "trends-note").text, int(page.find_element(By.CSS_SELECTOR, '[data-testid="chart-tachogram"]').get_attribute("data-points"))
    choose = Select(pages.find(page, "trends-range")).select_by_value
    hour, view = after(lambda: choose("hour")), after(lambda: choose("view"))
    assert after(lambda: choose("session")) == hour
    assert view[0] != hour[0] and 0 < view[1] < hour[1] / 4, (view, hour)
    assert after(lambda: choose("view")) == view
    press(page, Keys.HOME)
    settle(page)
    first = after(lambda: click(page, "trends-again"))
    assert first[0] != view[0] and first[1] > 0
    press(page, Keys.END)
    settle(page)


def samples(file):
    """The rows of a CSV file that are samples."""
    return [row for row in csv.reader(line for line in file.read_text().splitlines() if not line.startswith("#")) if row and row[0].lstrip("-").isdigit()]


def opened(files, count):
    """Each file is opened by somebody else's reader, and holds what was seen."""
    assert len(samples(files["csv"])) == count
    folder = files["wfdb"].parent / "wfdb"
    with tarfile.open(files["wfdb"]) as archive:
        archive.extractall(folder)
    record = wfdb.rdrecord(str(next(folder.rglob("*.hea")).with_suffix("")))
    assert record.sig_len == count and record.fs == 125
    with pyedflib.EdfReader(str(files["edf"])) as edf:
        # An EDF file is made of whole records.
        assert count <= edf.getNSamples()[0] < count + 125 * 10 and edf.getSampleFrequency(0) == 125
    resource = json.loads(files["fhir"].read_text())
    text = json.dumps(resource)
    assert resource["resourceType"] in ("Bundle", "Observation") and "SampledData" in text or "valueSampledData" in text
    report = pypdf.PdfReader(files["pdf"])
    assert len(report.pages) >= 1 and NAME in "".join(one.extract_text() for one in report.pages)


def test_exports_come_as_files_that_open(page, ward, tmp_path):
    page.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    start, count = (round(one) for one in shown(page))
    files = {}
    for name in ("csv", "wfdb", "edf", "fhir", "pdf"):
        there = set(tmp_path.iterdir())
        click(page, "export")
        page.find_element(By.CSS_SELECTOR, f'[data-testid="export-{name}"]').click()
        page.find_element(By.CSS_SELECTOR, '[data-testid="export-view"]').click()
        click(page, "dialog-confirm")
        pages.wait(page, 30, lambda d: not d.find_elements(By.CSS_SELECTOR, "dialog[open]"), f"{name} is refused")
        (files[name],) = until(lambda: [file for file in set(tmp_path.iterdir()) - there if not file.name.endswith(".crdownload") and file.stat().st_size > 100], f"no {name} file", 20)
    opened(files, count)
    # The whole of a session, from the list of them.
    there = set(tmp_path.iterdir())
    page.execute_script("document.querySelectorAll('[data-testid=session-export]')[1].click()")
    pages.find(page, "dialog-confirm")
    assert not page.find_elements(By.CSS_SELECTOR, '[data-testid="export-view"]'), "what is shown may be of another session"
    click(page, "dialog-confirm")
    (whole,) = until(lambda: [file for file in set(tmp_path.iterdir()) - there if not file.name.endswith(".crdownload") and file.stat().st_size > 1_000_000], "no file of the whole session", 60)
    assert len(samples(whole)) == 75000


def test_the_help_lists_every_key(page):
    viewer(page).send_keys("?")
    text = pages.find(page, "dialog").text
    for words in ("freeze", "RR, PR, QRS, QT", "snap the edge", "relabel"):
        assert words in text
    click(page, "dialog-close")


# MARK: What holds for the whole page

def test_every_screen(page):
    pages.screens(page, "patient-review")
    click(page, "trends-open")
    click(page, "freeze")
    pages.find(page, "strip")
    pages.screens(page, "patient-live")


def test_reduced_motion_and_nothing_on_the_console(page, ward):
    _, pseudonym = ward
    pages.emulate(page, dark=False, reduced_motion=True)
    pages.expect_moving_strip(page, pseudonym)
    assert pages.console_errors(page) == []


def test_german_and_dark_on_a_phone(ward):
    system, pseudonym = ward
    driver = pages.chromium(size=pages.PHONE, dark=True, language="de-DE")
    try:
        pages.sign_in(driver, system.addresses["dashboardURL"], "doctor", PASSWORD)
        pages.open_patient(driver, system.addresses["dashboardURL"], pseudonym)
        pages.expect_moving_strip(driver, pseudonym)
        click(driver, "freeze")
        settle(driver)
        press(driver, "1")
        pages.wait(driver, 10, lambda d: "/min" in readout(d), "RR says no rate")
        assert "Ableitung" in pages.find(driver, "strip-foot").text
        pages.check_no_sideways_scroll(driver)
        driver.save_screenshot(str(ARTIFACTS / "pages/patient-german-phone-dark.png"))
        assert pages.console_errors(driver) == []
    finally:
        driver.quit()


@pytest.mark.parametrize("device, state, words", [("bed-off", "lead-off", "Electrode off"), ("bed-late", "delayed", "Delayed data"), ("bed-loose", "poor-signal", "Poor signal")])
def test_what_is_wrong_with_the_signal_is_said_at_the_strip(page, ward, device, state, words):
    system, _ = ward
    pages.open_patient(page, system.addresses["dashboardURL"], others[device])
    # Electrodes come off and on again, so that all of it is read in one moment.
    said = pages.wait(page, 60, lambda d: d.execute_script("""
      const text = name => document.querySelector(`[data-testid="${name}"]`).textContent, state = document.querySelector('[data-testid="patient-state"]');
      return state.dataset.state === arguments[0] && {state: state.textContent, rate: text("heart-rate"), electrodes: text("signal-electrodes"), rhythm: text("diagnosis")};
    """, state), f"{state} is not said")
    assert said["state"] == words
    if state == "lead-off":
        assert said["rate"] == "–" and said["rhythm"] == "–", "a heart is told of that is not measured now"
        assert said["electrodes"] == "Without contact"
    page.save_screenshot(str(ARTIFACTS / f"pages/patient-{state}.png"))
    pages.check_accessibility(page)


def test_without_analysis_the_signal_goes_on_and_nothing_is_made_up(page, ward):
    system, pseudonym = ward
    pages.open_patient(page, system.addresses["dashboardURL"], pseudonym)
    pages.expect_state(page, pseudonym, "live", 30)
    decryptor = system.child("decryptor")["processIdentifier"]
    os.kill(decryptor, signal.SIGSTOP)
    try:
        pages.expect_state(page, pseudonym, "not-analysed", 30)
        assert "analysis does not" in pages.find(page, "strip-note").text and pages.find(page, "heart-rate").text == "–"
        pages.expect_moving_strip(page, pseudonym)
        page.save_screenshot(str(ARTIFACTS / "pages/patient-not-analysed.png"))
    finally:
        os.kill(decryptor, signal.SIGCONT)
    pages.expect_state(page, pseudonym, "live", 40)


def test_without_a_connection_it_is_said_and_what_was_asked_for_can_be_asked_again(page, ward):
    system, pseudonym = ward
    dashboard = system.child("dashboard")["processIdentifier"]
    pages.console_errors(page)

    def network(is_there):
        """Requests are refused by the browser; what is open falls silent."""
        os.kill(dashboard, signal.SIGCONT if is_there else signal.SIGSTOP)
        page.execute_cdp_cmd("Network.enable", {})
        page.execute_cdp_cmd("Network.emulateNetworkConditions", {"offline": not is_there, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})
    network(False)
    try:
        banner = pages.find(page, "connection-lost", 15)
        assert "Nothing on this page is newer" in banner.text
        pages.expect_state(page, pseudonym, "no-data", 5)
        page.save_screenshot(str(ARTIFACTS / "pages/patient-offline.png"))
        # An action that needs the server says so, where it was asked for, and loses nothing that was written.
        click(page, "freeze")
        press(page, "m")
        pages.find(page, "note-text").send_keys("written in the lift")
        click(page, "dialog-confirm")
        pages.wait(page, 10, lambda d: "does not answer" in pages.find(d, "dialog-problem").text, "nothing is said of the note")
        pages.check_accessibility(page, "dialog")
    finally:
        network(True)
    click(page, "dialog-confirm")
    pages.wait(page, 20, lambda d: "written in the lift" in pages.find(d, "marks").text, "the note is lost")
    pages.wait(page, 20, lambda d: not d.find_element(By.CSS_SELECTOR, '[data-testid="connection-lost"]').is_displayed(), "the connection does not come back")
    click(page, "freeze")
    pages.expect_state(page, pseudonym, "live", 20)
    pages.expect_moving_strip(page, pseudonym)
    assert all("ERR_" in message for message in pages.console_errors(page)), "the network's own words, and nothing else"


def test_the_page_says_that_data_stopped(page, ward):
    system, pseudonym = ward
    page.get("about:blank")
    pages.open_patient(page, system.addresses["dashboardURL"], pseudonym)
    pages.expect_moving_strip(page, pseudonym)
    system.devices["bed-208"].kill()
    pages.expect_stopped(page, pseudonym, within=6.5)
    assert "No data since" in pages.find(page, "strip-note").text
    page.save_screenshot(str(ARTIFACTS / "pages/patient-no-data.png"))


def test_the_keyboard_reaches_everything(page):
    """Nothing arrives any more, so that no alert comes in between."""
    click(page, "freeze")
    settle(page)
    # From the top of the page, wherever the last click was.
    page.execute_script("const first = document.createElement('button'); document.body.prepend(first); first.focus(); first.remove(); scrollTo(0, 0)")
    pages.check_keyboard(page)


def test_a_patient_that_is_not_there(page, ward):
    system, _ = ward
    page.get(system.addresses["dashboardURL"] + "/patients/P-ZZZZ")
    assert "nothing here" in pages.find(page, "notice").text
