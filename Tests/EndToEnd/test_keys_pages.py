"""Keys and assignments in the pages, in headless Chromium on the real system; screenshots are kept in artifacts/."""
import contextlib
import csv
import json
import sqlite3

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from conftest import ARTIFACTS
from dashboard_client import Client
from reader import Reader, pages
from system import PASSWORD, System
from vault_file import sign_policy
from waiting import until

DEVICES = ["bed-1", "bed-2"]
# What the vault gives at a time, of devices and of entries of its log.
PAGE_SIZE = 1000


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    """Two patients whose devices stream, two administrators, an auditor, and a clinician who sees one of the two."""
    with System(tmp_path_factory.mktemp("keys")) as system:
        for name in ("admin", "second"):
            system.add_user(name, "administrator")
        system.add_user("auditor", "auditor")
        patients = [system.add_patient(name, device) for name, device in zip(("Anna Albrecht", "Bernd Beck"), DEVICES)]
        system.command(
            "user", "add", "nurse", "--role", "clinician", "--patients", patients[0], "--data-dir", system.data,
            stdin=PASSWORD + "\n")
        for device in DEVICES:
            system.device(device, "--synthetic", "normal")
        until(lambda: system.analysed() > 10, "beats are analysed", 90)
        yield system, patients


class Page(Reader):
    """A browser of one person, whose pages are kept as pictures."""

    def __init__(self, system, account, **options):
        super().__init__(system.addresses["dashboardURL"], account, **options)

    def text(self, test_id):
        return self.find(test_id).text

    def shot(self, name):
        pages.screenshot(self.driver, str(ARTIFACTS / f"{name}.png"))

    def clean(self):
        assert pages.console_errors(self.driver) == []


def test_a_key_is_rotated_from_the_page(ward):
    system, _ = ward
    with Page(system, "admin") as admin:
        admin.go("/keys/devices/bed-1", "keys-of-device")
        admin.click("rotateKey")
        admin.shot("keys-rotate-dialog")
        admin.confirm()
        assert "bed-1" in admin.text("said")
        until(lambda: len(system.rows("chunks", "SELECT 1 FROM session WHERE device = 'bed-1'")) == 2, "a session under the new key", 60)

        def is_there(_):
            admin.driver.refresh()
            rows = admin.find("keys-of-device").find_elements(By.CSS_SELECTOR, "tbody tr")
            return len(rows) == 2 and "Active" in rows[1].text
        pages.wait(admin.driver, 20, is_there, "the page shows no second key")
        admin.shot("keys-device")
        admin.clean()


def test_a_destruction_needs_a_second_administrator(ward):
    system, _ = ward
    with Page(system, "admin") as admin, Page(system, "second", dark=True) as second:
        admin.go("/keys/devices/bed-2", "keys-of-device")
        admin.click("proposeDestruction")
        # By keyboard alone: days, the name, the reason.
        field = admin.find("destroy-days")
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys("7")
        field.send_keys(Keys.TAB)
        admin.driver.switch_to.active_element.send_keys("bed-1", Keys.TAB)
        admin.driver.switch_to.active_element.send_keys("the study is <b>over</b>", Keys.ENTER)
        assert admin.find("dialog").is_displayed(), "a wrong name is not sent"
        name = admin.find("destroy-name")
        name.send_keys(Keys.CONTROL, "a")
        name.send_keys("bed-2")
        admin.shot("keys-destroy-dialog")
        admin.confirm()
        admin.go("/keys", "proposals")
        assert "second person" in admin.text("needs-second-person")
        assert not admin.all('[data-testid^="approve-"]')
        admin.shot("keys")
        second.go("/keys", "proposals")
        assert "<b>over</b>" in second.text("proposals"), "a reason is text, never markup"
        second.shot("keys-dark")
        second.all('[data-testid^="approve-"]')[0].click()
        second.confirm()
        assert second.find("destruction-bed-2").get_attribute("data-state") == "waiting"
        admin.go("/keys", "destructions")
        admin.click("cancel-bed-2")
        admin.confirm("still needed")
        pages.wait(admin.driver, 10, lambda _: admin.find("destruction-bed-2").get_attribute("data-state") == "cancelled", "not cancelled")
        admin.clean()
        second.clean()


def test_a_claim_is_shown_once(ward):
    system, _ = ward
    with Page(system, "admin") as admin:
        admin.go("/keys", "keys")
        admin.click("create-claim")
        admin.find("claim-device").send_keys("bed-9")
        admin.click("dialog-confirm")
        token = admin.text("claim-token")
        assert len(token) == 64 and admin.find("claim-download")
        admin.shot("keys-claim")
        admin.click("dialog-close")
        pages.wait(admin.driver, 10, lambda _: "bed-9" in admin.text("claims"), "the claim is not listed")
        assert token not in admin.driver.page_source
        admin.clean()


