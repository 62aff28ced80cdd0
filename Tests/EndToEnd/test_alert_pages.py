"""Alerts and plans in headless Chromium on the real system: recordings that ring are replayed, and everything that a person does about an
alert and to a plan is done by pointer or by keyboard. Pictures are kept in artifacts/pages/."""
import contextlib
import re
import sys

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from person import Person
from reader import PHONE, SIZES, Reader
from system import NOBODY, PASSWORD, ROOT, System
from waiting import until

sys.path.insert(0, str(ROOT / "Tests/Browser"))
import pages  # noqa: E402

# Records, by what they ring for: bigeminy and runs; ventricular flutter; premature beats and runs; runs and a great burden.
RECORDS = {"bed-106": "106", "bed-207": "207", "bed-200": "200", "bed-208": "208"}


def contact(name, **more):
    return {"label": name, "mail": f"{name}@example.org", "atLeast": "low"} | more


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, recordings):
    """Four patients, ten minutes of each; the plan of the first tells a nurse and the webhook, and a minute later the doctor, in German.
    The fourth's receivers are gone."""
    with System(tmp_path_factory.mktemp("alerts"), {"notifier.no-data-seconds": "86400"}) as system:
        for name in ("doctor", "nurse"):
            system.add_user(name)
        system.command("user", "add", "outsider", "--role", "clinician", "--patients", "none", "--data-dir", system.data, stdin=PASSWORD + "\n")
        patients = {device: system.add_patient(name, device) for device, name in zip(RECORDS, ("Anna Albrecht", "Bernd <b>Beck</b>", "Clara Conrad", "David Dietz"))}
        client = Person(system.addresses["dashboardURL"]).sign_in("doctor", PASSWORD)
        plan = {
            "steps": [
                {"contacts": [contact("nurse"), {"label": "Ward's screen", "webhook": "webhook", "atLeast": "low"}], "minutesUntilNext": 1},
                {"contacts": [contact("doctor", language="de")], "minutesUntilNext": 5},
            ],
            "escalatesFrom": "low", "timeZone": "Europe/Vienna", "digestMinutes": [420], "limits": {},
        }
        status, answer = client.send("PUT", f"/api/patients/{patients['bed-106']}/plan", {"plan": plan, "revision": 0})
        assert status == 200, answer
        lost = {"steps": [{"contacts": [contact("Lost", mail=NOBODY), {"label": "Old <b>screen</b>", "webhook": "webhook", "atLeast": "low"}], "minutesUntilNext": 5}]}
        system.sinks.gone_file.write_text(patients["bed-208"])
        status, answer = client.send("PUT", f"/api/patients/{patients['bed-208']}/plan", {"plan": plan | lost | {"escalatesFrom": "high"}, "revision": 0})
        assert status == 200, answer
        for device, record in RECORDS.items():
            system.device(device, "--record", recordings / record, "--speed", "60", "--duration", "600")
        for device in RECORDS:
            system.devices[device].wait()
        # Ten minutes are 401 chunks of 1.496 s.
        until(lambda: system.analysed() >= 401 * len(RECORDS), "everything is analysed", 120)
        until(lambda: {item["severity"] for item in client.get("/api/alerts?phase=attention")["items"]} >= {"high", "medium", "low"}
              and len({item["patient"] for item in client.get("/api/alerts?phase=attention")["items"]}) == len(RECORDS), "every severity has rung", 120)
        yield Clinic(system, client, patients)


class Clinic:
    def __init__(self, system, client, patients):
        self.system, self.client, self.patients = system, client, patients
        self.base = system.addresses["dashboardURL"]

    def alerts(self, **query):
        return self.client.get("/api/alerts?" + "&".join(f"{name}={value}" for name, value in query.items()))["items"]

    def untouched(self, **query):
        """An alert that nobody has done anything about, for a test of its own."""
        return next(item["id"] for item in self.alerts(phase="new", **query) if not item.get("assignedTo"))


class Bench(Reader):
    """A clinician at the alerts."""

    def open(self, alert):
        self.driver.get(f"{self.base}/alerts/{alert}")
        self.shown(f'[data-testid="alert-detail"][data-id="{alert}"] .detail-title')

    def inbox(self):
        self.driver.get(f"{self.base}/alerts")
        self.shown('[data-testid="alert"]')

    def plan(self, patient):
        self.go(f"/patients/{patient}/plan", "plan-save")

    def phase(self, alert):
        row = self.all(f'[data-testid="alert"][data-id="{alert}"]')
        return row[0].get_attribute("data-phase") if row else None


