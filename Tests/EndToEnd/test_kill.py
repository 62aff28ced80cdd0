"""kill -9 of every process, each in turn and at random moments, while six patients stream."""
import random

from waiting import until

CHILDREN = ["mosquitto", "broker", "decryptor", "vault", "notifier", "dashboard"]
RECORDS = ["100", "106", "119", "200", "208", "232"]
MINUTES = 12


def totals(system, summaries):
    sealed = sum(summary["chunksSealed"] for summary in summaries)
    return sealed, system.committed(), system.analysed()


def assert_nothing_twice(system):
    assert system.rows("chunks", "SELECT session, sequence, COUNT(*) n FROM chunk GROUP BY 1, 2 HAVING n > 1") == []
    assert system.rows("findings", "SELECT session, sequence, COUNT(*) n FROM finding GROUP BY 1, 2 HAVING n > 1") == []
    assert system.rows("alerts", "SELECT id, COUNT(*) n FROM alert GROUP BY 1 HAVING n > 1") == []


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
    assert_nothing_twice(system)
    until(lambda: system.rows("alerts", "SELECT COUNT(*) FROM outbox WHERE state = 'pending'") == [(0,)],
          "every message is delivered", 120)
    opened = system.rows("alerts", "SELECT COUNT(*) FROM alert")[0][0]
    assert opened >= 1
    mailed = system.rows("alerts", "SELECT COUNT(DISTINCT alert) FROM outbox WHERE channel = 'mail' AND state = 'delivered'")
    assert mailed[0][0] >= 1


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
    sessions = system.rows("chunks", "SELECT contiguous, highest FROM session ORDER BY id")
    assert len(sessions) == 2
    assert all(contiguous == highest for contiguous, highest in sessions), "no sealed chunk is missing"
    until(lambda: system.analysed() >= system.committed(), "everything is analysed", 60)
    assert_nothing_twice(system)
