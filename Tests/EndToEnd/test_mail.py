"""Alerts in a mail programme: Debian's Exim takes them, Debian's Dovecot hands them out; the link in them works once it is confirmed."""
import email.utils
import re
import sys

import pytest

from conftest import ARTIFACTS
from person import Person
from mail_stack import DOMAIN, MailStack
from system import PASSWORD, ROOT, System
from waiting import until

sys.path.insert(0, str(ROOT / "Tests/Browser"))
import pages  # noqa: E402


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, recordings):
    """A patient with ventricular bigeminy whose plan tells the ward, and the doctor a minute later."""
    with MailStack("ward", "doctor") as mail, System(tmp_path_factory.mktemp("mail"), mail.settings) as system:
        system.add_user("doctor")
        patient = system.add_patient("Erika Mustermann", "bed-106")
        client = Person(system.addresses["dashboardURL"]).sign_in("doctor", PASSWORD)
        plan = {
            "steps": [
                {"contacts": [{"label": "Ward", "mail": f"ward@{DOMAIN}", "atLeast": "low"}], "minutesUntilNext": 1},
                {"contacts": [{"label": "Doctor", "mail": f"doctor@{DOMAIN}", "atLeast": "low"}], "minutesUntilNext": 1},
            ],
            "escalatesFrom": "low", "timeZone": "Europe/Vienna", "digestMinutes": [420], "limits": {},
        }
        status, answer = client.send("PUT", f"/api/patients/{patient}/plan", {"plan": plan, "revision": 0})
        assert status == 200, answer
        system.device("bed-106", "--record", recordings / "106", "--speed", "60", "--duration", "480").wait()
        try:
            until(lambda: mail.mailbox("ward"), "the ward has mail", 90)
            until(lambda: mail.mailbox("doctor"), "nobody took note, so the doctor has mail", 150)
        except AssertionError as missing:
            raise AssertionError(f"{missing}\n{mail.log()}") from missing
        yield mail, system, client, patient


def test_the_mail_is_one_that_a_mail_server_can_sign(clinic):
    mail, _, _, patient = clinic
    for message in mail.mailbox("ward") + mail.mailbox("doctor"):
        names = [name.lower() for name in message.keys() if name.lower() not in ("received",)]
        assert len(set(names)) == len(names), names
        assert not message.defects and message.is_multipart()
        assert message.get_content_type() == "multipart/alternative"
        assert email.utils.parseaddr(message["From"])[1] == f"sealedbeat@{DOMAIN}"
        assert message["Return-Path"].strip("<>") == f"sealedbeat@{DOMAIN}", "From and the envelope are aligned"
        assert message["Message-ID"].endswith(f"@{DOMAIN}>")
        assert email.utils.parsedate_to_datetime(message["Date"])
        head, _, body = message.raw.partition(b"\r\n\r\n")
        assert body.isascii() and all(len(line) <= 80 for line in body.split(b"\r\n")), "nothing has to be re-encoded"
        assert all(len(line) <= 200 for line in head.split(b"\r\n"))
        assert "Mustermann" not in message.as_string()


def test_both_parts_say_the_same_and_load_nothing(clinic):
    mail, _, _, patient = clinic
    for message in mail.mailbox("ward"):
        plain = message.get_body(("plain",)).get_content()
        html = message.get_body(("html",)).get_content()
        for text in (plain, html):
            assert patient in text
        assert not re.search(r"src=|<img|<link|<script|url\(|@import", html), "nothing remote"
        assert set(re.findall(r'href="([^"#]+)', html)) == set(
            link.split("#")[0] for link in re.findall(r"https://\S+", plain))


def test_an_episode_is_one_thread(clinic):
    mail, system, _, _ = clinic
    for person in ("ward", "doctor"):
        messages = mail.mailbox(person)
        assert len({message["Message-ID"] for message in messages}) == len(messages)
        for message in messages:
            # `<alert.occasion.receiver@domain>`
            alert, occasion, receiver = message["Message-ID"].strip("<>").split("@")[0].split(".")
            if occasion == "opened":
                assert message["References"] is None
            else:
                assert message["References"] == message["In-Reply-To"] == f"<{alert}.opened.{receiver}@{DOMAIN}>"


def test_the_delivery_log_holds_what_the_server_said(clinic):
    mail, _, client, _ = clinic
    alert = mail.mailbox("ward")[0]["Message-ID"].strip("<").split(".")[0]
    detail = client.get(f"/api/alerts/{alert}")
    first = next(delivery for delivery in detail["deliveries"] if delivery["receiver"] == f"ward@{DOMAIN}")
    assert first["state"] == "delivered" and first["channel"] == "mail"
    # Exim's receipt holds its name for the message.
    assert re.match(r"250 OK id=\S+", first["attempts"][-1]["receipt"]), first
    assert {"opened", "told"} <= {event["kind"] for event in detail["events"]}


def test_the_link_asks_first_and_is_logged_under_its_receiver(clinic):
    mail, system, client, patient = clinic
    message = next(message for message in mail.mailbox("doctor") if "escalated" in message["Message-ID"])
    alert = message["Message-ID"].strip("<").split(".")[0]
    link = re.search(r"https://\S+/acknowledge#\S+", message.get_body(("plain",)).get_content()).group()
    assert client.get(f"/api/alerts/{alert}")["alert"].get("acknowledgedBy") is None

    driver = pages.chromium()
    try:
        driver.get(link)
        pages.find(driver, "acknowledge-confirm")
        shown = pages.find(driver, "acknowledge-page").text
        assert patient in shown and "Mustermann" not in shown
        assert "/min" not in shown and "%" not in shown, "nothing clinical"
        driver.save_screenshot(str(ARTIFACTS / "acknowledge.png"))
        # Opening it has changed nothing.
        assert client.get(f"/api/alerts/{alert}")["alert"].get("acknowledgedBy") is None
        pages.find(driver, "acknowledge-confirm").click()
        pages.find(driver, "acknowledge-done")
        assert pages.console_errors(driver) == []
    finally:
        driver.quit()
    detail = client.get(f"/api/alerts/{alert}")
    event = next(event for event in detail["events"] if event["kind"] == "acknowledged")
    assert event["actor"].startswith("link:") and event["receiver"] == f"doctor@{DOMAIN}"
    assert detail.get("next") is None, "nobody further is told"


def test_a_forged_or_altered_link_opens_nothing(clinic):
    mail, system, _, _ = clinic
    stranger = Person(system.addresses["dashboardURL"])
    text = mail.mailbox("ward")[0].get_body(("plain",)).get_content()
    token = re.search(r"/acknowledge#(\S+)", text).group(1)
    altered = token[:30] + ("A" if token[30] != "A" else "B") + token[31:]
    for method in ("GET", "POST"):
        assert stranger.send(method, f"/api/acknowledgements/{altered}", None if method == "GET" else {})[0] == 404
    assert stranger.send("GET", f"/api/acknowledgements/{token}")[0] == 200