@pytest.fixture(scope="module")
def doctor(clinic):
    reader = Bench(clinic.base, "doctor")
    yield reader
    reader.driver.quit()


@pytest.fixture(scope="module")
def nurse(clinic):
    reader = Bench(clinic.base, "nurse")
    yield reader
    reader.driver.quit()


@pytest.fixture(autouse=True)
def consoles(request):
    """Whatever a page's console says in a test is a failure; what a test provokes on purpose it takes away itself."""
    readers = [request.getfixturevalue(name) for name in ("doctor", "nurse") if name in request.fixturenames]
    with contextlib.ExitStack() as stack:
        for reader in readers:
            stack.enter_context(pages.clean_console(reader.driver))
        yield


# MARK: The inbox

def test_what_nobody_takes_note_of_goes_on_and_a_snooze_ends(clinic, doctor, nurse):
    """The pages that are open show it by themselves: the step, what became of the messages; and that an alert that was put off is back."""
    snoozed = clinic.untouched(patient=clinic.patients["bed-207"])
    # A minute is the shortest that can be asked for.
    status, answer = clinic.client.send("POST", f"/api/alerts/{snoozed}/snooze", {"minutes": 1, "reason": "on my way"})
    assert status == 200, answer
    nurse.open(snoozed)
    nurse.until(lambda: nurse.phase(snoozed) == "snoozed" and nurse.find("alert-phase").text == "Snoozed", "it is not put off")
    # What is of low or medium severity goes on only while its episode does.
    item = next(one for one in clinic.alerts(phase="attention", patient=clinic.patients["bed-106"]) if "resolvedMs" not in one)
    doctor.open(item["id"])
    doctor.shown('[data-testid="alert-log"] [data-kind="told"]')
    doctor.shown('[data-testid="alert-log"] [data-kind="escalated"]', 120)
    assert "Nobody took note: on to step 2." in doctor.find("alert-log").text
    for receiver, channel in (("nurse@example.org", "Mail"), ("webhook", "Webhook"), ("doctor@example.org", "Mail")):
        pages.wait(doctor.driver, 60, lambda _: any(
            receiver in one.text and channel in one.text and "Delivered" in one.text and "Taken:" in one.text
            for one in doctor.all('[data-testid="deliveries"] > li')), f"no delivery to {receiver} with its receipt")
    nurse.until(lambda: nurse.phase(snoozed) == "new" and nurse.find("alert-phase").text == "New", "it does not come back", 90)
    pages.screens(doctor.driver, "alert-deliveries", sizes={"phone": PHONE, "laptop": pages.LAPTOP})
    # The second contact reads German.
    german = next(mail for mail in clinic.system.sinks.mails() if b"doctor@example.org" in mail and item["id"].encode() in mail)
    assert b"Content-Language: de" in german and b"Dringlichkeit:" in german


def test_the_inbox_is_ordered_by_severity_and_filtered(clinic, doctor):
    doctor.inbox()
    groups = [one.get_attribute("data-severity") for one in doctor.all(".inbox-group")]
    assert groups == [one for one in ("high", "medium", "low") if one in groups] and len(groups) == 3
    doctor.until(lambda: len(doctor.all('[data-testid="alert"]')) == len(clinic.alerts(phase="attention")), "not all are shown")
    pages.screens(doctor.driver, "inbox", sizes=SIZES)
    Select(doctor.find("filter-severity")).select_by_value("high")
    doctor.gone('[data-testid="alert"]:not([data-severity="high"])')
    assert doctor.all('[data-testid="alert"]')
    Select(doctor.find("filter-severity")).select_by_value("")
    patient = clinic.patients["bed-200"]
    doctor.write("filter-patient", patient.lower())
    doctor.gone(f'[data-testid="alert"]:not([data-patient="{patient}"])')
    assert doctor.all('[data-testid="alert"]')
    doctor.write("filter-patient", "david d")
    doctor.until(lambda: {one.get_attribute("data-patient") for one in doctor.all('[data-testid="alert"]')} == {clinic.patients["bed-208"]}, "not found by name")
    assert "David Dietz" in doctor.all('[data-testid="alert"]')[0].text
    doctor.write("filter-patient", "P-NOBODY")
    doctor.says("notice", "No alert matches")
    doctor.driver.refresh()
    doctor.click("filter-mine")
    doctor.says("notice", "No alert matches")
    doctor.click("filter-mine")
    Select(doctor.find("filter-phase")).select_by_value("done")
    doctor.until(lambda: all(one.get_attribute("data-phase") == "done" for one in doctor.all('[data-testid="alert"]')), "not filtered")


