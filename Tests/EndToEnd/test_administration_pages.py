"""Every action of the administration page and of a person's account page, in headless Chromium on the real system."""
import re
import sys
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from dashboard_client import Client
from phone import Phone
from reader import PHONE, Reader
from system import PASSWORD, ROOT, Device, System
from waiting import until

sys.path.insert(0, str(ROOT / "Tests/Browser"))
import pages  # noqa: E402

OTHER_PASSWORD = "seven grey herons whisper"
SMALL_AND_LARGE = {"phone": PHONE, "laptop": pages.LAPTOP}


@pytest.fixture(scope="module")
def system(tmp_path_factory):
    with System(tmp_path_factory.mktemp("administration")) as system:
        system.add_user("admin", "administrator")
        system.add_user("auditor", "auditor")
        system.add_user("doctor")
        yield system


@pytest.fixture(scope="module")
def base(system):
    return system.addresses["dashboardURL"]


@pytest.fixture(scope="module")
def admin(base):
    with Reader(base, "admin") as reader:
        yield reader


@pytest.fixture(scope="module")
def doctor(base):
    with Reader(base, "doctor") as reader:
        yield reader


@pytest.fixture(scope="module")
def someone(base):
    """A browser in which different people sign in, one after the other."""
    with Reader(base) as reader:
        yield reader


@pytest.fixture(autouse=True)
def clean_administration(admin):
    with pages.clean_console(admin.driver):
        yield


def administration(admin):
    admin.go("/administration", "admin-patients")


def add_account(admin, name, sees=None, role="clinician", password=PASSWORD):
    administration(admin)
    admin.write("new-account-name", name)
    admin.write("new-account-password", password)
    Select(admin.find("new-account-role")).select_by_value(role)
    if sees:
        Select(admin.find("new-account-sees")).select_by_value(sees)
    admin.click("new-account-add")


def sign_in(reader, account, password=PASSWORD, code=""):
    reader.driver.delete_all_cookies()
    reader.go("/sign-in", "sign-in-account")
    for name, text in (("sign-in-account", account), ("sign-in-password", password), ("sign-in-code", code)):
        reader.write(name, text)
    reader.click("sign-in-submit")


def newcomer(admin, someone, name, sees=None):
    """Somebody with an account that was just made, signed in."""
    add_account(admin, name, sees=sees)
    admin.says("admin-accounts", name)
    sign_in(someone, name)
    someone.find("connection")


# MARK: Patients and devices

def test_a_patient_is_added_enrolled_and_seen_by_who_watches(system, base, admin, doctor, tmp_path):
    doctor.go("/ward", "connection")
    administration(admin)
    admin.write("new-patient-name", "Ida <b>Immel</b>")
    admin.find("new-patient-born").send_keys("03021950")
    admin.write("new-patient-device", "bed-seven")
    admin.click("new-patient-add")
    admin.says("new-patient-said", "Done")
    admin.says("admin-patients", "Ida <b>Immel</b>")
    assert "bed-seven" in admin.find("admin-patients").text
    pseudonym = re.search(r"P-[A-Z2-9]{4}", admin.find("admin-patients").text).group()
    # The ward that is open shows the tile by itself, with the name that the clinician may read.
    doctor.says(f"tile-{pseudonym}", "Ida <b>Immel</b>")
    # A claim: the token as text and as a QR code, and the provisioning file.
    admin.go("/keys", "create-claim")
    admin.click("create-claim")
    admin.write("claim-device", "bed-seven")
    admin.click("dialog-confirm")
    token = admin.find("claim-token").text
    assert re.fullmatch(r"[0-9a-f]{64}", token)
    assert pages.read_qr(admin.driver) == token and admin.find("qr").get_attribute("aria-label")
    pages.screens(admin.driver, "administration-claim", sizes=SMALL_AND_LARGE)
    # A phone's camera reads the wall's dark screen too.
    pages.emulate(admin.driver, PHONE, True)
    assert pages.read_qr(admin.driver) == token
    pages.emulate(admin.driver, pages.LAPTOP, False)
    admin.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    admin.click("claim-download")
    file = tmp_path / "bed-seven.provisioning.json"
    until(file.exists, "the provisioning file is there", 20)
    admin.click("dialog-close")
    # The device enrols with that file and sends: the tile moves.
    system.devices["bed-seven"] = Device(system, "bed-seven", file).start("--synthetic", "normal")
    pages.expect_moving_strip(doctor.driver, pseudonym, 60)
    administration(admin)
    admin.until(lambda: admin.driver.refresh() or "bed-seven" in admin.find("admin-devices").text and "Online" in admin.find("admin-devices").text, "the device is not listed as online", 30)


