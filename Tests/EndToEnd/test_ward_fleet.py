"""The ward with a fleet behind it: devices, mosquitto, broker, decryptor, dashboard, and a browser, as `bench ward` starts them."""
import json
import subprocess
import sys

import pytest

from system import BINARY, ROOT

sys.path.insert(0, str(ROOT / "Tests/Browser"))
import measure_ward  # noqa: E402
import pages  # noqa: E402

# As many as a loaded machine of two cores bears beside other tests; docs/performance.md has 200.
PATIENTS = 24


@pytest.fixture
def bench(tmp_path):
    ready = tmp_path / "ready.json"
    process = subprocess.Popen(
        [BINARY, "bench", "ward", "--patients", str(PATIENTS), "--seconds", "60", "--pages", "2", "--ready", ready, "--directory", tmp_path],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process, ready
    if process.poll() is None:
        process.terminate()
        process.wait(120)


def test_every_patient_of_a_fleet_is_live_and_told_once(bench):
    process, ready = bench
    facts = measure_ward.ready(ready, 300)
    assert ready.stat().st_mode & 0o077 == 0, "the password is for its owner alone"
    seen = measure_ward.measure(facts, 5, {"laptop": pages.LAPTOP})
    assert seen["console"] == []
    assert seen["laptop"]["live"] >= 0.95 * PATIENTS and seen["laptop"]["framesPerSecond"] > 5
    # Each device gives 0.67 chunks a second: all of them reach the page.
    assert seen["laptop"]["stripsPerSecond"] > 0.8 * PATIENTS * 125 / 187
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    report = json.loads(output)
    assert report["patients"] == PATIENTS and report["committedChunks"] > 0.9 * PATIENTS * 60 * 125 / 187, report
    assert report["stream"]["resyncs"] == 0 and report["present"]["events"] >= PATIENTS, report
    told = report["arrivalToEvent"]
    # Two pages heard every chunk.
    assert told["count"] > 1.8 * report["committedChunks"] and told["p50Milliseconds"] < 1000, report