def test_an_alert_shows_its_strip_and_what_it_rests_on(clinic, doctor):
    item = next(one for one in clinic.alerts(phase="new") if one["rule"] == "ventricular-run")
    doctor.open(item["id"])
    assert doctor.find("alert-patient").text == item["patient"]
    said = doctor.find("evidence").text
    run = {one["name"]: one for one in item["evidence"]}
    assert said.startswith(f"{run['run-beats']['value']:.0f} ventricular beats in a row") and f"{run['run-rate']['value']:.0f}/min" in said
    table = doctor.find("evidence-table").text
    assert "Rate of the run" in table and f"{run['run-rate']['limit']:.0f}/min" in table, table
    pages.wait(doctor.driver, 20, lambda d: d.execute_script(pages._INK, doctor.find("alert-strip"))[0] > 1000, "the strip is empty")
    assert re.match(r"12 s of ECG round the onset: \d+ beats, [1-9]\d* abnormal", doctor.find("alert-strip").get_attribute("aria-label"))
    log = doctor.find("alert-log").text
    assert "The episode began." in log
    pages.screens(doctor.driver, "alert", sizes=SIZES)
    pages.check_keyboard(doctor.driver)


def test_whom_a_message_did_not_reach_is_said_with_why_and_what_to_do(clinic, doctor):
    item = clinic.alerts(patient=clinic.patients["bed-208"])[0]
    doctor.open(item["id"])
    # Attempts that fail alike are one line, however many they are.
    doctor.until(lambda: re.search(r"\d+ times: Not taken", doctor.find("deliveries").text), "it is not tried again", 60)
    doctor.says("undelivered", NOBODY, 60)
    doctor.says("undelivered", "webhook", 60)

    def of(receiver):
        return next(one for one in doctor.all('[data-testid="deliveries"] > li') if receiver in one.text)
    # Refused, so that it is tried again; gone for good, so that it is not.
    refused, gone = of(NOBODY), of("webhook")
    assert refused.get_attribute("data-state") == "pending" and gone.get_attribute("data-state") == "dead"
    for words in ("Not delivered yet", "Not taken: it refused the message", "550", "Check the address", "Next attempt"):
        assert words in refused.text, (words, refused.text)
    for words in ("Given up", "it says that it is gone for good. HTTP 410", "Take this receiver out"):
        assert words in gone.text, (words, gone.text)
    assert "Next attempt" not in gone.text
    assert doctor.find("alert-name").text == "David Dietz"
    pages.screens(doctor.driver, "alert-undelivered", sizes={"phone": PHONE, "laptop": pages.LAPTOP}, at="deliveries")
    # The way to mend it is the plan, which knows the address.
    doctor.click("open-plan")
    doctor.until(lambda: NOBODY in [one.get_attribute("value") for one in doctor.all('[data-testid="contact-address"]')], "the plan does not show the address")
    assert "David Dietz" in doctor.driver.find_element(By.TAG_NAME, "h1").text


# MARK: What a person does

def test_acknowledging_is_seen_by_others_at_once(clinic, doctor, nurse):
    alert = clinic.untouched(patient=clinic.patients["bed-200"])
    nurse.open(alert)
    doctor.open(alert)
    doctor.click("action-acknowledge")
    doctor.says("alert-log", "Acknowledged by doctor.")
    # Nobody touches the nurse's page.
    nurse.says("alert-log", "Acknowledged by doctor.")
    nurse.gone('[data-testid="action-acknowledge"]')
    nurse.until(lambda: nurse.phase(alert) in (None, "acknowledged"), "the nurse's list does not follow")


