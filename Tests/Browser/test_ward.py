"""The ward on a made stream: two hundred patients, states that come when they are called, and what is said of them."""
import time

import pages
import pytest
import synthetic_ward
from selenium.webdriver.common.by import By

# Frames a second that are left on a machine whose cores build something else beside; docs/performance.md has the numbers to judge by.
FRAMES_OF_A_BUSY_MACHINE = 20


def opened(driver, ward, path="/ward"):
    driver.get(ward.base + path)
    pages.find(driver, f"tile-{ward.patients[0].name}", 20)
    return driver


def order(driver):
    return [one.get_attribute("href").rsplit("/", 1)[1] for one in driver.find_elements(By.CSS_SELECTOR, ".tile")]


def test_two_hundred_patients_move_evenly(clean, record_property):
    with synthetic_ward.SyntheticWard(200) as many:
        for name, size in (("laptop", pages.LAPTOP), ("wall", pages.WALL)):
            pages.emulate(clean, size)
            opened(clean, many)
            assert len(order(clean)) == 200
            pages.expect_moving_strip(clean, many.patients[0].name)
            rate = pages.frame_rate(clean, 4, "mini-strip")
            drawn, visible = clean.execute_async_script("""
              const done = arguments[0];
              import("/web/mini-strip.js").then(({frames}) => {
                const drawn = frames.drawn, count = frames.count;
                setTimeout(() => done([(frames.drawn - drawn) / (frames.count - count), frames.visible]), 1000);
              });
            """)
            print(f"{name}: {rate:.1f} frames/s, {visible} strips in view of 200, {drawn:.1f} drawn a frame")
            record_property(f"frames_per_second_{name}", rate)
            assert rate > FRAMES_OF_A_BUSY_MACHINE
            assert visible < 100, "what is out of view is not drawn"
        # From the last one, far below, everything is there too.
        last = many.patients[-1].name
        pages.expect_moving_strip(clean, last)
        pages.find(clean, "ward-search").send_keys("patient 19")
        pages.wait(clean, 5, lambda d: len(order(d)) == 10, "the search does not narrow the ward")


def test_the_order_follows_need_but_never_a_hand(clean, ward):
    driver = opened(clean, ward)
    one, other = ward.patients[7].name, ward.patients[9].name
    ward.change(one, alerts={"unresolved": 1, "unacknowledged": 1, "severity": "high"})
    pages.wait(driver, 12, lambda d: order(d)[0] == one, "who has an alert does not come first")
    # With the focus on a tile nothing jumps; the page offers to sort.
    driver.find_element(By.CSS_SELECTOR, f'[data-testid="tile-{ward.patients[0].name}"]').send_keys("")
    driver.execute_script("arguments[0].focus()", driver.find_element(By.CSS_SELECTOR, f'[data-testid="tile-{ward.patients[0].name}"]'))
    before = order(driver)
    ward.change(other, alerts={"unresolved": 1, "unacknowledged": 1, "severity": "high"}, state="lead-off", isLeadOff=True)
    moved = pages.find(driver, "ward-moved", 12)
    assert order(driver) == before
    moved.click()
    assert order(driver)[:2] == [other, one]
    for name in (one, other):
        ward.change(name, alerts={"unresolved": 0, "unacknowledged": 0}, state="live", isLeadOff=False)


def test_groups_and_filters_stand_in_the_address(clean, ward):
    off = ward.patients[3].name
    ward.change(off, state="lead-off", isLeadOff=True)
    driver = opened(clean, ward, "/ward?group=state&density=dense")
    pages.wait(driver, 5, lambda d: [h.text for h in d.find_elements(By.CSS_SELECTOR, ".ward-heading")] == ["Electrode off · 1", "Live · 11"], "the ward is not grouped")
    pages.find(driver, "ward-only").send_keys("Not seen")
    pages.wait(driver, 5, lambda d: order(d) == [off], "the filter shows others")
    assert "only=unseen" in driver.current_url and "group=state" in driver.current_url
    driver.refresh()
    pages.wait(driver, 10, lambda d: order(d) == [off], "the address does not bring the filter back")
    ward.change(off, state="live", isLeadOff=False)
    pages.wait(driver, 10, lambda d: pages.find(d, "notice").text, "an empty choice says nothing")
    driver.find_element(By.CSS_SELECTOR, '[data-testid="notice"] button').click()
    pages.wait(driver, 5, lambda d: len(order(d)) == 12, "nobody came back")


