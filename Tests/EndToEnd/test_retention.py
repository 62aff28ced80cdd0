"""Retention with real parts: old data, holds here and in the vault, a service that is killed while it deletes, what the disk shows
afterwards; and the page with which administrators decide."""
import contextlib
import json
import os
import signal
import sqlite3
import sys
import threading
import time

import pytest

from conftest import ARTIFACTS
from dashboard_client import Client
from system import PASSWORD, ROOT, System
from waiting import until

sys.path.insert(0, str(ROOT / "Tests/Browser"))
import pages  # noqa: E402

DAY = 86_400_000_000
AGE = 400 * DAY
# Some 40 MB and 80 transactions: long enough to be killed in the middle.
COPIES = 80_000
DEVICES = {"old-one": "Olga Alt", "held-one": "Hans Halt", "vault-one": "Vera Tresor", "young-one": "Jana Jung"}


def shift(system: System, area: str, statements: list[str]) -> None:
    """Rewrites a file of a system that is down."""
    with contextlib.closing(sqlite3.connect(system.data / "store" / f"{area}.sqlite")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def on_disk(system: System, needle: bytes) -> int:
    """How often bytes stand in the file of ciphertext and its log."""
    found = 0
    for name in ("chunks.sqlite", "chunks.sqlite-wal"):
        file = system.data / "store" / name
        found += file.read_bytes().count(needle) if file.exists() else 0
    return found


def chunks(system: System, device: str) -> int:
    return system.rows("chunks", """
        SELECT COUNT(*) FROM chunk JOIN session ON chunk.id BETWEEN session.id << 32 AND (session.id << 32) + 4294967295
        WHERE device = ?""", device)[0][0]


def retention(system: System, *arguments, check: bool = True):
    return system.command("retention", *arguments, "--data-dir", system.data, check=check)


@pytest.fixture(scope="module")
def aged(tmp_path_factory):
    """Four patients with a minute each; three of them are 400 days old when the system comes back."""
    with System(tmp_path_factory.mktemp("retention")) as system:
        pseudonyms = {device: system.add_patient(name, device) for device, name in DEVICES.items()}
        for device in DEVICES:
            system.device(device, "--synthetic", "bigeminy", "--duration", 60, "--speed", "max")
        for device in system.devices.values():
            device.wait(120)
        until(lambda: system.analysed() == system.committed() > 100, "everything is analysed", 90)
        until(lambda: system.rows("alerts", "SELECT COUNT(*) FROM policy")[0][0] == len(DEVICES), "everything is judged", 60)
        system.command("vault", "hold", "set", "vault-one", "--reason", "court order 7", "--data-dir", system.data)
        system.process.terminate()
        system.process.wait(60)

        shift(system, "registry", [f"UPDATE assignment SET since = since - {AGE}"])
        names = "('old-one', 'held-one', 'vault-one')"
        sessions = f"SELECT id FROM session WHERE device IN {names}"
        shift(system, "chunks", [
            f"UPDATE chunk SET received = received - {AGE} WHERE id >> 32 IN ({sessions})",
            f"UPDATE session SET first_received = first_received - {AGE}, last_received = last_received - {AGE}, last_capture = last_capture - {AGE} WHERE device IN {names}",
            f"""WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < {999 + COPIES})
                INSERT INTO chunk SELECT (s.id << 32) + n.i, s.last_received, c.message FROM n, session s
                JOIN chunk c ON c.id = (s.id << 32) + 5 WHERE s.device = 'old-one'""",
            f"UPDATE session SET chunk_count = chunk_count + {COPIES}, highest = {999 + COPIES}, next = {1000 + COPIES} WHERE device = 'old-one'"])
        shift(system, "findings", [
            f"UPDATE analysis SET advanced_at = advanced_at - {AGE}, analysed_through = max(analysed_through, {999 + COPIES} * (device = 'old-one')) WHERE device IN {names}"])
        shift(system, "alerts", [
            f"UPDATE alert SET state = 'resolved', opened_at = opened_at - {AGE}, updated_at = updated_at - {AGE}, resolved_at = updated_at - {AGE} WHERE device IN {names}",
            "UPDATE message SET state = 'delivered'", "DELETE FROM alert_event"])
        system.ciphertext = system.rows(
            "chunks", "SELECT message FROM chunk JOIN session ON chunk.id = (session.id << 32) + 5 WHERE device = 'old-one'")[0][0][-64:]
        system.pseudonyms = pseudonyms
        system.before = {device: chunks(system, device) for device in DEVICES}
        yield system


def test_a_round_killed_in_the_middle_is_gone_on_with(aged):
    system = aged
    assert on_disk(system, system.ciphertext) > COPIES
    # The system is down: what is held can be said all the same, and what the vault holds cannot.
    assert retention(system, "hold", "--patient", system.pseudonyms["held-one"], "--reason", "case 4711").stdout.strip() == "1"
    unknown = retention(system, "plan", check=False)
    assert unknown.returncode != 0 and "would be deleted" not in unknown.stdout.replace("nothing would be deleted", "")
    assert retention(system, "hold", "--patient", "P-ZZZZ", "--reason", "x", check=False).returncode == 78

    # The first round begins as soon as the service runs, before the whole system is ready.
    launching = threading.Thread(target=system.launch)
    launching.start()
    until(lambda: 0 < chunks(system, "old-one") < system.before["old-one"], "a round is deleting", 90, every=0.01)
    os.kill(system.child("retention")["processIdentifier"], signal.SIGKILL)
    left = chunks(system, "old-one")
    assert 0 < left < system.before["old-one"], "killed in the middle"
    launching.join(90)
    # Supervised, it comes back, and the next round ends what the first began.
    until(lambda: chunks(system, "old-one") == 0, "the rest is gone", 120)
    until(lambda: system.rows("registry", "SELECT COUNT(*) FROM retention_run WHERE outcome = 'done'")[0][0] == 2, "the round has ended", 60)

    runs = system.rows("registry", "SELECT number, outcome, stays FROM retention_run ORDER BY number")
    assert [outcome for _, outcome, _ in runs] == ["done", None, "done"], "the first start's, the one that was killed, the one after"
    assert json.loads(runs[-1][2]) == {"hold-1": 1, "vault-hold": 1}
    counted = system.rows("chunks", "SELECT SUM(rows) FROM retention_tally WHERE device = 'old-one'")[0][0]
    assert counted == system.before["old-one"], "each chunk is counted once, though one round was killed"

    for area, table in (("chunks", "session"), ("findings", "analysis"), ("alerts", "alert"), ("alerts", "policy")):
        assert system.rows(area, f"SELECT COUNT(*) FROM {table} WHERE device = 'old-one'")[0][0] == 0, table
    for device in ("held-one", "vault-one", "young-one"):
        assert chunks(system, device) == system.before[device], device
        assert system.rows("findings", "SELECT COUNT(*) FROM analysis WHERE device = ?", device)[0][0] == 1
    # A process that reads may have held the log back in that round: it is cut in the next.
    retention(system, "run")
    assert until(lambda: on_disk(system, system.ciphertext) == 0, "the ciphertext is gone from the disk", 30)
    size = (system.data / "store/chunks.sqlite").stat().st_size
    free, page = system.rows("chunks", "PRAGMA freelist_count")[0][0], system.rows("chunks", "PRAGMA page_size")[0][0]
    print(f"deleted {counted} chunks; chunks.sqlite has {size} bytes, {free * page} of them free and zero")


def test_readers_and_the_device_go_on(aged):
    system = aged
    system.add_user()
    client = Client(system)
    client.sign_in("doctor")
    gone = client.ask("GET", f"/api/patients/{system.pseudonyms['old-one']}/sessions")
    assert gone.status == 200 and gone.json()["items"] == []
    kept = client.ask("GET", f"/api/patients/{system.pseudonyms['held-one']}/sessions").json()["items"]
    assert len(kept) == 1 and kept[0]["beats"] > 0
    # The device whose past is gone goes on as ever.
    here = system.addresses
    summary = system.device(
        "old-one", "--synthetic", "normal", "--duration", 30, "--speed", "max", "--mqtt", f"{here['mqttHost']}:{here['mqttPort']}",
        "--service", here["vaultURL"]).wait(120)
    until(lambda: chunks(system, "old-one") >= summary["chunksSealed"], "what it seals arrives", 30)
    until(lambda: system.analysed() == system.committed(), "and is analysed", 60)


def test_the_console_says_what_was_decided_and_done(aged):
    system = aged
    shown = json.loads(retention(system, "show", "--json").stdout)
    assert shown["days"] == {"recordings": 365, "findings": 365, "alerts": 365}
    assert [one["patient"] for one in shown["holds"]] == [system.pseudonyms["held-one"]] and shown["heldInVault"] == ["vault-one"]
    plan = json.loads(retention(system, "plan", "--days", "400", "--json").stdout)
    assert plan["now"] == [] and plan["stays"] == {"hold-1": 1, "vault-hold": 1}
    assert {line["device"] for line in plan["later"]} >= {"young-one"}
    dry = json.loads(retention(system, "set", "--recordings", "3", "--findings", "3", "--dry-run", "--json").stdout)
    assert dry["now"] == [] and {line["device"] for line in dry["later"]} >= {"young-one"}
    made = json.loads(retention(system, "set", "--alerts", "3", "--json").stdout)
    assert made[0]["from"] == 365 and made[0]["to"] == 3
    assert json.loads(retention(system, "show", "--json").stdout)["pending"][0]["days"] == 3
    retention(system, "set", "--alerts", "365", "--json")
    assert json.loads(retention(system, "show", "--json").stdout)["pending"] == []
    assert retention(system, "set", "--findings", "9", "--yes", check=False).returncode == 78
    history = json.loads(retention(system, "history", "--json").stdout)
    assert [one["by"] for one in history["changes"][:3]] == ["setting"] * 3
    assert history["runs"][0]["outcome"] == "done"
    # What the vault cannot say holds everything.
    vault = system.child("vault")["processIdentifier"]
    os.kill(vault, signal.SIGSTOP)
    try:
        answer = retention(system, "run", "--json", check=False)
        assert answer.returncode == 75 and json.loads(answer.stdout)["outcome"] == "holds-unreadable"
    finally:
        os.kill(vault, signal.SIGCONT)
    until(lambda: system.metric("retention", "sealedbeat_retention_rounds_total") >= 1, "rounds are counted", 30)


def test_the_service_shows_its_figures(aged):
    assert aged.metric("retention", "sealedbeat_retention_held_sessions") == 2
    assert aged.metric("retention", "sealedbeat_retention_last_done_timestamp_seconds") > time.time() - 3600


@pytest.fixture(scope="module")
def browser(aged):
    aged.add_user("admin", "administrator")
    aged.add_user("auditor", "auditor")
    driver = pages.chromium()
    pages.sign_in(driver, aged.addresses["dashboardURL"], "admin", PASSWORD)
    yield driver
    driver.quit()


def text(driver, test_id):
    return pages.find(driver, test_id).text


def test_an_administrator_decides_on_the_page(aged, browser):
    pages.find(browser, "to-retention").click()
    assert text(browser, "days-recordings") == "365 days"
    assert "hold-1" not in text(browser, "plan-stays") and "hold 1" in text(browser, "plan-stays")
    assert "vault-one" in text(browser, "vault-holds") and "case 4711" in text(browser, "holds")
    assert "Done" in text(browser, "runs")
    assert browser.find_element("css selector", "nav [aria-current=page]").text == "Administration"
    pages.check_keyboard(browser)

    # A shorter policy shows what it would delete, and wants its number typed again.
    for kind in ("recordings", "findings"):
        field = pages.find(browser, f"new-days-{kind}")
        field.clear()
        field.send_keys("2")
    pages.find(browser, "policy-preview").click()
    assert "young-one" in text(browser, "preview-lines")
    assert "Recordings: 2 days instead of 365 days" in text(browser, "dialog")
    pages.check_accessibility(browser)
    pages.screenshot(browser, str(ARTIFACTS / "retention-preview.png"))
    pages.find(browser, "confirm-days").send_keys("3")
    pages.find(browser, "dialog-confirm").click()
    assert browser.find_elements("css selector", "dialog[open]"), "another number changes nothing"
    pages.find(browser, "confirm-days").clear()
    pages.find(browser, "confirm-days").send_keys("2")
    pages.find(browser, "dialog-confirm").click()
    pages.wait(browser, 10, lambda d: "2 days from" in text(d, "retention-policy"), "the change is pending")
    assert text(browser, "days-recordings") == "365 days", "it counts after the grace"

    # One that makes no sense is refused in words.
    field = pages.find(browser, "new-days-findings")
    field.clear()
    field.send_keys("1")
    pages.find(browser, "policy-preview").click()
    pages.wait(browser, 10, lambda d: "at least as long as recordings" in text(d, "policy-problem"), "the refusal in words")
    said = pages.console_errors(browser)
    assert len(said) == 1 and "/api/retention/preview" in said[0] and "422" in said[0], "the browser notes the refusal, and nothing else"

    pages.find(browser, "place-hold").click()
    pages.find(browser, "hold-patient").send_keys(aged.pseudonyms["young-one"])
    pages.find(browser, "dialog-reason").send_keys("case <b>12</b>")
    pages.find(browser, "dialog-confirm").click()
    pages.wait(browser, 10, lambda d: "case <b>12</b>" in text(d, "holds"), "the hold stands there, as text")
    assert "another person releases it" in text(browser, "holds"), "who placed it does not release it"
    pages.find(browser, "release-hold-1").click()
    pages.find(browser, "dialog-reason").send_keys("case closed")
    pages.find(browser, "dialog-confirm").click()
    pages.wait(browser, 10, lambda d: "held-one" in text(d, "plan-now"), "what was held goes next")
    pages.find(browser, "exception-patient").send_keys(aged.pseudonyms["held-one"])
    pages.find(browser, "exception-days").send_keys("900\n")
    pages.find(browser, "dialog-confirm").click()
    pages.wait(browser, 10, lambda d: "900 days" in text(d, "retention-exceptions"), "the exception counts")
    assert aged.rows("registry", "SELECT actor FROM retention_change WHERE pseudonym IS NOT NULL") == [("admin",)]
    pages.check_accessibility(browser)
    pages.screens(browser, "retention")
    assert pages.console_errors(browser) == []


def test_an_auditor_reads_and_a_clinician_does_not(aged):
    driver = pages.chromium(language="de-DE")
    try:
        pages.sign_in(driver, aged.addresses["dashboardURL"], "auditor", PASSWORD)
        driver.get(aged.addresses["dashboardURL"] + "/administration/retention")
        assert "Olga" not in driver.page_source
        assert pages.find(driver, "days-alerts").text == "365 Tage"
        for absent in ("policy-form", "place-hold", "exception-add"):
            assert not driver.find_elements("css selector", f"[data-testid={absent}]"), absent
        pages.screenshot(driver, str(ARTIFACTS / "retention-auditor-german.png"))
    finally:
        driver.quit()
    client = Client(aged)
    client.sign_in("doctor")
    assert client.ask("GET", "/api/retention").problem == "forbidden"