def test_a_device_is_handed_on_and_taken_back(system, admin, doctor):
    administration(admin)
    first = re.search(r"P-[A-Z2-9]{4}", admin.find("admin-patients").text).group()
    admin.write("new-patient-name", "Jan Jansen")
    admin.click("new-patient-add")
    admin.says("admin-patients", "Jan Jansen")
    second = next(one for one in re.findall(r"P-[A-Z2-9]{4}", admin.find("admin-patients").text) if one != first)
    admin.click(f"change-device-{second}")
    pages.check_accessibility(admin.driver, "dialog")
    pages.screens(admin.driver, "administration-device", sizes=SMALL_AND_LARGE)
    admin.write("dialog-device", "Bed Seven")
    admin.click("dialog-confirm")
    assert admin.has("dialog"), "what is no name of a device is not sent"
    admin.write("dialog-device", "bed-seven")
    admin.confirm()
    admin.says(f"device-of-{second}", "bed-seven")
    assert "bed-seven" not in admin.find(f"device-of-{first}").text, "one device has one wearer"
    doctor.go("/ward", "connection")
    doctor.shown(f'[data-testid="tile-{first}"][data-state="no-device"]', 30)
    admin.click(f"change-device-{second}")
    admin.find("dialog-device").clear()
    admin.confirm()
    admin.until(lambda: admin.find(f"device-of-{second}").text.strip() == "–", "the device is not taken back")
    admin.click(f"change-device-{first}")
    admin.write("dialog-device", "bed-seven")
    admin.confirm()
    admin.says(f"device-of-{first}", "bed-seven")


# MARK: Accounts

def test_an_account_is_made_disabled_and_enabled(base, admin, someone):
    add_account(admin, "nurse", sees="none", password="password1234567")
    admin.says("new-account-said", "too easy to guess")
    add_account(admin, "nurse", sees="none")
    admin.says("admin-accounts", "nurse")
    add_account(admin, "nurse", sees="none")
    admin.says("new-account-said", "already")
    admin.refusals(422, 409)
    sign_in(someone, "nurse")
    someone.find("connection")
    assert not someone.all('[data-testid^="tile-"]'), "nobody is assigned yet"
    # Assigned, the tile comes by itself; disabled, the page that is open is left for the sign-in.
    pseudonym = re.search(r"P-[A-Z2-9]{4}", admin.find("admin-patients").text).group()
    administration(admin)
    admin.click("change-sees-nurse")
    admin.click(f"sees-{pseudonym}")
    admin.confirm()
    someone.find(f"tile-{pseudonym}", 30)
    admin.click("disable-nurse")
    admin.find("enable-nurse")
    someone.find("sign-in-submit", 30)
    sign_in(someone, "nurse")
    someone.until(lambda: someone.find("sign-in-problem").text, "a disabled account is let in")
    administration(admin)
    admin.click("enable-nurse")
    admin.find("disable-nurse")
    sign_in(someone, "nurse")
    someone.find(f"tile-{pseudonym}", 30)