def headings(driver):
    return [one.text for one in driver.find_elements(By.CSS_SELECTOR, ".ward-heading") if one.is_displayed()]


def test_groups_of_patients_divide_and_narrow_the_ward(clean):
    with synthetic_ward.SyntheticWard(6) as ward:
        ward.groups = {"G-AAAA": "Room <b>5</b>", "G-BBBB": "Ward 3"}
        both, ward_only, *rest = ward.patients
        both.status["groups"] = ["G-AAAA", "G-BBBB"]
        ward_only.status["groups"] = ["G-BBBB"]
        driver = opened(clean, ward)
        assert "Room <b>5</b>, Ward 3" in driver.find_element(By.CSS_SELECTOR, f'[data-testid="tile-{both.name}"]').text
        # However narrow, the name is whole and the groups give way to it.
        for width in (360, 380, 390, 410, 430):
            pages.emulate(driver, (width, 800))
            lost = driver.execute_script("""
              // To the fraction of a pixel that would take three letters away.
              const words = one => { const range = document.createRange(); range.selectNodeContents(one); return range.getBoundingClientRect().width; };
              return [...document.querySelectorAll(".tile-name")].filter(one => words(one) > one.getBoundingClientRect().width + 0.005).map(one => one.textContent);
            """)
            assert lost == [], (width, lost)
        pages.emulate(driver, pages.LAPTOP)
        # Sections: whoever is in two groups stands in both, drawn and up to date in each.
        driver.find_element(By.CSS_SELECTOR, '[data-testid="choice-group"]').click()
        pages.wait(driver, 5, lambda d: headings(d) == ["Room <b>5</b> · 1", "Ward 3 · 2", "In no group · 4"], f"no sections: {headings(driver)}")
        assert len(order(driver)) == 7 and order(driver)[:2] == [both.name, both.name]
        copies = driver.find_elements(By.CSS_SELECTOR, f'[data-testid="tile-{both.name}"] canvas')
        assert len(copies) == 2
        first = [int(one.get_attribute("data-drawn") or 0) for one in copies]
        # Two strips of one heart play at the pace of life, not at twice of it.
        time.sleep(3)
        run = [int(one.get_attribute("data-drawn") or 0) - before for one, before in zip(copies, first)]
        assert all(200 < one < 600 for one in run), run
        ward.change(both.name, alerts={"unresolved": 1, "unacknowledged": 1, "severity": "high"})
        pages.wait(driver, 5, lambda d: [one.text for one in d.find_elements(By.CSS_SELECTOR, f'[data-testid="tile-{both.name}"] [data-testid="tile-alerts"]')] == ["1 open"] * 2, "a copy is behind")
        # Narrowed to a group, with that group's section alone.
        choice = pages.find(driver, "ward-in-group")
        assert [one.text for one in choice.find_elements(By.TAG_NAME, "option")] == ["All groups", "Room <b>5</b>", "Ward 3", "In no group"]
        choice.send_keys("Ward 3")
        pages.wait(driver, 5, lambda d: headings(d) == ["Ward 3 · 2"], "the ward is not narrowed")
        assert order(driver) == [both.name, ward_only.name] and "in=G-BBBB" in driver.current_url
        # It is kept in this browser, without a name; what was searched for is not.
        pages.find(driver, "ward-search").send_keys("patient 00")
        pages.wait(driver, 5, lambda d: "q=" in d.current_url, "the search does not stand in the address")
        kept = driver.execute_script("return JSON.stringify({...localStorage})")
        assert "G-BBBB" in kept and not any(word in kept for word in ("atient", "Ward 3", "Room", both.name))
        driver.get(ward.base + "/ward")
        pages.wait(driver, 10, lambda d: headings(d) == ["Ward 3 · 2"] and order(d) == [both.name, ward_only.name], "the choice is not kept")
        pages.check_accessibility(driver)
        pages.screens(driver, "ward-groups")
        # Found by what their group is called; a group that is gone narrows nothing.
        driver.get(ward.base + "/ward?q=room")
        pages.wait(driver, 10, lambda d: order(d) == [both.name], "a group's name finds nobody")
        del ward.groups["G-BBBB"]
        driver.get(ward.base + "/ward?in=G-BBBB&density=roomy")
        pages.wait(driver, 10, lambda d: len(order(d)) == 6, "a group that is gone hides everybody")


