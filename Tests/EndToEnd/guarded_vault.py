"""One vault as a process of its own, and an independent reading of its file: what its format says, with other people's
libraries."""
import os
import resource
import shutil
import ssl
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import cbor2

from independent_device import IndependentDevice
from system import BINARY
from vault_file import unwrapped
from waiting import until


class VaultProcess:
    """`sealedbeat vault serve` on a directory of its own, with a key file as its root."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.data = folder / "vault"
        self.root_key_file = folder / "root.key"
        # Private keys go to memory alone.
        self.credentials = Path(tempfile.mkdtemp(dir="/dev/shm", prefix="vault-test-"))
        self.log = folder / "vault.log"
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "VaultProcess":
        place = ["--vault-dir", self.data, "--root-key-file", self.root_key_file]
        self.command("init", *place)
        self.command("provision", *place, "--credentials-out", self.credentials)
        return self.start()

    def start(self) -> "VaultProcess":
        """Starts it in an empty working directory, with core dumps as unlimited as they can be."""
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        self.working = self.folder / "cwd"
        self.working.mkdir(exist_ok=True)

        def allow_core_dumps():
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "vault", "serve", "--vault-dir", self.data, "--root-key-file", self.root_key_file,
                 "--listen", "127.0.0.1:0", "--enrol-listen", "127.0.0.1:0", "--ready-file", ready,
                 "--set", "log.level=trace"],
                stdout=log, stderr=log, cwd=self.working, preexec_fn=allow_core_dumps)
        until(lambda: ready.exists() or self.process.poll() is not None, "the vault is ready", 30)
        assert self.process.poll() is None, self.log.read_text()
        service, enrolment = ready.read_text().split()
        self.url = "https://localhost:" + service.rsplit(":", 1)[1]
        self.enrol_url = "https://localhost:" + enrolment.rsplit(":", 1)[1]
        return self

    def __exit__(self, *_) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        shutil.rmtree(self.credentials)

    def command(self, *arguments) -> str:
        result = subprocess.run([BINARY, "vault", *map(str, arguments)], capture_output=True, text=True, timeout=60)
        assert result.returncode == 0, f"{arguments}: {result.returncode} {result.stderr}"
        return result.stdout

    def operate(self, *arguments) -> str:
        """A command with the operator's identity."""
        return self.command(*arguments, "--vault", self.url, "--credentials", self.credentials / "svc.operator")

    def enrol(self, name: str) -> IndependentDevice:
        file = self.folder / f"{name}.json"
        self.operate("claim", name, "--out", file, "--mqtt", "localhost:1", "--enrol-url", self.enrol_url)
        return IndependentDevice(file, self.folder / name)

    def session_key(self, device: IndependentDevice, service: str = "svc.decryptor") -> bytes:
        """Asks for the key of a device's session, as a service does."""
        context = ssl.create_default_context(cafile=self.credentials / service / "service-ca.pem")
        context.load_cert_chain(self.credentials / service / "identity.pem", self.credentials / service / "identity.key")
        body = cbor2.dumps([1, [[device.name, device.session, device.iv, device.key_version, 1]]])
        question = urllib.request.Request(self.url + "/v1/session-keys", body, method="POST")
        with urllib.request.urlopen(question, timeout=20, context=context) as answer:
            _, [[outcome, keys]] = cbor2.loads(answer.read())
        assert outcome == 0
        return keys[0]

    # -- the file, read by somebody else

    def unwrapped(self) -> dict[str, bytes]:
        return unwrapped(self.data, self.root_key_file)