def test_an_auditor_reads_and_changes_nothing(ward, tmp_path):
    system, _ = ward
    with Page(system, "auditor") as auditor:
        auditor.go("/keys", "device-keys")
        assert auditor.find("own-keys")
        assert {one.get_attribute("data-testid") for one in auditor.all("button")} <= {"sign-out"}, "an auditor has no buttons"
        auditor.go("/keys/devices/bed-1", "keys-of-device")
        assert {one.get_attribute("data-testid") for one in auditor.all("button")} <= {"sign-out"}
        auditor.go("/audit", "audit")
        pages.wait(auditor.driver, 20, lambda _: "Verified" in auditor.text("audit-verdict"), "the log is not verified")
        auditor.find("audit-filter").send_keys("dashboard:second")
        rows = auditor.find("audit").find_elements(By.CSS_SELECTOR, "tbody tr")
        assert rows and all("dashboard:second" in row.text for row in rows)
        auditor.shot("audit")
        # By what came of it, and as a file of exactly what is shown, whose name says that the log is whole.
        auditor.write("audit-filter", "read-")
        Select(auditor.find("audit-outcome")).select_by_value("done")
        rows = auditor.find("audit").find_elements(By.CSS_SELECTOR, "tbody tr")
        assert len(rows) > 1 and auditor.text("audit-count").startswith(f"{len(rows)} of ")
        auditor.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
        auditor.click("audit-csv")
        (file,) = until(lambda: list(tmp_path.glob("audit-*-verified.csv")), "no file of the log", 20)
        lines = list(csv.DictReader(file.read_text().splitlines()))
        assert [one["action"] for one in lines] == [row.find_elements(By.TAG_NAME, "td")[3].text for row in rows]
        Select(auditor.find("audit-outcome")).select_by_value("refused")
        assert all("Refused" in row.text for row in auditor.find("audit").find_elements(By.CSS_SELECTOR, "tbody tr"))
        auditor.clean()


def test_a_clinician_sees_only_assigned_patients_and_no_key(ward):
    system, patients = ward
    with Page(system, "nurse") as nurse, Page(system, "admin") as admin:
        pages.expect_ward(nurse.driver, nurse.base, [patients[0]])
        assert not nurse.all(f'[data-testid="tile-{patients[1]}"]')
        assert not nurse.all('[data-testid="nav-keys"]')
        for path, status in (
                ("/api/keys/report", 403), ("/api/keys/audit", 403), (f"/api/patients/{patients[1]}", 404), ("/api/patients/P-ZZZZ", 404)):
            answered = nurse.driver.execute_async_script(
                "const done = arguments[1]; fetch(arguments[0]).then(answer => done(answer.status))", path)
            assert answered == status, path
        pages.console_errors(nurse.driver)
        # Assigned while the ward is open: the tile appears by itself; taken back, it goes.
        admin.go("/administration", "admin-accounts")
        for is_there in (True, False):
            admin.click("change-sees-nurse")
            admin.click(f"sees-{patients[1]}")
            admin.shot("assign-dialog")
            admin.confirm()
            pages.wait(
                nurse.driver, 15, lambda _: bool(nurse.all(f'[data-testid="tile-{patients[1]}"]')) == is_there,
                f"the tile {'appears' if is_there else 'goes'} in the open ward")
            pages.wait(admin.driver, 10, lambda _: (patients[1] in admin.text("sees-nurse")) == is_there, "the table follows")
        admin.shot("administration")
        nurse.go("/keys", "notice")
        admin.clean()


def test_a_compromise_lists_what_lies_open(ward):
    system, _ = ward
    with Page(system, "admin") as admin:
        admin.go("/keys/devices/bed-1", "keys-of-device")
        # Those under the key in use. What the device records from the report on lies under the key that takes its place.
        stored = system.rows("chunks", """SELECT session FROM session WHERE device = 'bed-1'
          AND key_version = (SELECT max(key_version) FROM session WHERE device = 'bed-1')""")
        admin.click("reportCompromise")
        admin.confirm("lost on a train")
        exposed = admin.find("exposure")
        rows = exposed.find_elements(By.CSS_SELECTOR, "tbody tr")
        assert stored and {row.text.split()[0] for row in rows} >= {session.hex() for session, in stored}
        admin.shot("keys-compromise")
        admin.clean()


def test_a_device_is_cut_off_and_let_in_again(ward):
    system, _ = ward
    with Page(system, "admin") as admin:
        admin.go("/keys/devices/bed-2", "keys-of-device")
        admin.click("revokeDevice")
        admin.confirm("left in a taxi")
        pages.wait(admin.driver, 10, lambda _: "cut after" in admin.text("said"), "the page does not say that it is cut")
        pages.wait(admin.driver, 10, lambda _: "Revoked since" in admin.text("device-facts"), "the page does not show it")
        admin.shot("keys-revoked")
        admin.click("reinstateDevice")
        admin.confirm("found again")
        pages.wait(admin.driver, 10, lambda _: "may enrol again" in admin.text("said"), "the page does not say it")
        admin.clean()