def test_sign_ins_are_ended_and_a_lost_phone_is_reset(base, admin, someone):
    newcomer(admin, someone, "lost")
    someone.go("/account", "add-second-factor")
    someone.click("add-second-factor")
    someone.write("dialog-password", "not the password")
    someone.click("dialog-confirm")
    someone.says("dialog-problem", "wrong")
    someone.write("dialog-password", PASSWORD)
    someone.confirm()
    secret = someone.find("enrolment-secret").text.replace(" ", "")
    scanned = urlsplit(pages.read_qr(someone.driver))
    said = {name: values for name, values in parse_qs(scanned.query).items()}
    assert (scanned.scheme, scanned.netloc, said["secret"]) == ("otpauth", "totp", [secret]), scanned
    assert unquote(scanned.path) == f"/{said['issuer'][0]}:lost", "an app lists it under the product and the account"
    phone = Phone(said["secret"][0])
    someone.write("enrolment-code", "000000")
    someone.click("confirm-enrolment")
    someone.says("enrolment-problem", "not right")
    someone.write("enrolment-code", phone.code())
    someone.click("confirm-enrolment")
    assert len(someone.find("recovery-codes").find_elements(By.TAG_NAME, "code")) == 10
    someone.click("recovery-codes-kept")
    someone.find("remove-second-factor")
    # Signed out everywhere: the page that is open is left.
    administration(admin)
    admin.click("signOutEverywhere-lost")
    admin.confirm()
    someone.find("sign-in-submit", 30)
    sign_in(someone, "lost")
    someone.until(lambda: someone.find("sign-in-problem").text, "the password alone lets in")
    admin.click("resetFactor-lost")
    pages.check_accessibility(admin.driver, "dialog")
    admin.confirm()
    sign_in(someone, "lost")
    someone.find("connection")
    admin.go("/access", "account-events")
    events = admin.find("account-events").text
    for words in ("Second factor added", "Sign-ins ended", "Second factor reset by another"):
        assert words in events, events


def test_guessing_is_told_to_wait(base, admin, someone):
    add_account(admin, "guessed")
    admin.says("admin-accounts", "guessed")
    for _ in range(5):
        sign_in(someone, "guessed", "wrong horse battery staple")
        someone.until(lambda: someone.find("sign-in-problem").text and someone.find("sign-in-submit").is_enabled(), "no refusal is shown")
    sign_in(someone, "guessed")
    someone.until(lambda: re.search(r"Too many attempts. Try again in \d+ s\.", someone.find("sign-in-problem").text), "nobody says to wait")
    pages.screens(someone.driver, "sign-in-locked", sizes=SMALL_AND_LARGE)


# MARK: Tokens of programs

def test_a_token_is_shown_once_used_and_revoked(system, admin):
    administration(admin)
    admin.write("new-token-name", "inventory")
    admin.click("new-token-add")
    admin.until(lambda: any(one.text for one in admin.all(".inline-form .form-problem")), "a token without a use is not refused in words")
    admin.click("scope-registry:read")
    admin.click("new-token-add")
    token = admin.find("new-token").text
    program = Client(system, token)
    assert program.get("/api/devices").status == 200 and program.get("/api/ward").status == 403
    admin.driver.refresh()
    admin.says("tokens", "inventory")
    assert token not in admin.driver.page_source, "it is shown once"
    admin.shown('[data-testid^="revoke-token-"]').click()
    admin.confirm()
    admin.says("tokens", "revoked")
    assert program.get("/api/devices").status == 401
    admin.refusals(422)