def test_assigning_tells_the_colleague(clinic, doctor, nurse):
    alert = clinic.untouched()
    nurse.driver.get(clinic.base + "/ward")
    nurse.find("ward")
    doctor.open(alert)
    doctor.click("action-assign")
    choices = [one.text for one in Select(doctor.find("dialog-assignee")).options]
    assert choices == ["doctor (me)", "nurse"], choices
    Select(doctor.find("dialog-assignee")).select_by_value("nurse")
    doctor.confirm()
    doctor.says("alert-log", "Assigned to nurse by doctor.")
    # She is told wherever she is, with a way there.
    nurse.says("toast", "assigned to you")
    nurse.find("toast").find_element(By.CSS_SELECTOR, "a").click()
    nurse.shown(f'[data-testid="alert-detail"][data-id="{alert}"]')
    nurse.inbox()
    nurse.click("filter-mine")
    nurse.shown(f'[data-testid="alert"][data-id="{alert}"]')
    pages.wait(nurse.driver, 10, lambda _: {one.get_attribute("data-id") for one in nurse.all('[data-testid="alert"]')} == {
        one["id"] for one in Person(clinic.base).sign_in("nurse", PASSWORD).get("/api/alerts?phase=attention&assigned=me")["items"]}, "not hers alone")


def test_a_snooze_asks_why_and_says_until_when(clinic, doctor):
    alert = clinic.untouched()
    doctor.open(alert)
    doctor.click("action-snooze")
    doctor.click("dialog-confirm")
    assert doctor.all("dialog"), "it is not put off without a reason"
    Select(doctor.find("dialog-minutes")).select_by_value("15")
    doctor.confirm("moved to <i>imaging</i>")
    doctor.says("alert-phase", "Snoozed")
    doctor.says("alert-detail", "Snoozed until")
    assert "moved to <i>imaging</i>" in doctor.find("alert-log").text, "a reason is text, never markup"
    doctor.until(lambda: doctor.phase(alert) == "snoozed", "the list does not say so")


def test_resolving_asks_why_and_whoever_comes_late_is_told(clinic, doctor, nurse):
    alert = clinic.untouched()
    doctor.open(alert)
    nurse.open(alert)
    nurse.click("action-snooze")
    nurse.find("dialog-reason").send_keys("later")
    doctor.click("action-resolve")
    doctor.click("dialog-confirm")
    assert doctor.all("dialog"), "it is not resolved without a reason"
    doctor.confirm("seen at the bed: an artefact")
    doctor.says("alert-phase", "Done")
    doctor.says("alert-log", "seen at the bed: an artefact")
    assert not doctor.all('.actions [data-testid^="action-"]'), "nothing is left to be done about it"
    doctor.gone(f'[data-testid="alert"][data-id="{alert}"]')
    # The nurse's question is still open. What she asks for cannot be done any more, and she reads why.
    nurse.click("dialog-confirm")
    nurse.says("dialog-problem", "resolved already")
    assert nurse.find("dialog-reason").get_attribute("value") == "later"
    pages.screenshot(nurse.driver, str(ROOT / "artifacts/pages/alert-too-late.png"))
    nurse.escape()
    nurse.says("alert-log", "Resolved by doctor.")
    # The refusal is a 409, which the browser writes down by itself.
    nurse.refusals(409)


def test_the_keyboard_alone_does(clinic, doctor):
    doctor.inbox()
    rows = doctor.all('[data-testid="alert"]')
    names = [one.get_attribute("data-id") for one in rows]
    doctor.driver.find_element(By.ID, "main").send_keys("j")
    doctor.shown(f'[data-testid="alert-detail"][data-id="{names[0]}"] [data-testid="action-resolve"]')
    doctor.press("j")
    doctor.shown(f'[data-testid="alert-detail"][data-id="{names[1]}"] [data-testid="action-resolve"]')
    doctor.press("k")
    doctor.shown(f'[data-testid="alert-detail"][data-id="{names[0]}"] [data-testid="action-resolve"]')
    doctor.press("?")
    listed = doctor.find("dialog").text
    for words in ("Next alert", "Previous alert", "Acknowledge", "Assign", "Snooze", "Resolve"):
        assert words in listed
    pages.check_accessibility(doctor.driver, "dialog")
    pages.screenshot(doctor.driver, str(ROOT / "artifacts/pages/alert-keys.png"))
    doctor.escape()
    for key, field in (("i", "dialog-assignee"), ("s", "dialog-minutes"), ("r", "dialog-reason")):
        doctor.press(key)
        doctor.find(field)
        pages.check_keyboard(doctor.driver)
        pages.check_accessibility(doctor.driver, "dialog")
        pages.screens(doctor.driver, f"alert-{field}", sizes={"phone": PHONE, "laptop": pages.LAPTOP})
        doctor.escape()
        assert doctor.focused() in ("alert", "H2"), f"the focus is lost to {doctor.focused()}"
    # Where something is written, a letter is a letter.
    doctor.write("filter-patient", "j")
    assert doctor.find("alert-detail").get_attribute("data-id") == names[0]
    doctor.write("filter-patient", "\b")
    alert = clinic.untouched()
    doctor.open(alert)
    doctor.shown('[data-testid="action-acknowledge"]')
    doctor.find("action-acknowledge").send_keys("a")
    doctor.says("alert-log", "Acknowledged by doctor.")
    assert doctor.focused() in ("H2", "action-assign", "action-snooze"), doctor.focused()


