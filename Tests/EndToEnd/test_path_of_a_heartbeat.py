"""From the electrode to the mailbox, with real parts and a real heart."""
import email
import email.policy
import hashlib
import hmac
import json

import pytest

from waiting import until


@pytest.fixture(scope="module")
def told(shared_system, recordings):
    """A patient with ventricular bigeminy, ten minutes of heart, everything delivered."""
    system = shared_system
    system.add_user("doctor")
    pseudonym = system.add_patient("Erika Mustermann", "ward-106")
    quiet = system.add_patient("Max Mustermann", "ward-100")
    for record in ("106", "100"):
        system.device(f"ward-{record}", "--record", recordings / record, "--speed", "60", "--duration", "600")
    summaries = {name: device.wait() for name, device in system.devices.items()}
    sealed = sum(summary["chunksSealed"] for summary in summaries.values())
    until(lambda: system.analysed() >= sealed, "everything is analysed", 60)
    until(lambda: system.sinks.mails(), "an alert mail has arrived", 60)
    until(lambda: system.sinks.webhook_calls(), "a webhook has arrived", 60)
    return system, pseudonym, quiet, summaries


def test_sealed_equals_committed_equals_analysed(told):
    system, _, _, summaries = told
    sealed = sum(summary["chunksSealed"] for summary in summaries.values())
    assert sealed > 2 * 600 / 1.5 * 0.95
    assert system.committed() == sealed
    assert system.analysed() == sealed
    assert all(summary["held"] == 0 and summary["lostSamples"] == 0 for summary in summaries.values())
    assert system.metric("decryptor", "sealedbeat_decryptor_refused_chunks_total") == 0


def test_the_mail_says_what_a_doctor_needs_and_no_name(told):
    system, pseudonym, _, _ = told
    mails = [email.message_from_bytes(mail, policy=email.policy.default) for mail in system.sinks.mails()]
    mine = [mail for mail in mails if pseudonym in mail.as_string()]
    assert mine, [mail["Subject"] for mail in mails]
    for mail in mine:
        text = mail.get_body(("plain",)).get_content()
        # What was measured and against which limit, and where to look.
        assert "limit" in text and "https://" in text, text
    for mail in mails:
        assert "Mustermann" not in mail.as_string()
        assert mail["Message-ID"] and mail["Date"]
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)


def test_the_webhook_is_signed_and_names_nobody(told):
    system, pseudonym, _, _ = told
    calls = system.sinks.webhook_calls()
    assert any(pseudonym in json.dumps(call) for call in calls)
    assert all("Mustermann" not in json.dumps(call) for call in calls)
    assert all(call["verified"] for call in calls)


def test_one_alert_an_episode_not_one_a_beat(told):
    system, _, _, _ = told
    alerts = system.rows("alerts", "SELECT COUNT(*) FROM alert")[0][0]
    assert 1 <= alerts <= 30, "twenty minutes of two hearts"