def test_a_clinicians_own_token_reads_what_it_was_made_for(system, admin, doctor):
    administration(admin)
    others = re.findall(r"inventory", admin.find("tokens").text)
    doctor.go("/account", "new-token-name")
    doctor.says("card-tokens", "There are no tokens.")
    assert others and "inventory" not in doctor.find("card-tokens").text, "one's own alone"
    assert {one.get_attribute("data-testid") for one in doctor.all("[data-testid^=scope-]")} == {
        "scope-ward:read", "scope-signal:read", "scope-alerts:read", "scope-alerts:write", "scope-fhir:read"}
    # By keyboard: the name, the days as they stand, one box, the button.
    doctor.find("new-token-name").send_keys("wall <i>display</i>", Keys.TAB, Keys.TAB, Keys.SPACE)
    doctor.until(lambda: doctor.find("scope-ward:read").is_selected(), "the first use is not ticked")
    doctor.find("new-token-add").send_keys(Keys.ENTER)
    token = doctor.find("new-token").text
    assert doctor.focused() == "new-token", "whoever cannot see it is led to it"
    pages.screens(doctor.driver, "account-token", at="new-token")
    program = Client(system, token)
    assert program.get("/api/ward").status == 200
    for path in ("/api/alerts", "/api/devices", "/api/account", "/fhir/Patient"):
        assert program.get(path).status == 403, path
    doctor.driver.refresh()
    doctor.says("tokens", "wall <i>display</i>")
    assert token not in doctor.driver.page_source and "ward and live stream" in doctor.find("tokens").text, "shown once, and its use in words"
    # Left: it stays. Agreed to: it is refused from the next request on, and the keyboard is not lost with the button.
    revoke = doctor.shown('[data-testid^="revoke-token-"]').get_attribute("data-testid")
    pages.check_escape_closes(doctor.driver, revoke)
    assert program.get("/api/ward").status == 200
    doctor.click(revoke)
    doctor.confirm()
    doctor.says("tokens", "by doctor")
    doctor.until(lambda: doctor.focused() == "MAIN", f"the focus is lost to {doctor.focused()}")
    assert program.get("/api/ward").status == 401
    assert pages.console_errors(doctor.driver) == []


# MARK: Groups of patients

def test_a_group_is_made_joined_assigned_renamed_and_removed(system, base, admin, someone):
    first, second = (system.add_patient(name, device) for name, device in (("Karl Kern", "bed-eight"), ("Lea Lang", "bed-nine")))
    newcomer(admin, someone, "grouped", sees="none")
    # What others did in this browser before is not of this test.
    pages.console_errors(someone.driver)
    administration(admin)
    admin.says("notice", "There are no groups yet")
    for name, said in (("Room <b>5</b>", "Done"), ("Room <b>5</b>", "There is a group of that name"), ("Study", "Done")):
        admin.write("new-group-name", name)
        admin.click("new-group-add")
        admin.says("new-group-said", said)
    admin.says("admin-groups", "Study")
    admin.refusals(409)
    group, study = (admin.find("admin-groups").find_element(By.XPATH, f".//tr[td[1][text()='{name}']]//code").text for name in ("Room <b>5</b>", "Study"))
    # Two join; the ward of whoever is assigned the group follows by itself, in a section and under a choice of its name.
    admin.click(f"groupMembers-{group}")
    for patient in (first, second):
        admin.click(f"member-{patient}")
    pages.check_keyboard(admin.driver)
    pages.screens(admin.driver, "administration-group-members", sizes=SMALL_AND_LARGE)
    admin.confirm()
    admin.says("admin-groups", f"{first} Karl Kern")
    admin.until(lambda: admin.focused() == f"groupMembers-{group}", "the focus is lost")
    assert not someone.all('[data-testid^="tile-P"]')
    admin.click("change-sees-grouped")
    admin.click(f"sees-{group}")
    admin.confirm()
    admin.says("sees-grouped", "all of Room <b>5</b>")
    for patient in (first, second):
        someone.find(f"tile-{patient}", 30)
    # A button that looks like one of several: its input lies under the word.
    someone.driver.execute_script("arguments[0].click()", someone.driver.find_element(By.CSS_SELECTOR, '[data-testid="choice-group"]'))
    Select(someone.find("ward-in-group", 30)).select_by_visible_text("Room <b>5</b>")
    someone.until(lambda: [one.text for one in someone.all(".ward-heading")] == ["Room <b>5</b> · 2"], "the ward is not narrowed")
    someone.says(f"tile-{first}", "Room <b>5</b>")
    pages.screens(admin.driver, "administration-groups", at="admin-groups")
    # Who leaves is seen no more, at once; who is in another group alone never was.
    admin.click(f"groupMembers-{group}")
    admin.click(f"member-{second}")
    admin.confirm()
    someone.gone(f'[data-testid="tile-{second}"]', 30)
    admin.click(f"groupMembers-{study}")
    admin.click(f"member-{second}")
    admin.confirm()
    admin.says("admin-groups", f"{second} Lea Lang")
    assert someone.has(f"tile-{first}") and not someone.has(f"tile-{second}")
    # Another name: refused when it is taken, and then known wherever the old one was.
    admin.click(f"groupRename-{group}")
    admin.write("group-name", "Study")
    admin.click("dialog-confirm")
    admin.says("dialog-problem", "of that name")
    admin.write("group-name", "Room 6")
    admin.confirm()
    admin.says("admin-groups", "Room 6")
    admin.until(lambda: admin.focused() == f"groupRename-{group}", "the focus is lost")
    admin.says("sees-grouped", "all of Room 6")
    admin.refusals(409)
    someone.driver.refresh()
    someone.until(lambda: [one.text for one in someone.all(".ward-heading")] == ["Room 6 · 1"], "the ward keeps the old name")
    # Removed: its patients stay, whoever saw them by it alone does not.
    admin.click(f"groupRemove-{group}")
    pages.check_accessibility(admin.driver, "dialog")
    admin.confirm()
    admin.until(lambda: "Room 6" not in admin.find("admin-groups").text, "the group stays")
    admin.until(lambda: admin.focused() == "MAIN", "the focus is lost")
    admin.says("sees-grouped", "No patient")
    assert "Karl Kern" in admin.find("admin-patients").text
    someone.gone(f'[data-testid="tile-{first}"]', 30)
    admin.click(f"groupRemove-{study}")
    admin.confirm()
    assert pages.console_errors(someone.driver) == []
    # Each decision stands on record, by the group's public name alone; a report says what they came to.
    admin.go("/access", "account-events")
    record = admin.find("account-events").text
    for words in ("Patient joined a group", "Group assigned", "Patient left a group", "Group no longer assigned", "Group removed"):
        assert words in record, words
    assert f"{first}, {group}" in record and "Room 6" not in record
    pages.screens(admin.driver, "access-groups", sizes=SMALL_AND_LARGE)
    admin.go("/reports", "report-draw")
    admin.write("report-patient", first)
    admin.click("report-draw")
    seen = [row.text for row in admin.find("section-sight", 30).find_elements(By.CSS_SELECTOR, "tbody tr")]
    assert sum("grouped" in row and group in row and row.endswith("admin admin") for row in seen) == 1, seen
    pages.screens(admin.driver, "report-sight", sizes=SMALL_AND_LARGE)