@pytest.mark.parametrize("action", ["assign", "snooze", "resolve"])
def test_a_dialog_keeps_the_focus_and_gives_it_back(clinic, doctor, action):
    doctor.open(clinic.untouched())
    opener = f"action-{action}"
    doctor.find(opener)
    pages.check_escape_closes(doctor.driver, opener)
    doctor.click(opener)
    doctor.find("dialog")
    for _ in range(8):
        pages.press(doctor.driver, "Tab", 9)
        assert doctor.driver.execute_script("return !document.hasFocus() || document.activeElement === document.body || !!document.activeElement.closest('dialog')"), "the focus leaves the dialog"
    assert all(field.accessible_name for field in doctor.all("dialog input, dialog select")), "a field without a name"
    doctor.click("dialog-cancel")
    doctor.gone("dialog")
    assert doctor.focused() == opener


def test_on_a_phone_everything_can_be_touched(clinic, doctor):
    pages.emulate(doctor.driver, PHONE, False)
    try:
        doctor.inbox()
        small = doctor.too_small()
        assert small == [], f"the inbox: {small}"
        doctor.all('[data-testid="alert"]')[0].click()
        doctor.shown('[data-testid="action-resolve"]')
        small = doctor.too_small()
        assert small == [], f"the alert: {small}"
        doctor.click("action-resolve")
        doctor.find("dialog-reason")
        small = doctor.too_small()
        assert small == [], f"the dialog: {small}"
        doctor.escape()
        doctor.shown(".inbox-back").click()
        doctor.shown('[data-testid="alert"]')
        doctor.plan(clinic.patients["bed-106"])
        small = doctor.too_small()
        assert small == [], f"the plan: {small}"
    finally:
        pages.emulate(doctor.driver, pages.LAPTOP, False)


# MARK: The plan

def previewed(reader):
    """Alerts of the draft and of the plan in force, and messages by contact of the draft, as the page says them."""
    reader.click("plan-look")
    reader.until(lambda: reader.all('[data-testid="plan-preview"] h2'), "there is no preview")
    title = reader.shown('[data-testid="plan-preview"] h2').text
    columns = [one.text.split("\n") for one in reader.all('[data-testid="plan-preview"] dl')]
    sides = [dict(zip(lines[::2], lines[1::2])) for lines in columns]
    return int(re.search(r"opened (\d+) alert", title).group(1)), sides


def test_a_preview_says_what_the_plan_would_have_sent(clinic, doctor):
    doctor.plan(clinic.patients["bed-106"])
    count, (draft, present) = previewed(doctor)
    assert count > 0 and draft == present and draft["Alerts"] == str(count)
    assert int(draft["– nurse"]) > 0 and int(draft["– doctor"]) > 0 and int(draft["Escalations"]) > 0
    # Without one rule and with other thresholds of two, fewer alerts remain.
    doctor.unfold("Ventricular bigeminy")
    Select(doctor.find("limit-bigeminy.isEnabled")).select_by_value("false")
    for words, field, value in (("Ventricular couplets", "limit-couplets.count", "30"), ("Sustained abnormal rhythm", "limit-sustainedAbnormalRhythm.onShare", "0.99")):
        doctor.unfold(words)
        doctor.write(field, value)
    fewer, (draft, present) = previewed(doctor)
    assert fewer < count and present["Alerts"] == str(count), (count, fewer)
    doctor.driver.execute_script("document.querySelector('[data-testid=plan-preview]').scrollIntoView()")
    pages.screens(doctor.driver, "plan-preview", sizes=SIZES)
    # A severity that nobody is told of costs no message.
    Select(doctor.all('[data-testid="contact-least"]')[0]).select_by_value("high")
    quiet, (draft, _) = previewed(doctor)
    assert quiet == fewer and int(draft["– nurse"]) < int(present["– nurse"])


