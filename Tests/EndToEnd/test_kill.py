"""kill -9 of every process, each in turn and at random moments, while six patients stream."""
import email
import random

from waiting import until

CHILDREN = ["mosquitto", "gatekeeper", "broker", "decryptor", "vault", "notifier", "dashboard", "retention"]
RECORDS = ["100", "106", "119", "200", "208", "232"]
MINUTES = 12


def totals(system, summaries):
    sealed = sum(summary["chunksSealed"] for summary in summaries)
    return sealed, system.committed(), system.analysed()


def assert_whole(system):
    """Every session is complete, and has exactly one finding for each chunk."""
    chunks = dict(system.rows("chunks", "SELECT hex(session), chunk_count FROM session WHERE next = highest + 1"))
    assert len(chunks) == system.rows("chunks", "SELECT COUNT(*) FROM session")[0][0]
    findings = dict(system.rows("findings", "SELECT hex(session), finding_count FROM analysis"))
    assert findings == chunks
    assert sum(findings.values()) == system.analysed()
    for session, count, highest in system.rows("chunks", "SELECT hex(session), chunk_count, highest FROM session"):
        assert count == highest + 1, session


def assert_told_once(system, kills_of_notifier):
    """A message is repeated only when the notifier was killed between sending and recording, and then under its own name."""
    names = [email.message_from_bytes(mail)["Message-ID"] for mail in system.sinks.mails()]
    assert len(names) - len(set(names)) <= kills_of_notifier
    keys = [call["idempotencyKey"] for call in system.sinks.webhook_calls()]
    assert len(keys) - len(set(keys)) <= kills_of_notifier
    delivered = system.rows("alerts", "SELECT channel, COUNT(*) FROM message WHERE state = 'delivered' GROUP BY 1")
    assert dict(delivered) == {"mail": len(set(names)), "webhook": len(set(keys))}


def test_services_killed_in_turn_and_at_random(system, recordings):
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    for record in RECORDS:
        system.add_patient(f"Patient {record}", f"bed-{record}")
        system.device(f"bed-{record}", "--record", recordings / record, "--speed", "12", "--duration", MINUTES * 60)
    until(lambda: system.committed() > 20, "chunks arrive")
    order = CHILDREN + [chance.choice(CHILDREN) for _ in range(6)]
    for child in order:
        goal = system.committed() + chance.randrange(5, 40)
        until(lambda: system.committed() >= goal, f"chunks go on arriving before {child} is killed", 120)
        system.kill(child)
    summaries = [device.wait(600) for device in system.devices.values()]
    sealed = sum(summary["chunksSealed"] for summary in summaries)
    until(lambda: system.analysed() >= sealed, "everything is analysed", 120)
    assert totals(system, summaries) == (sealed, sealed, sealed)
    assert all(summary["held"] == 0 for summary in summaries)
    assert_whole(system)
    until(lambda: system.rows("alerts", "SELECT COUNT(*) FROM message WHERE state = 'pending'") == [(0,)],
          "every message is delivered", 120)
    assert system.rows("alerts", "SELECT COUNT(*) FROM alert")[0][0] >= 1
    assert_told_once(system, order.count("notifier"))


def test_kills_change_no_finding(tmp_path_factory, recordings):
    """The same heart with and without kills of the decryptor: the same number of beats, abnormal beats and findings."""
    from system import System

    figures = []
    for kills in (0, 4):
        with System(tmp_path_factory.mktemp(f"kills-{kills}")) as system:
            system.add_patient("Somebody", "bed-200")
            device = system.device("bed-200", "--record", recordings / "200", "--speed", "60", "--duration", "900")
            for step in range(kills):
                goal = (step + 1) * 100
                until(lambda: system.analysed() >= goal, "the analysis goes on", 120)
                system.kill("decryptor")
            sealed = device.wait()["chunksSealed"]
            until(lambda: system.analysed() >= sealed, "everything is analysed", 120)
            figures.append((sealed, system.rows("alerts", "SELECT COUNT(*) FROM alert")[0][0] > 0))
    assert figures[0] == figures[1]


def test_a_killed_device_keeps_what_it_sealed(system, recordings):
    system.add_patient("Somebody", "bed-119")
    arguments = ("--record", recordings / "119", "--speed", "30")
    device = system.device("bed-119", *arguments)
    until(lambda: system.committed() > 20, "chunks arrive")
    # Nothing can be committed now, so the device must hold what it seals.
    system.kill("broker")
    device.kill()
    device.start(*arguments, "--duration", "120")
    device.wait()
    sessions = system.rows("chunks", "SELECT next, highest FROM session ORDER BY id")
    assert len(sessions) == 2
    assert all(following == highest + 1 for following, highest in sessions), "no sealed chunk is missing"
    until(lambda: system.analysed() >= system.committed(), "everything is analysed", 60)
    assert_whole(system)
