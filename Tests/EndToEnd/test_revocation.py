"""A device is revoked while it streams: its connection is cut, a new one is good for nothing, and no further key is released.

Figures are printed; `pytest -s` shows them."""
import http.client
import json
import os
import signal
import ssl
import threading
import time
from urllib.parse import urlparse

import cbor2
import pytest

from independent_device import IndependentDevice
from waiting import until

LIMIT = 2.0


def vault(system, *arguments, check=True):
    return system.command(
        "vault", *arguments, "--vault", system.addresses["vaultURL"], "--credentials",
        f"{system.addresses['credentials']}/svc.operator", check=check)


def enrolled(system, name, folder):
    device = IndependentDevice(system.claim(name), folder / name).connect()
    assert device.subscribe(f"sb/1/{name}/receipt", f"sb/1/{name}/command") == [1, 1]
    device.publish(b"online", channel="status")
    device.publish(device.chunk())
    device.wait_for_receipt(0)
    return device


def audit(system):
    """The whole log, oldest first."""
    entries = []
    while True:
        page = json.loads(vault(system, "audit", "list", "--from", len(entries) + 1).stdout)
        entries += page
        # Reading is an entry too: the log has no end that could be reached page by page.
        if len(page) < 1000:
            return entries


def known_to_mosquitto(system):
    """Devices that the access plugin knows; `None` while the file is being replaced."""
    try:
        clients = json.loads((system.data / "mosquitto/dynamic-security.json").read_text())["clients"]
    except (OSError, ValueError):
        return None
    return {client["username"] for client in clients if not client["username"].startswith("svc.")}


def revoke(system, device, reason="stolen"):
    """Revokes from the command line; returns when it was begun and what it answered."""
    start = time.monotonic()
    return start, vault(system, "revoke", device, "--reason", reason, check=False)


class Streaming:
    """Publishes a chunk again and again, until told to stop, without waiting for anything."""

    def __init__(self, device):
        self.device = device
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.is_set():
            self.device.client.publish(f"sb/1/{self.device.name}/chunk", self.device.chunk(), qos=1)
            self._stop.wait(0.02)

    def stop(self):
        self._stop.set()
        self._thread.join()


def try_everything(device, system):
    """Comes back with the same certificate and a new session, and does what it can; returns what it got out of it."""
    before = len(device.messages)
    device.begin_session()
    device.connect()
    lost = device.lost
    for _ in range(5):
        device.client.publish(f"sb/1/{device.name}/chunk", device.chunk(), qos=1)
    device.client.publish(f"sb/1/{device.name}/status", b"online", qos=1, retain=True)
    try:
        _, identifier = device.client.subscribe([(f"sb/1/{device.name}/receipt", 1), (f"sb/1/{device.name}/command", 1), ("#", 1)])
        until(lambda: identifier in device._subscriptions or lost.is_set(), "SUBACK or the cut", 5, every=0.002)
        codes = device._subscriptions.get(identifier, [])
    except ValueError:
        codes = []
    return lost, codes, device.messages[before:]


def chunks_of(system, device, session=None):
    query = "SELECT COALESCE(SUM(chunk_count), 0) FROM session WHERE device = ?"
    values = [device]
    if session is not None:
        query, values = query + " AND hex(session) = ?", values + [session.hex().upper()]
    return system.rows("chunks", query, *values)[0][0]