def test_what_the_device_flagged_is_its_own_word(clean, ward):
    driver = opened(clean, ward)
    patient = ward.patients[8]
    tile = driver.find_element(By.CSS_SELECTOR, f'[data-testid="tile-{patient.name}"]')
    assert not tile.find_element(By.CSS_SELECTOR, '[data-testid="tile-device-beats"]').is_displayed()
    rhythm = tile.find_element(By.CSS_SELECTOR, '[data-testid="tile-rhythm"]').text
    place = order(driver).index(patient.name)
    ward.change(patient.name, deviceBeats={"judged": 4210, "flagged": 17, "saidMs": int(time.time() * 1000) - 125_000})
    said = "While offline the device itself flagged 17 of 4,210 beats; it said so 2 min ago"
    pages.wait(driver, 5, lambda d: tile.find_element(By.CSS_SELECTOR, '[data-testid="tile-device-beats"]').text == said, "the device's word is not shown")
    assert said in tile.get_attribute("aria-label")
    # It changes nothing of what was found here.
    assert tile.find_element(By.CSS_SELECTOR, '[data-testid="tile-rhythm"]').text == rhythm and order(driver).index(patient.name) == place
    del patient.status["deviceBeats"]


@pytest.mark.parametrize("state, facts, said", [
    ("lead-off", {"isLeadOff": True, "heartRate": None}, "Electrode off"),
    ("poor-signal", {"quality": 0.3}, "Poor signal"),
    ("delayed", {}, "Data are "),
    ("not-analysed", {}, "Signal arrives, analysis does not"),
    ("key-refused", {}, "refuses this session's key"),
    ("no-device", {"device": None, "session": None, "receivedMs": None, "heartRate": None}, "No device is worn"),
])
def test_states_are_said_in_words(clean, ward, state, facts, said):
    driver = opened(clean, ward)
    patient = ward.patients[5]
    before = dict(patient.status)
    patient.is_sending = False
    known = patient.status | facts | {"state": state, "receivedMs": facts.get("receivedMs", int(time.time() * 1000))}
    patient.status = {key: value for key, value in known.items() if value is not None}
    ward.say("vitals", patient.status)
    tile = driver.find_element(By.CSS_SELECTOR, f'[data-testid="tile-{patient.name}"]')
    pages.wait(driver, 3.5, lambda d: said in tile.text and said.split(",")[0] in tile.get_attribute("aria-label"), f"{state} is not said: {tile.text}")
    if state in ("lead-off", "not-analysed", "key-refused", "no-device"):
        assert tile.find_element(By.CSS_SELECTOR, '[data-testid="tile-rhythm"]').text == "", "a rhythm is told that is not measured now"
        assert tile.find_element(By.CSS_SELECTOR, '[data-testid="tile-heart-rate"]').text == "–", "a heart rate is told that is not measured now"
    if "heartRate" in facts:
        assert tile.find_element(By.CSS_SELECTOR, '[data-testid="tile-heart-rate"]').text == "–", "nothing is shown that was not measured"
    patient.status, patient.is_sending = before, True
    # Until its next chunk has come, its data are as old as this test: the next one's page would find it silent.
    pages.expect_state(driver, patient.name, "live", 7)


