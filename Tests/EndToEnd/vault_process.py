"""A vault of its own, as an operator starts it: `sealedbeat vault init`, `provision` and `serve`, with devices written from the
document alone, and clients that are nobody's of ours."""
import contextlib
import http.client
import json
import os
import shutil
import signal
import sqlite3
import ssl
import subprocess
from pathlib import Path

import cbor2

from independent_device import IndependentDevice, _hmac, _hpke_seal
from system import BINARY
from waiting import until


def sealedbeat(*arguments, check: bool = True, tracer: list = (), **options) -> subprocess.CompletedProcess:
    result = subprocess.run(
        [*map(str, tracer), BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=60, **options)
    assert not check or result.returncode == 0, f"{arguments}: {result.returncode} {result.stdout} {result.stderr}"
    return result


class VaultDevice:
    """The keys of an enrolled device, and what they derive."""

    def __init__(self, device: IndependentDevice):
        self.name, self.folder = device.name, device.folder
        self.keys = {device.key_version: device.data_key}
        self.sessions = {device.key_version: (device.session, device.iv)}

    def expected(self, version: int, purpose: str = "session") -> bytes:
        session, iv = self.sessions[version]
        info = f"SealedBeat/1 {purpose}".encode() + b"\0" + self.name.encode() + b"\0" + session
        return _hmac(_hmac(iv, self.keys[version]), info + b"\x01")

    def rotation(self, public_key: bytes, version: int) -> bytes:
        """The request that hands over the key of a version, which is made where there is none yet."""
        key = self.keys.setdefault(version, os.urandom(32))
        self.sessions.setdefault(version, (os.urandom(16), os.urandom(12)))
        parts = _hpke_seal(
            public_key, b"SealedBeat/1 rotate", self.name.encode(), cbor2.dumps([version, key], canonical=True))
        return cbor2.dumps([1, *parts], canonical=True)


class Vault:
    """A vault's directory and, while it is served, its listeners."""

    def __init__(self, folder: Path, credentials: Path | None = None):
        self.folder = folder
        self.directory = folder / "vault"
        self.root = folder / "root.key"
        self.credentials = credentials or folder / "credentials"
        self.process: subprocess.Popen | None = None

    # -- life

    def init(self, **options) -> subprocess.CompletedProcess:
        return sealedbeat("vault", "init", *self.place, **options)

    @property
    def place(self) -> list:
        return ["--vault-dir", self.directory, "--root-key-file", self.root]

    def provision(self) -> None:
        sealedbeat("vault", "provision", *self.place, "--credentials-out", self.credentials, "--allow-disk")

    def copy(self, folder: Path) -> "Vault":
        """The same vault in another place, with the same identities."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copytree(self.directory, folder / "vault")
        shutil.copy(self.root, folder / "root.key")
        return Vault(folder, self.credentials)

    def serve(self) -> "Vault":
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        with open(self.folder / "vault.log", "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "vault", "serve", *self.place, "--data-dir", self.folder / "data", "--listen", "127.0.0.1:0",
                 "--enrol-listen", "127.0.0.1:0", "--ready-file", ready, "--set", "vault.host=localhost",
                 "--set", "log.level=debug"], stdout=log, stderr=log)
        until(lambda: ready.exists() or self.process.poll() is not None, "the vault is ready", 30, every=0.01)
        assert self.process.poll() is None, (self.folder / "vault.log").read_text()
        self.service, self.enrolment = (int(line.rsplit(":", 1)[1]) for line in ready.read_text().split())
        return self

    def __enter__(self) -> "Vault":
        return self.serve()

    def __exit__(self, *_) -> None:
        self.stop()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.service}"

    # -- what it is asked

    def ask(self, identity: str | Path, method: str, path: str, body=None, timeout: float = 20) -> tuple[int, bytes]:
        """One request under an identity: the name of a service, or a folder with `device.pem` or `identity.pem`."""
        folder = self.credentials / identity if isinstance(identity, str) else identity
        name = "device" if (folder / "device.pem").exists() else "identity"
        context = ssl.create_default_context(cafile=self.credentials / "svc.operator/service-ca.pem")
        context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
        connection = http.client.HTTPSConnection("localhost", self.service, context=context, timeout=timeout)
        try:
            data = json.dumps(body).encode() if isinstance(body, dict) else body
            connection.request(method, path, data)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def operate(self, method: str, path: str, body=None) -> dict:
        status, answer = self.ask("svc.operator", method, path, body)
        assert status == 200, f"{path}: {status} {answer}"
        return json.loads(answer)

    def command(self, *arguments, identity: str = "svc.operator", check: bool = True) -> subprocess.CompletedProcess:
        return sealedbeat(
            "vault", *arguments, "--vault", self.url, "--credentials", self.credentials / identity, check=check)

    def enrol(self, name: str) -> VaultDevice:
        bundle = self.folder / f"{name}.json"
        self.command("claim", name, "--out", bundle, "--mqtt", "localhost:1", "--enrol-url",
                     f"https://localhost:{self.enrolment}", "--service-url", self.url)
        return VaultDevice(IndependentDevice(bundle, self.folder / "devices" / name))

    @property
    def public_key(self) -> bytes:
        return bytes.fromhex(self.operate("POST", "/v1/claims", {"device": "nobody-1"})["hpkePublicKey"])

    def released(self, device: VaultDevice, version: int, service: str = "svc.decryptor"):
        """The session key that the vault releases, or why it does not."""
        session, iv = device.sessions[version]
        body = cbor2.dumps([1, [[device.name, session, iv, version, 1]]], canonical=True)
        status, answer = self.ask(service, "POST", "/v1/session-keys", body)
        assert status == 200, answer
        (outcome, value), = cbor2.loads(answer)[1]
        return value if outcome == 1 else value[0]

    def states(self, name: str) -> list[str]:
        return [key["state"] for key in self.operate("GET", f"/v1/devices/{name}")["keys"]]

    def verify_audit(self) -> None:
        key = (self.credentials / "svc.operator/audit-key.hex").read_text().strip()
        sealedbeat("vault", "audit", "verify", "--vault-dir", self.directory, "--key", key)

    # -- what only a test does

    def tamper(self, statement: str, *values) -> None:
        with contextlib.closing(sqlite3.connect(self.directory / "vault.sqlite", timeout=10)) as connection:
            with connection:
                connection.execute(statement, values)

    def rows(self, query: str) -> list[tuple]:
        with contextlib.closing(sqlite3.connect(self.directory / "vault.sqlite", timeout=10)) as connection:
            return connection.execute(query).fetchall()