def test_a_plan_is_changed_saved_and_holds(clinic, doctor):
    doctor.plan(clinic.patients["bed-200"])
    doctor.says("plan", "Nobody has saved a plan yet")
    doctor.click("add-step")
    doctor.write("contact-label", "Night nurse")
    doctor.write("contact-address", "night@example.org")
    Select(doctor.find("contact-language")).select_by_value("de")
    Select(doctor.find("contact-least")).select_by_value("medium")
    doctor.write("step-minutes", "7")
    doctor.write("time-zone", "Europe/Vienna")
    doctor.click("has-quiet")
    doctor.write("daily-budget", "5")
    doctor.write("digest-times", "07:00, 19:30")
    Select(doctor.find("tells-resolution")).select_by_value("true")
    doctor.unfold("Fast heart rate")
    doctor.write("limit-tachycardia.onRate", "140")
    doctor.click("plan-save")
    doctor.says("plan-said", "Saved")
    doctor.driver.refresh()
    values = {name: doctor.find(name).get_attribute("value") for name in (
        "contact-label", "contact-address", "contact-language", "contact-least", "step-minutes", "time-zone", "quiet-from", "quiet-until",
        "daily-budget", "digest-times", "tells-resolution", "limit-tachycardia.onRate")}
    assert values == {
        "contact-label": "Night nurse", "contact-address": "night@example.org", "contact-language": "de", "contact-least": "medium", "step-minutes": "7",
        "time-zone": "Europe/Vienna", "quiet-from": "22:00", "quiet-until": "06:00", "daily-budget": "5", "digest-times": "07:00, 19:30",
        "tells-resolution": "true", "limit-tachycardia.onRate": "140"}
    assert doctor.find("has-quiet").is_selected()
    stored = clinic.client.get(f"/api/patients/{clinic.patients['bed-200']}/plan")["plan"]
    assert stored["limits"] == {"tachycardia": {"onRate": 140}} and stored["quietHours"] == {"fromMinute": 1320, "untilMinute": 360}
    pages.screens(doctor.driver, "plan", sizes=SIZES)
    pages.check_keyboard(doctor.driver)


WRONG = [
    ("time-zone", "Mars/Olympus", "There is no such zone"), ("daily-budget", "5000", "From 0 to 1,000"), ("digest-times", "25:00", "One to eight times"),
    ("step-minutes", "0", "From 1 to 1,440"), ("contact-address", "nobody", "no mail address"), ("contact-label", "", "Something has to stand here"),
    ("limit-readableQuality", "7", "Out of its range")]


@pytest.mark.parametrize("field, text, sentence", WRONG)
def test_what_cannot_be_is_refused_at_its_field(clinic, doctor, field, text, sentence):
    patient = clinic.patients["bed-106"]
    before = clinic.client.get(f"/api/patients/{patient}/plan")
    doctor.plan(patient)
    doctor.write(field, text)
    if not text:
        doctor.find(field).send_keys(Keys.SPACE, Keys.BACKSPACE)
    doctor.click("plan-save")
    element = doctor.until(lambda: next(iter(doctor.all(f'[data-testid="{field}"][aria-invalid="true"]')), None), f"{field} is not refused")
    said = doctor.driver.find_element(By.ID, element.get_attribute("aria-describedby"))
    assert said.is_displayed() and sentence in said.text, said.text
    assert doctor.focused() == field, "the field has the focus"
    assert doctor.find("plan-problem").text
    pages.check_accessibility(doctor.driver, "main")
    if field == "time-zone":
        pages.screens(doctor.driver, "plan-refused", sizes={"phone": PHONE, "laptop": pages.LAPTOP})
    assert clinic.client.get(f"/api/patients/{patient}/plan") == before
    # A limit is the server's to judge: its refusal is a 422, which the browser writes down by itself.
    doctor.refusals(422)