def test_a_patient_who_falls_silent_is_told_once_and_ages(clean, ward):
    driver = opened(clean, ward)
    patient = ward.patients[6]
    pages.expect_moving_strip(driver, patient.name)
    patient.is_sending = False
    try:
        pages.expect_state(driver, patient.name, "no-data", 7)
        tile = driver.find_element(By.CSS_SELECTOR, f'[data-testid="tile-{patient.name}"]')
        assert "No data since" in tile.text
        voice = pages.wait(driver, 5, lambda d: d.find_elements(By.CSS_SELECTOR, '[data-testid="voice-alert"]'), "nobody is told")[0]
        assert voice.get_attribute("textContent") == f"No more data from {patient.status['name']}."
        age = tile.find_element(By.CSS_SELECTOR, '[data-testid="tile-age"]')
        assert age.get_attribute("data-old") == "true" and pages.number(age.text) >= 4
        driver.execute_script("arguments[0].textContent = ''", voice)
        pages.wait(driver, 5, lambda d: pages.number(age.text) >= 7, "the age does not grow")
        assert voice.get_attribute("textContent") == "", "it is told again and again"
    finally:
        patient.is_sending = True
    pages.expect_state(driver, patient.name, "live", 7)


def test_a_lost_connection_is_said_once_and_comes_back(clean, ward):
    driver = opened(clean, ward)
    pages.expect_moving_strip(driver, ward.patients[0].name)
    ward.is_silent = True
    try:
        banner = pages.find(driver, "connection-lost", 8)
        assert "Nothing on this page is newer" in banner.text and banner.get_attribute("role") == "alert"
        pages.wait(driver, 3, lambda d: len(d.find_elements(By.CSS_SELECTOR, '.tile[data-state="no-data"]')) == 12, "old values look new")
        assert "No connection" in pages.find(driver, "connection").text
        voice = driver.find_elements(By.CSS_SELECTOR, '[data-testid="voice-alert"]')
        assert not voice or voice[0].get_attribute("textContent") == "", "twelve patients are told as lost, and it was the connection"
        pages.check_accessibility(driver)
    finally:
        ward.is_silent = False
    pages.wait(driver, 15, lambda d: not d.find_element(By.CSS_SELECTOR, '[data-testid="connection-lost"]').is_displayed(), "the connection does not come back")
    pages.expect_state(driver, ward.patients[0].name, "live", 10)


def test_a_grave_alert_is_spoken_and_the_ward_can_be_read_out(clean, ward):
    driver = opened(clean, ward)
    patient = ward.patients[2]
    tone = pages.find(driver, "tone")
    assert tone.get_attribute("aria-pressed") == "false", "silent until a hand has switched it on"
    tone.click()
    pages.wait(driver, 5, lambda d: pages.find(d, "tone").get_attribute("aria-pressed") == "true", "the tone cannot be switched on")
    ward.change(patient.name, alerts={"unresolved": 1, "unacknowledged": 1, "severity": "high"})
    ward.say("alert", {"id": "a" * 32, "state": "open", "severity": "high", "rule": "tachycardia", "patient": patient.name})
    pages.wait(driver, 5, lambda d: (d.find_elements(By.CSS_SELECTOR, '[data-testid="voice-alert"]') or [d])[0] != d and
               d.find_element(By.CSS_SELECTOR, '[data-testid="voice-alert"]').get_attribute("textContent") == f"New high alert: {patient.status['name']}, Fast heart rate.", "the alert is not spoken")
    pages.find(driver, "ward-read-out").click()
    words = pages.find(driver, "read-out").text.splitlines()
    assert words[0].startswith("12 patients") and words[1].startswith(f"{patient.status['name']}, 1 open, Live") and words[-1] == "11 others are steady."
    pages.check_accessibility(driver, "dialog")
    pages.press(driver, "Escape", 27)
    pages.wait(driver, 3, lambda d: not d.find_elements(By.CSS_SELECTOR, "dialog"), "Escape does not close it")
    ward.change(patient.name, alerts={"unresolved": 0, "unacknowledged": 0})