def test_a_streaming_device_is_cut_and_powerless_within_two_seconds(system, tmp_path):
    thief, bystander = enrolled(system, "thief-1", tmp_path), enrolled(system, "bystander-1", tmp_path)
    mosquitto = system.child("mosquitto")["processIdentifier"]
    known_session = thief.session
    until(lambda: system.rows("findings", "SELECT 1 FROM analysis WHERE device = 'thief-1'"), "its key was released")
    streams = Streaming(thief), Streaming(bystander)
    until(lambda: chunks_of(system, "thief-1") > 20 and chunks_of(system, "bystander-1") > 20, "both stream")

    cut_at = []
    watcher = threading.Thread(target=lambda: thief.lost.wait(20) and cut_at.append(time.monotonic()))
    watcher.start()
    start, answer = revoke(system, "thief-1")
    answered = time.monotonic() - start
    watcher.join()
    streams[0].stop()
    highest_sent = thief.next_sequence
    assert answer.returncode == 0, answer.stderr
    assert cut_at, "the live session was not cut"
    cut = cut_at[0] - start
    # The library would come back by itself, after a second.
    thief.client.disconnect()
    begun = time.monotonic()
    lost, codes, messages = try_everything(thief, system)
    assert lost.wait(LIMIT), "it was not cut again"
    again = time.monotonic() - begun
    powerless = time.monotonic() - start
    assert ask_for_key(system, "thief-1", thief.session, thief.iv, 1) == "revoked"
    refused = time.monotonic() - start
    assert "thief-1" not in known_to_mosquitto(system)
    assert all(code == 128 for code in codes), codes
    assert messages == []
    thief.disconnect()

    # Behind everything that the thief sent: what it published was carried nowhere.
    streams[1].stop()
    bystander.wait_for_receipt(bystander.next_sequence - 1)
    assert chunks_of(system, "thief-1", thief.session) == 0
    assert chunks_of(system, "thief-1") == chunks_of(system, "thief-1", known_session) <= highest_sent
    until(lambda: system.rows("chunks", "SELECT 1 FROM device WHERE device = 'thief-1' AND status = 'offline'"),
          "the ward sees it offline, although no last will was sent", 20)

    # Others lost nothing, and mosquitto is the same process.
    assert chunks_of(system, "bystander-1") == bystander.next_sequence
    assert not bystander.lost.is_set()
    assert system.child("mosquitto")["processIdentifier"] == mosquitto

    entries = audit(system)
    revoked = next(entry for entry in entries if entry["action"] == "revoke")
    confirmed = next(entry for entry in entries if entry["action"] == "confirm-revocation")
    assert revoked["object"] == confirmed["object"] == "device/thief-1" and revoked["reason"] == "stolen"
    print(f"\nrevocation: cut {cut * 1000:.0f} ms after the command was begun (the vault committed it "
          f"{(confirmed['time'] - revoked['time']) / 1000:.1f} ms before the gatekeeper's word), answered after "
          f"{answered * 1000:.0f} ms; cut again {again * 1000:.0f} ms after it began to come back, {powerless * 1000:.0f} ms "
          f"after the command; no key {refused * 1000:.0f} ms after it")
    print(answer.stdout.strip())
    assert max(cut, answered, powerless, refused) < LIMIT
    bystander.disconnect()


def ask_for_key(system, device, session, iv, version):
    """What the vault says to the decryptor about a session's key."""
    credentials = f"{system.addresses['credentials']}/svc.decryptor"
    context = ssl.create_default_context(cafile=f"{credentials}/service-ca.pem")
    context.load_cert_chain(f"{credentials}/identity.pem", f"{credentials}/identity.key")
    address = urlparse(system.addresses["vaultURL"])
    connection = http.client.HTTPSConnection("localhost", address.port, context=context, timeout=10)
    connection.request("POST", "/v1/session-keys", cbor2.dumps([1, [[device, session, iv, version, 1]]]))
    answer = connection.getresponse()
    assert answer.status == 200
    kind, content = cbor2.loads(answer.read())[1][0]
    connection.close()
    return "released" if kind == 0 else content


def test_no_key_of_a_new_session_and_the_history_stays(system, tmp_path):
    device = enrolled(system, "thief-1", tmp_path)
    until(lambda: system.analysed() >= 1, "its key was released")
    arguments = (device.name, device.session, device.iv, device.key_version)
    assert ask_for_key(system, *arguments) == "released"
    _, answer = revoke(system, "thief-1")
    assert answer.returncode == 0, answer.stderr
    assert ask_for_key(system, *arguments) == "released", "what was recorded is the patient's"
    assert ask_for_key(system, device.name, os.urandom(16), os.urandom(12), 1) == "revoked"
    device.disconnect()


