"""Everybody who may not shouts at the vault while six patients stream: they notice nothing."""
import http.client
import json
import os
import random
import socket
import ssl
import statistics
import subprocess
import threading
import time
import urllib.request
from urllib.parse import urlsplit

import cbor2

from independent_device import IndependentDevice, _hpke_seal
from waiting import until

RECORDS = ["100", "106", "119", "200", "208", "232"]
FLOODERS = 12
#: Requests of each kind at most, so that the flood ends whatever happens; it is on the loopback alone.
REQUESTS = 20_000
SLOWEST_RELEASE = 2.0


class Flood:
    """Strangers on both listeners: no certificate, another authority's, claims that are none, garbage, silence."""

    def __init__(self, system, folder):
        addresses = system.addresses
        self.authority = f"{addresses['credentials']}/svc.operator/service-ca.pem"
        self.service = urlsplit(addresses["vaultURL"])
        self.enrolment = urlsplit(addresses["enrolURL"])
        self.ended = threading.Event()
        self.counts = dict.fromkeys(("bare", "foreign", "claims", "garbage", "silent"), 0)
        self.lock = threading.Lock()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "key.pem",
             "-out", "cert.pem", "-days", "2", "-subj", "/CN=svc.decryptor"], cwd=folder, check=True, capture_output=True)
        self.stranger = str(folder / "cert.pem"), str(folder / "key.pem")
        key = _hpke_seal_target(system)
        parts = _hpke_seal(key, b"SealedBeat/1 enrol", b"", cbor2.dumps(["ghost-1", os.urandom(32), os.urandom(32), b"0"]))
        self.claim = cbor2.dumps([1, *parts], canonical=True)

    def _context(self, certificate=None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.authority)
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    @staticmethod
    def _from() -> tuple[str, int]:
        """Strangers come from elsewhere: what they do wrong is not held against the patients' address."""
        return f"127.0.0.{random.randrange(2, 250)}", 0

    def _post(self, url, path, body, context):
        connection = http.client.HTTPSConnection(
            url.hostname, url.port, context=context, timeout=10, source_address=self._from())
        try:
            connection.request("POST", path, body)
            return connection.getresponse().status
        finally:
            connection.close()

    def bare(self):
        assert self._post(self.service, "/v1/session-keys", b"\x80", self._context()) >= 400

    def foreign(self):
        assert self._post(self.service, "/v1/session-keys", b"\x80", self._context(self.stranger)) >= 400

    def claims(self):
        assert self._post(self.enrolment, "/v1/enrol", self.claim, self._context()) in (400, 403, 429)

    def garbage(self):
        for url in (self.service, self.enrolment):
            with socket.create_connection((url.hostname, url.port), 10, self._from()) as connection:
                connection.sendall(os.urandom(2000))

    def silent(self):
        """A connection that says nothing, held for a while."""
        url = self.enrolment if self.counts["silent"] % 2 else self.service
        with socket.create_connection((url.hostname, url.port), 10, self._from()) as connection:
            connection.settimeout(0.5)
            connection.sendall(b"\x16\x03\x01")
            connection.recv(1)

    def run(self, kind: str) -> None:
        while not self.ended.is_set() and self.counts[kind] < REQUESTS:
            try:
                getattr(self, kind)()
            except (OSError, http.client.HTTPException):
                pass
            with self.lock:
                self.counts[kind] += 1

    def __enter__(self):
        kinds = list(self.counts)
        self.threads = [
            threading.Thread(target=self.run, args=(kinds[number % len(kinds)],)) for number in range(FLOODERS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(30)


def _hpke_seal_target(system) -> bytes:
    return bytes.fromhex(json.loads(system.claim("flood-1").read_text())["hpkePublicKey"])


def release_times(system, device, count: int) -> list[float]:
    """Seconds that the decryptor's identity waits for one session key, each on a connection of its own."""
    credentials = f"{system.addresses['credentials']}/svc.decryptor"
    context = ssl.create_default_context(cafile=f"{credentials}/service-ca.pem")
    context.load_cert_chain(f"{credentials}/identity.pem", f"{credentials}/identity.key")
    body = cbor2.dumps([1, [[device.name, device.session, device.iv, device.key_version, 1]]], canonical=True)
    times = []
    for _ in range(count):
        began = time.monotonic()
        request = urllib.request.Request(system.addresses["vaultURL"] + "/v1/session-keys", body, method="POST")
        with urllib.request.urlopen(request, timeout=20, context=context) as answer:
            (outcome, _), = cbor2.loads(answer.read())[1]
        times.append(time.monotonic() - began)
        assert outcome == 0
    return times


def test_a_flood_of_strangers_harms_no_patient(system, recordings, tmp_path):
    probe = IndependentDevice(system.claim("probe-1"), tmp_path / "probe")
    for record in RECORDS:
        system.add_patient(f"Patient {record}", f"bed-{record}")
    quiet = release_times(system, probe, 40)
    strangers = tmp_path / "strangers"
    strangers.mkdir()
    with Flood(system, strangers) as flood:
        # They enrol, get their certificates, begin and end their sessions in the middle of it.
        for record in RECORDS:
            system.device(f"bed-{record}", "--record", recordings / record, "--speed", "12", "--duration", "240")
        until(lambda: system.committed() > 20, "chunks arrive")
        loud = release_times(system, probe, 60)
        summaries = [device.wait() for device in system.devices.values()]
    sealed = sum(summary["chunksSealed"] for summary in summaries)
    until(lambda: system.analysed() >= sealed, "everything is analysed", 60)
    print(f"{flood.counts} requests; a key took {statistics.median(quiet) * 1e3:.0f} ms before, during the flood "
          f"{statistics.median(loud) * 1e3:.0f} ms, at most {max(loud) * 1e3:.0f} ms")
    assert min(flood.counts.values()) > 10
    assert system.committed() == sealed == system.analysed()
    assert all(summary["held"] == 0 and summary["lostSamples"] == 0 for summary in summaries)
    assert max(loud) < SLOWEST_RELEASE
    # What strangers do to the enrolment listener is bounded in the log too: one entry a failure, and few of those.
    claims = [line for line in system.command(
        "vault", "audit", "verify", "--vault-dir", system.data / "vault").stdout.split()]
    assert int(claims[0]) < 5_000