def test_the_ward_by_keyboard(clean, ward):
    driver = opened(clean, ward)
    reached = pages.check_keyboard(driver)
    assert reached[0].startswith("a  \"Skip to content")
    driver.execute_script("document.activeElement?.blur()")
    pages.press(driver, "/", 191)
    assert driver.execute_script("return document.activeElement.dataset.testid") == "ward-search"
    driver.execute_script("document.querySelector('.tile').focus()")
    first = driver.execute_script("return document.activeElement.dataset.testid")
    for key, code in (("ArrowRight", 39), ("ArrowDown", 40), ("ArrowUp", 38), ("ArrowLeft", 37)):
        pages.press(driver, key, code)
    assert driver.execute_script("return document.activeElement.dataset.testid") == first


def test_first_run(clean):
    with synthetic_ward.SyntheticWard(0) as empty:
        clean.get(empty.base + "/ward")
        assert "No patients yet" in pages.find(clean, "notice").text
        pages.screens(clean, "ward-empty")


def test_what_the_role_may_not_open_and_what_is_nowhere(clean):
    with synthetic_ward.SyntheticWard(1, role="auditor") as other:
        clean.get(other.base + "/ward")
        assert "Not for this account" in pages.find(clean, "notice").text
        pages.check_accessibility(clean)
        clean.get(other.base + "/nowhere")
        assert "There is nothing here" in pages.find(clean, "notice").text


def test_german_is_complete_on_the_ward(clean, ward):
    driver = opened(clean, ward)
    pages.find(driver, "language").send_keys("Deutsch")
    pages.wait(driver, 10, lambda d: d.execute_script("return document.documentElement.lang") == "de", "the language does not change")
    pages.find(driver, f"tile-{ward.patients[0].name}", 10)
    try:
        assert pages.find(driver, "ward-summary").text.startswith("12 Patienten")
        driver.refresh()
        pages.find(driver, f"tile-{ward.patients[0].name}", 10)
        assert driver.execute_script("return document.documentElement.lang") == "de", "the choice is not kept"
        pages.screens(driver, "ward-german")
    finally:
        driver.execute_script("localStorage.clear()")


def test_every_look_of_the_ward(clean, ward):
    for place, facts in enumerate((
            {"alerts": {"unresolved": 1, "unacknowledged": 1, "severity": "high"}, "rhythm": {"code": "sustained-abnormal", "beats": 60}},
            {"alerts": {"unresolved": 2, "unacknowledged": 1, "severity": "medium"}}, {"alerts": {"unresolved": 1, "unacknowledged": 0, "severity": "high"}},
            {"state": "lead-off", "isLeadOff": True}, {"state": "poor-signal", "quality": 0.3}, {"state": "not-analysed"}, {"battery": 0.08},
            {"link": "offline"}, {"rhythm": {"code": "frequent-abnormal", "beats": 60}}, {"rhythm": {"code": "too-few-beats", "beats": 3}})):
        ward.change(ward.patients[place].name, **facts)
    driver = opened(clean, ward)
    pages.expect_moving_strip(driver, ward.patients[11].name)
    pages.screens(driver, "ward")
    pages.emulate(driver, pages.PHONE, dark=True, reduced_motion=True, forced_colors=True)
    pages.check_no_sideways_scroll(driver)
    pages.emulate(driver, (360, 740), dark=False)
    pages.check_no_sideways_scroll(driver)