def test_of_many_devices_more_are_asked_for(ward):
    """The first page, a full one, is made up of devices that come before the real ones; what follows it, the vault answers."""
    system, _ = ward
    with Page(system, "auditor") as auditor:
        listing = Client(system)
        listing.sign_in("auditor")
        (like, *_) = listing.ask("GET", "/api/keys/devices").json()
        first = [like | {"device": f"aa-{number:04}"} for number in range(PAGE_SIZE)]
        auditor.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": f"""
          const real = window.fetch, page = {json.dumps(json.dumps(first))};
          window.fetch = (address, ...more) => String(address).endsWith("/api/keys/devices")
            ? Promise.resolve(new Response(page, {{ headers: {{ "Content-Type": "application/json" }} }})) : real(address, ...more);
        """})
        auditor.go("/keys", "device-keys")

        def rows():
            return auditor.driver.execute_script(
                "return [...document.querySelectorAll('[data-testid=device-keys] tbody tr')].map(row => row.cells[0].textContent)")
        assert rows() == [one["device"] for one in first]
        auditor.click("more-devices")
        auditor.until(lambda: rows()[PAGE_SIZE:] == DEVICES, "the rest does not follow")
        auditor.gone('[data-testid="more-devices"]')
        auditor.clean()


def test_the_log_is_read_back_to_its_beginning(ward):
    system, _ = ward
    client = Client(system)
    client.sign_in("auditor")

    def length():
        return client.ask("GET", "/api/keys/report").json()["auditEntries"]
    # Whoever reads the inventory stands on record.
    while length() <= PAGE_SIZE:
        pass
    with Page(system, "auditor") as auditor:
        auditor.go("/audit", "audit")

        def numbers():
            return auditor.driver.execute_script(
                "return [...document.querySelectorAll('[data-testid=audit] tbody tr')].map(row => Number(row.cells[0].textContent.replace(/\\D/g, '')))")
        latest = numbers()
        assert latest[0] > PAGE_SIZE and latest[-1] > 1
        auditor.click("audit-earlier")
        auditor.until(lambda: numbers()[-1] == 1, "the first entry is not shown")
        assert numbers() == list(range(latest[0], 0, -1)), "each entry once, none left out"
        auditor.gone('[data-testid="audit-earlier"]')
        auditor.says("audit-count", f"{latest[0]:,} of {latest[0]:,}")
        pages.wait(auditor.driver, 20, lambda _: "Verified" in auditor.text("audit-verdict"), "the log is not verified")
        auditor.clean()


def test_what_was_destroyed_leaves_a_certificate(ward, tmp_path):
    system, _ = ward
    with Page(system, "admin") as admin, Page(system, "second") as second:
        admin.go("/keys/devices/bed-2", "keys-of-device")
        admin.click("proposeDestruction")
        admin.write("destroy-days", "7")
        admin.write("destroy-name", "bed-2")
        admin.confirm("the patient asked for it")
        second.go("/keys", "proposals")
        second.all('[data-testid^="approve-"]')[0].click()
        second.confirm()
        assert second.find("destruction-bed-2").get_attribute("data-state") == "waiting"
    # A week goes by on both clocks; without the signature the vault would not open.
    for device in system.devices.values():
        device.kill()
    system.process.terminate()
    system.process.wait(60)
    vault = system.data / "vault"
    with contextlib.closing(sqlite3.connect(vault / "vault.sqlite")) as file:
        file.execute("UPDATE destruction SET due = 1, observed_due = 0 WHERE cancelled IS NULL")
        file.commit()
    sign_policy(vault, vault / "root.key")
    system.launch()
    with Page(system, "admin") as admin:
        def is_gone():
            admin.go("/keys", "destructions")
            return "carried-out" in [one.get_attribute("data-state") for one in admin.all('[data-testid="destruction-bed-2"]')]
        admin.until(is_gone, "the destruction is not carried out", 60)
        admin.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
        admin.click("certificate-bed-2")
        file = tmp_path / "bed-2.destruction.json"
        until(file.exists, "no certificate", 20)
        certificate = json.loads(file.read_text())
        # Whom it names, and that the vault's audit key signed just that.
        statement = json.loads(certificate["statement"])
        assert statement["device"] == "bed-2" and statement["reason"] == "the patient asked for it"
        assert {statement["proposer"], statement["approver"]} == {"dashboard:admin", "dashboard:second"}
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(certificate["publicKey"])).verify(
            bytes.fromhex(certificate["signature"]), certificate["statement"].encode())
        admin.shot("keys-destroyed")
        admin.go("/keys/devices/bed-2", "keys-of-device")
        assert "Destroyed" in admin.text("keys-of-device") and "Carried out" in admin.text("device-facts")
        admin.shot("keys-device-destroyed")
        admin.clean()


@pytest.mark.parametrize("dark", [False, True])
def test_on_a_phone(ward, dark):
    system, _ = ward
    with Page(system, "second", size=pages.PHONE, dark=dark) as phone:
        for path, shown, name in (
                ("/keys", "device-keys", "keys"), ("/keys/devices/bed-1", "keys-of-device", "keys-device"), ("/audit", "audit", "audit")):
            phone.go(path, shown)
            phone.shot(f"{name}-phone{'-dark' if dark else ''}")
            wider = phone.driver.execute_script("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wider <= 0, f"{path} scrolls sideways by {wider} px"
        phone.clean()