# MARK: One's own account

def test_recovery_codes_let_in_once_and_others_are_signed_out(base, admin, someone):
    newcomer(admin, someone, "own")
    someone.go("/account", "add-second-factor")
    someone.click("add-second-factor")
    someone.write("dialog-password", PASSWORD)
    someone.confirm()
    phone = Phone(someone.find("enrolment-secret").text)
    someone.write("enrolment-code", phone.code())
    someone.click("confirm-enrolment")
    codes = [one.text for one in someone.find("recovery-codes").find_elements(By.TAG_NAME, "code")]
    pages.screens(someone.driver, "account-codes", sizes=SMALL_AND_LARGE)
    someone.click("recovery-codes-kept")
    with Reader(base) as elsewhere:
        sign_in(elsewhere, "own", PASSWORD, codes[2])
        elsewhere.find("connection")
        someone.go("/account", "sign-ins")
        someone.until(lambda: len(someone.find("sign-ins").find_elements(By.CSS_SELECTOR, "tbody tr")) == 2, "the other sign-in is not listed")
        assert "recovery code" in someone.find("sign-ins").text
        someone.click("end-other-sign-ins")
        elsewhere.find("sign-in-submit", 30)
    sign_in(someone, "own", PASSWORD, codes[0])
    someone.find("connection")
    someone.go("/account", "recovery-codes-left")
    someone.says("recovery-codes-left", "8 recovery codes")
    sign_in(someone, "own", PASSWORD, codes[0])
    someone.until(lambda: someone.find("sign-in-problem").text, "a recovery code serves twice")
    sign_in(someone, "own", PASSWORD, codes[1])
    someone.find("connection")
    # New codes: the old ones stop working.
    someone.go("/account", "new-recovery-codes")
    someone.click("new-recovery-codes")
    someone.write("dialog-password", PASSWORD)
    someone.write("dialog-code", phone.code())
    someone.confirm()
    fresh = [one.text for one in someone.find("recovery-codes").find_elements(By.TAG_NAME, "code")]
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    someone.click("recovery-codes-kept")
    # The rules of a password are said before, and what breaks them after.
    assert "15 characters" in someone.find("card-password").text
    for name, text in (("old-password", PASSWORD), ("new-password", OTHER_PASSWORD), ("new-password-again", OTHER_PASSWORD + "x")):
        someone.write(name, text)
    someone.write("password-code", fresh[0])
    someone.click("change-password")
    someone.says("password-problem", "differ")
    someone.write("new-password-again", OTHER_PASSWORD)
    someone.click("change-password")
    someone.find("toast")
    someone.click("remove-second-factor")
    someone.write("dialog-password", OTHER_PASSWORD)
    someone.write("dialog-code", fresh[1])
    someone.confirm()
    someone.find("add-second-factor")
    sign_in(someone, "own", OTHER_PASSWORD)
    someone.find("connection")


