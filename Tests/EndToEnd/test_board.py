"""The firmware's application on a simulated board, ECG and light together, through the real system.

The board is a process that talks in lines; this file is its Wi-Fi and its TLS. Everything else is the firmware's:
provisioning, keys, enrolment, acquisition, sealing, flash, receipts, rotation."""
import json
import ssl
import subprocess
import threading
import urllib.error
import urllib.request
from pathlib import Path

import cbor2
import paho.mqtt.client as mqtt
import pytest
import wfdb
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from system import BINARY, ROOT, System
from waiting import until

FIRMWARE = ROOT / "Firmware"
SECONDS, SPEED = 180, 40


@pytest.fixture(scope="module")
def executable() -> Path:
    made = subprocess.run(
        ["make", "--no-print-directory", "-C", FIRMWARE, "build/board_process"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return FIRMWARE / "build/board_process"


class Board:
    """One simulated board and its network."""

    def __init__(self, system: System, name: str, executable: Path, *recording: Path):
        self.bundle = json.loads(system.claim(name).read_text())
        self.name, self.folder = name, system.folder / f"board-{name}"
        self.folder.mkdir()
        (self.folder / "ca.pem").write_text(self.bundle["caPEM"])
        self.client: mqtt.Client | None = None
        self.summary: dict | None = None
        self.published: list[bytes] = []
        settings = subprocess.run(
            [BINARY, "device", "provision", system.folder / f"{name}.provisioning.json", "--wifi-ssid", "Ward 7",
             "--format", "console"],
            input="correct horse\n", capture_output=True, text=True, check=True).stdout
        self.errors = open(self.folder / "board.log", "w")
        self.process = subprocess.Popen(
            [executable, str(SECONDS), str(SPEED), *recording], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            text=True, bufsize=1)
        self._writing = threading.Lock()
        self._tell(settings)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _tell(self, line: str) -> None:
        with self._writing:
            if self.process.poll() is None:
                self.process.stdin.write(line + "\n")
                self.process.stdin.flush()

    def _listen(self) -> None:
        for line in self.process.stdout:
            what, *rest = line.split(maxsplit=1)
            getattr(self, f"_on_{what}")(rest[0].strip() if rest else "")

    # -- what the board says

    def _on_join(self, _) -> None:
        self._tell("joined")

    def _on_leave(self, _) -> None:
        if self.client is not None:
            self.client.disconnect()
            self.client.loop_stop()
            self.client = None

    def _on_connect(self, rest: str) -> None:
        certificate, key = map(bytes.fromhex, rest.split())
        pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        (self.folder / "device.pem").write_bytes(x509.load_der_x509_certificate(certificate).public_bytes(pem))
        (self.folder / "device.key").write_bytes(serialization.load_der_private_key(key, None).private_bytes(
            pem, pkcs8, serialization.NoEncryption()))
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=self.name)
        self.client.tls_set(str(self.folder / "ca.pem"), str(self.folder / "device.pem"), str(self.folder / "device.key"))
        self.client.on_connect = self._on_connack
        self.client.on_message = lambda _client, _data, message: self._tell(
            f"{message.topic.rsplit('/', 1)[1]} {message.payload.hex()}")
        self.client.connect(self.bundle["mqttHost"], self.bundle["mqttPort"])
        self.client.loop_start()

    def _on_connack(self, client, *_) -> None:
        client.subscribe([(f"sb/1/{self.name}/receipt", 1), (f"sb/1/{self.name}/command", 1)])
        self._tell("connected")

    def _on_publish(self, rest: str) -> None:
        message = bytes.fromhex(rest)
        self.published.append(message)
        if self.client is not None:
            self.client.publish(f"sb/1/{self.name}/chunk", message, qos=1)

    def _on_post(self, rest: str) -> None:
        route, body = rest.split()
        context = ssl.create_default_context(cafile=self.folder / "ca.pem")
        if route == "rotate":
            context.load_cert_chain(self.folder / "device.pem", self.folder / "device.key")
        url = self.bundle["enrolURL" if route == "enrol" else "serviceURL"]
        question = urllib.request.Request(
            f"{url}/v1/{route}", bytes.fromhex(body), {"Content-Type": "application/cbor"}, method="POST")
        try:
            with urllib.request.urlopen(question, timeout=20, context=context) as answer:
                self._tell(f"answer {answer.read().hex()}")
        except urllib.error.HTTPError as error:
            self._tell("refused" if error.code < 500 else "unreachable")
        except OSError:
            self._tell("unreachable")

    def _on_end(self, rest: str) -> None:
        self.summary = json.loads(rest)

    # -- what the test asks

    def wait(self) -> dict:
        try:
            code = self.process.wait(240)
        finally:
            self.stop()
        assert code == 0, (self.folder / "board.log").read_text()
        self._thread.join(20)
        return self.summary

    def stop(self) -> None:
        self.process.kill()
        self._on_leave("")
        self.errors.close()

    def parameters(self) -> list[list]:
        """The chunk parameters of every different message published (docs/wire-format.md)."""
        messages = dict.fromkeys(self.published)
        return [cbor2.loads(cbor2.loads(message).value[0])[-65537] for message in messages]


def test_a_board_is_a_patient_of_the_system(system, executable):
    system.add_patient("Somebody", "board-1")
    board = Board(system, "board-1", executable)
    until(lambda: system.committed() > 60, "chunks arrive", 60)
    credentials = f"{system.addresses['credentials']}/svc.operator"
    system.command("vault", "rotate", "board-1", "--data-dir", system.data, "--vault", system.addresses["vaultURL"],
                   "--credentials", credentials)
    summary = board.wait()
    assert summary["failures"] == 0 and summary["held"] == 0, summary
    # What was lost, was lost before the device was enrolled, or while the finger was being found.
    assert summary["sealed"] == system.committed(), summary
    assert summary["keyVersion"] == 2 and summary["sessions"] == 2, "the key was rotated while it streamed"
    chunks = board.parameters()
    assert len(chunks) == summary["sealed"]
    for kind, at_least in ((1, SECONDS - 12), (16, SECONDS - 20), (17, SECONDS - 20)):
        assert sum(chunk[4] for chunk in chunks if chunk[1] == kind) >= at_least * 125, kind
    lights = [sorted(chunk[2] for chunk in chunks if chunk[1] == kind) for kind in (16, 17)]
    assert lights[0] == lights[1], "red and infrared lie in step"
    assert 74 <= summary["heartRate"] <= 76 and 90 <= summary["oxygen"] <= 100
    until(lambda: system.analysed() >= system.committed(), "everything is analysed", 60)
    assert system.metric("decryptor", "sealedbeat_decryptor_refused_chunks_total") == 0


def test_a_recording_at_its_electrodes_reaches_the_server_beat_for_beat(system, executable, recordings, tmp_path):
    """Record 100: regular, and its annotations say how fast the heart beats."""
    signal = wfdb.rdrecord(str(recordings / "100"), sampto=SECONDS * 360, channels=[0], physical=False).d_signal[:, 0]
    (tmp_path / "electrodes").write_bytes((signal - 1024).astype("<i2").tobytes())
    beats = wfdb.rdann(str(recordings / "100"), "atr", sampto=SECONDS * 360)
    real = sum(symbol in "NAV" for symbol in beats.symbol) / SECONDS * 60
    system.add_patient("Somebody", "board-100")
    summary = Board(system, "board-100", executable, tmp_path / "electrodes").wait()
    assert summary["failures"] == 0 and summary["held"] == 0 and summary["sealed"] == system.committed(), summary
    assert abs(summary["heartRate"] - real) <= 6, (summary, real)
    until(lambda: system.analysed() >= system.committed(), "everything is analysed", 60)