def test_two_who_edit_at_once_lose_nothing(clinic, doctor, nurse):
    patient = clinic.patients["bed-207"]
    for reader in (doctor, nurse):
        reader.plan(patient)
    doctor.write("daily-budget", "3")
    doctor.click("plan-save")
    doctor.says("plan-said", "Saved")
    nurse.write("daily-budget", "9")
    nurse.write("digest-times", "06:15")
    nurse.click("plan-save")
    nurse.says("plan-problem", "Somebody else has saved a plan meanwhile")
    assert nurse.find("digest-times").get_attribute("value") == "06:15", "what she wrote still stands there"
    assert clinic.client.get(f"/api/patients/{patient}/plan")["plan"]["dailyBudget"] == 3, "what the doctor saved still holds"
    pages.screenshot(nurse.driver, str(ROOT / "artifacts/pages/plan-conflict.png"))
    nurse.click("plan-anew")
    nurse.until(lambda: nurse.find("daily-budget").get_attribute("value") == "3", "the doctor's plan is not shown")
    nurse.write("digest-times", "06:15")
    nurse.click("plan-save")
    nurse.says("plan-said", "Saved")
    plan = clinic.client.get(f"/api/patients/{patient}/plan")["plan"]
    assert plan["dailyBudget"] == 3 and plan["digestMinutes"] == [375]
    nurse.refusals(409)


def test_what_could_not_be_sent_is_sent_when_the_mail_server_is_back(clinic, doctor, recordings):
    """The page that is open says both by itself."""
    patient = clinic.system.add_patient("Erika Ernst", "bed-late")
    with clinic.system.sinks.without("mail"):
        clinic.system.device("bed-late", "--record", recordings / "207", "--speed", "60", "--duration", "600").wait()
        (item, *_) = until(lambda: clinic.alerts(phase="new", severity="high", patient=patient), "nothing rings", 60)
        doctor.open(item["id"])

        def message():
            return next((one for one in doctor.all('[data-testid="deliveries"] > li') if "doctor@example.org" in one.text), None)
        doctor.until(lambda: message() and "Not delivered yet" in message().text, "it is not said", 60)
        doctor.says("undelivered", "doctor@example.org")
    doctor.until(lambda: message().get_attribute("data-state") == "delivered" and "Taken:" in message().text, "it is not sent", 90)
    doctor.gone('[data-testid="undelivered"]')
    doctor.until(lambda: any(item["id"].encode() in mail for mail in clinic.system.sinks.mails()), "no mail has come")


# MARK: In German

def test_alerts_and_plans_speak_german(clinic):
    reader = Bench(clinic.base, "nurse", language="de-DE")
    try:
        english = {one["id"]: one for one in clinic.alerts()}
        reader.driver.get(clinic.base + "/alerts")
        reader.shown('[data-testid="alert"]')
        Select(reader.find("filter-phase")).select_by_value("all")
        reader.until(lambda: len(reader.all('[data-testid="alert"]')) == len(english), "not all are shown")
        for row in reader.all('[data-testid="alert"]'):
            item = english[row.get_attribute("data-id")]
            said = row.find_element(By.CSS_SELECTOR, ".row-text").text
            assert said and said != item["explanation"] and "{" not in said and "–" not in said, (item["rule"], said)
            assert not re.search(r"\b(beats|limit|rate|the|without|arrived)\b", said), said
        pages.screens(reader.driver, "inbox-de", sizes={"phone": PHONE, "laptop": pages.LAPTOP}, themes={"light": False})
        run = next(one for one in english.values() if one["rule"] == "ventricular-run")
        reader.open(next(one["id"] for one in english.values() if one["patient"] == clinic.patients["bed-208"] and "closedMs" not in one))
        reader.says("undelivered", "Noch nicht benachrichtigt")
        assert "Nicht angenommen: hat die Nachricht abgelehnt" in reader.find("deliveries").text
        reader.open(run["id"])
        assert "ventrikuläre Schläge in Folge" in reader.find("evidence").text
        pages.screens(reader.driver, "alert-de", sizes={"phone": PHONE, "laptop": pages.LAPTOP}, themes={"light": False})
        reader.plan(clinic.patients["bed-106"])
        reader.write("time-zone", "Mond")
        reader.click("plan-save")
        reader.shown('[data-testid="time-zone"][aria-invalid="true"]')
        pages.screens(reader.driver, "plan-de", sizes={"phone": PHONE, "laptop": pages.LAPTOP}, themes={"light": False})
        pages.open_patient(reader.driver, clinic.base, clinic.patients["bed-106"])
        pages.screens(reader.driver, "patient-de", sizes={"phone": PHONE, "laptop": pages.LAPTOP}, themes={"light": False})
        assert pages.console_errors(reader.driver) == []
    finally:
        reader.driver.quit()