def test_the_gatekeeper_killed_meanwhile_completes_it(system, tmp_path):
    device, other = enrolled(system, "thief-1", tmp_path), enrolled(system, "other-1", tmp_path)
    gatekeeper = system.child("gatekeeper")["processIdentifier"]
    # Stopped, it neither cuts nor comes back by itself.
    os.kill(gatekeeper, signal.SIGSTOP)
    start, answer = revoke(system, "thief-1")
    assert answer.returncode == 75 and "did not confirm" in answer.stderr
    assert not device.lost.is_set()
    assert ask_for_key(system, "thief-1", os.urandom(16), os.urandom(12), 1) == "revoked"
    os.kill(gatekeeper, signal.SIGKILL)
    assert device.lost.wait(20), "the gatekeeper is back and has not cut it"
    until(lambda: vault(system, "revoke", "thief-1", "--reason", "again", check=False).returncode == 0, "it is confirmed")
    lost, codes, messages = try_everything(device, system)
    assert lost.wait(LIMIT) and messages == [] and all(code == 128 for code in codes)
    device.disconnect()
    other.publish(other.chunk())
    other.wait_for_receipt(1)
    assert not other.lost.is_set()
    other.disconnect()


@pytest.mark.parametrize("file", ["kept", "emptied", "gone"])
def test_after_a_restart_of_mosquitto_it_is_still_powerless(system, tmp_path, file):
    device = enrolled(system, "thief-1", tmp_path)
    assert revoke(system, "thief-1")[1].returncode == 0
    other = system.device("other-1", "--duration", "20", "--speed", "1")
    until(lambda: chunks_of(system, "other-1") > 2, "another device streams")
    access_file = system.data / "mosquitto/dynamic-security.json"
    if file == "emptied":
        # Back to what an installation begins with: nobody but the services.
        access = json.loads(access_file.read_text())
        access["clients"] = [client for client in access["clients"] if client["username"].startswith("svc.")]
        access["roles"] = [role for role in access["roles"] if role["rolename"].startswith("svc.")]
        access_file.write_text(json.dumps(access))
    elif file == "gone":
        access_file.unlink()
    system.kill("mosquitto")
    until(lambda: "other-1" in (known_to_mosquitto(system) or ()), "the gatekeeper has restored the other device", 30)
    stored = chunks_of(system, "thief-1")
    device.disconnect()
    lost, codes, messages = until(lambda: try_everything(device, system), "mosquitto listens again", 20)
    assert lost.wait(10) and messages == [] and all(code == 128 for code in codes)
    device.disconnect()
    summary = other.wait()
    assert summary["held"] == 0 and chunks_of(system, "other-1") == summary["chunksSealed"]
    assert chunks_of(system, "thief-1") == stored


def test_a_reinstated_device_streams_again(system, tmp_path):
    device = enrolled(system, "lost-1", tmp_path)
    assert revoke(system, "lost-1", "lost")[1].returncode == 0
    device.disconnect()
    with pytest.raises(OSError):
        IndependentDevice(system.claim("lost-1"), tmp_path / "too-early")
    vault(system, "reinstate", "lost-1", "--reason", "found")
    again = IndependentDevice(system.claim("lost-1"), tmp_path / "again").connect()
    assert again.key_version == 2
    assert again.subscribe("sb/1/lost-1/receipt") == [1], "its first connection works"
    again.publish(again.chunk())
    again.wait_for_receipt(0)
    until(lambda: system.rows("findings", "SELECT 1 FROM analysis WHERE device = 'lost-1' AND hex(session) = ?",
                              again.session.hex().upper()), "its new session is analysed")
    assert ask_for_key(system, "lost-1", os.urandom(16), os.urandom(12), 1) == "revoked"
    again.disconnect()