# MARK: Emergency access

def test_an_emergency_access_is_ended_by_an_administrator_and_stays_on_record(base, admin, someone):
    administration(admin)
    pseudonym = re.search(r"P-[A-Z2-9]{4}", admin.find("admin-patients").text).group()
    newcomer(admin, someone, "guest", sees="none")
    someone.go(f"/patients/{pseudonym}", "break-glass")
    someone.click("break-glass")
    someone.click("dialog-confirm")
    assert someone.has("dialog"), "nobody is opened without a reason"
    someone.confirm("called to bed seven")
    someone.find("emergency-banner")
    admin.go("/access", "accesses")
    admin.says("accesses", "called to bed seven")
    admin.says("accesses", "In force")
    admin.click("end-access")
    admin.confirm()
    admin.says("accesses", "Ended by admin")
    # The page that is open lets go of the patient.
    someone.gone('[data-testid="strip"]', 30)
    with Reader(base, "auditor") as auditor:
        auditor.go("/access", "accesses")
        auditor.says("accesses", "called to bed seven")
        auditor.says("accesses", "Ended by admin")
        assert not auditor.has("end-access")
        assert pages.console_errors(auditor.driver) == []


# MARK: Phone, and German

def test_on_a_phone_everything_can_be_touched(admin, doctor):
    for reader, path, shown in ((admin, "/administration", "admin-accounts"), (doctor, "/account", "card-password"), (admin, "/access", "account-events")):
        pages.emulate(reader.driver, PHONE, False)
        try:
            reader.go(path, shown)
            assert reader.too_small() == [], path
        finally:
            pages.emulate(reader.driver, pages.LAPTOP, False)


def test_the_pages_in_german(base, system):
    light = {"light": False}
    with Reader(base, "admin", language="de-DE") as reader:
        for name, path, shown in (("administration", "/administration", "admin-accounts"), ("account", "/account", "card-password"), ("access", "/access", "account-events"), ("audit", "/audit", "audit"), ("keys", "/keys", "keys")):
            reader.go(path, shown)
            # What stands in the rows is what people and the vault wrote.
            words = reader.driver.execute_script("""
              const copy = document.querySelector("main").cloneNode(true);
              for (const rows of copy.querySelectorAll("tbody")) rows.remove();
              return copy.textContent;
            """)
            assert not re.search(r"\b(the|and|with|since|Never|None|Add|Password)\b", words), (path, words)
            pages.screens(reader.driver, f"{name}-de", sizes=SMALL_AND_LARGE, themes=light)
        assert pages.console_errors(reader.driver) == []
