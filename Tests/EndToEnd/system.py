"""The real system, as a user starts it: `sealedbeat up` with real children, a mail server and a webhook receiver."""
import contextlib
import json
import os
import random
import secrets
import signal
import socket
import sqlite3
import subprocess
import urllib.request
from pathlib import Path

from waiting import until

ROOT = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("SEALEDBEAT", ROOT / ".build/release/sealedbeat"))
PASSWORD = "correct horse battery staple 7"


def free_port() -> int:
    """Below the ports that the kernel gives to outgoing connections, or one of these could take it before it is bound."""
    highest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", random.randrange(10_240, highest)))
            return probe.getsockname()[1]


class System:
    """One `sealedbeat up` on a directory of its own."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None, log_level: str = "debug"):
        self.folder = folder
        self.data = folder / "data"
        self.sinks = Sinks(folder)
        self.settings = {
            "mqtt.port": "0", "vault.port": "0", "vault.enrol-port": "0", "dashboard.port": "0",
            "log.level": log_level, "notifier.no-data-seconds": "3600",
        } | self.sinks.settings | (settings or {})
        self.process: subprocess.Popen | None = None
        self.devices: dict[str, Device] = {}

    # -- life

    def start(self) -> "System":
        self.sinks.start()
        self.launch()
        return self

    def launch(self) -> None:
        ready = self.folder / "ready"
        ready.unlink(missing_ok=True)
        flags = [item for pair in self.settings.items() for item in ("--set", "=".join(pair))]
        with open(self.folder / "up.log", "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "up", "--data-dir", self.data, "--ready-file", ready, *flags], stdout=log, stderr=log)
        until(lambda: ready.exists() or self.process.poll() is not None, "the system is ready", 90)
        assert self.process.poll() is None, (self.folder / "up.log").read_text()

    def stop(self) -> None:
        for device in self.devices.values():
            device.stop()
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
        self.sinks.stop()

    def __enter__(self) -> "System":
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # -- facts

    @property
    def state(self) -> dict:
        return json.loads((self.data / "state.json").read_text())

    @property
    def addresses(self) -> dict:
        return self.state["addresses"]

    def child(self, name: str) -> dict:
        return next(child for child in self.state["children"] if child["name"] == name)

    def kill(self, name: str) -> None:
        """kill -9, then waits until another process has taken its place."""
        before = self.child(name)["processIdentifier"]
        os.kill(before, signal.SIGKILL)
        until(lambda: self.child(name)["processIdentifier"] not in (0, before), f"{name} came back", 30)

    def metrics(self, name: str) -> str:
        port = self.child(name)["healthPort"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            return answer.read().decode()

    def metric(self, name: str, series: str) -> float:
        """The sum of the series that begin so."""
        lines = (line.rsplit(" ", 1) for line in self.metrics(name).splitlines() if line.startswith(series))
        return sum(float(value) for _, value in lines)

    def rows(self, area: str, query: str, *values) -> list[tuple]:
        file = self.data / "store" / f"{area}.sqlite"
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=10)) as connection:
            return connection.execute(query, values).fetchall()

    def committed(self) -> int:
        return self.rows("chunks", "SELECT COUNT(*) FROM chunk")[0][0]

    def analysed(self) -> int:
        return self.rows("findings", "SELECT COUNT(*) FROM finding")[0][0]

    # -- what a person does

    def command(self, *arguments, stdin: str | None = None, check: bool = True, **environment) -> subprocess.CompletedProcess:
        result = subprocess.run(
            [BINARY, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=60,
            env=os.environ | environment)
        assert not check or result.returncode == 0, f"{arguments}: {result.returncode} {result.stdout} {result.stderr}"
        return result

    def add_user(self, name: str = "doctor", role: str = "clinician") -> None:
        self.command("user", "add", name, "--role", role, "--data-dir", self.data, stdin=PASSWORD + "\n")

    def add_patient(self, name: str, device: str) -> str:
        identity = json.dumps({"name": name, "birthDate": "1950-02-03"})
        return self.command("patient", "add", "--device", device, "--data-dir", self.data, stdin=identity).stdout.strip()

    def claim(self, device: str) -> Path:
        file = self.folder / f"{device}.provisioning.json"
        addresses = self.addresses
        self.command(
            "vault", "claim", device, "--out", file, "--mqtt", f"{addresses['mqttHost']}:{addresses['mqttPort']}",
            "--vault", addresses["vaultURL"], "--enrol-url", addresses["enrolURL"],
            CREDENTIALS_DIRECTORY=f"{addresses['credentials']}/svc.operator")
        return file

    def device(self, name: str, *arguments) -> "Device":
        """Enrols on first use and starts streaming."""
        device = self.devices.get(name)
        if device is None:
            device = self.devices[name] = Device(self, name, self.claim(name))
        return device.start(*arguments)


class Device:
    """One simulated ESP32."""

    def __init__(self, system: System, name: str, provisioning: Path):
        self.system = system
        self.name = name
        self.provisioning = provisioning
        self.state = system.folder / "devices" / name
        self.summary_file = system.folder / f"{name}.summary.json"
        self.process: subprocess.Popen | None = None

    def start(self, *arguments) -> "Device":
        self.state.parent.mkdir(exist_ok=True)
        self.summary_file.unlink(missing_ok=True)
        with open(self.system.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                [BINARY, "device", "run", "--state-dir", self.state, "--provisioning", self.provisioning,
                 "--drain", "--summary", self.summary_file, *map(str, arguments)],
                stdout=log, stderr=log, env=os.environ | {"SEALEDBEAT_LOG_FORMAT": "json"})
        return self

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def wait(self, timeout: float = 300) -> dict:
        """Waits until it has sent everything, and returns its summary."""
        code = self.process.wait(timeout)
        log = (self.system.folder / f"{self.name}.log").read_text()[-2000:]
        assert code == 0, f"device {self.name} ended with {code}: {log}"
        return json.loads(self.summary_file.read_text())

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()


# A mailbox that the mail server does not have.
NOBODY = "nobody@example.org"


class Sinks:
    """A mail server with STARTTLS and AUTH, and a webhook receiver that verifies signatures; what is in `gone_file` it calls gone."""

    def __init__(self, folder: Path):
        self.folder = folder / "sinks"
        self.folder.mkdir(parents=True)
        self.maildir = self.folder / "mail"
        self.webhooks = self.folder / "webhooks.jsonl"
        self.gone_file = self.folder / "gone"
        self.mail_port, self.webhook_port = free_port(), free_port()
        self.processes: dict[str, subprocess.Popen] = {}
        password, secret = self.folder / "smtp-password", self.folder / "webhook-secret"
        password.write_text(secrets.token_hex(16))
        secret.write_text(secrets.token_hex(32))
        for file in (password, secret):
            file.chmod(0o600)
        self.password_file, self.secret_file = password, secret
        self._make_certificate()
        self.settings = {
            "notifier.smtp.url": f"smtp://localhost:{self.mail_port}", "notifier.smtp.to": "doctor@example.org",
            "notifier.smtp.user": "sealedbeat", "notifier.smtp.password-file": str(password),
            "notifier.smtp.ca": str(self.folder / "ca.pem"),
            "notifier.webhook.url": f"https://localhost:{self.webhook_port}/alerts",
            "notifier.webhook.secret-file": str(secret), "notifier.webhook.ca": str(self.folder / "ca.pem"),
        }

    def _make_certificate(self) -> None:
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=sink CA")
        openssl("req", *key, "-keyout", "sink.key", "-out", "sink.csr", "-subj", "/CN=localhost")
        (self.folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", "sink.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", "san", "-out", "sink.pem")

    def start(self) -> None:
        tls = ["--certificate", self.folder / "sink.pem", "--key", self.folder / "sink.key"]
        self._run("mail", "demo-mail-server.py", "--port", self.mail_port, "--maildir", self.maildir, "--user", "sealedbeat",
                  "--password-file", self.password_file, "--refuse", NOBODY, *tls)
        self._run("webhook", "demo-webhook-sink.py", "--port", self.webhook_port, "--output", self.webhooks,
                  "--secret-file", self.secret_file, "--gone-file", self.gone_file, *tls)

    @contextlib.contextmanager
    def without(self, name: str):
        """Meanwhile there is no such server."""
        process = self.processes[name]
        process.terminate()
        process.wait(20)
        try:
            yield
        finally:
            self._run(name, *process.args[1:])

    def _run(self, name: str, script: str, *arguments) -> None:
        self.maildir.mkdir(exist_ok=True)
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                ["/usr/bin/python3", ROOT / "scripts" / script, *map(str, arguments)], stdout=log, stderr=log)

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
            process.wait(20)

    def mails(self) -> list[bytes]:
        return [file.read_bytes() for file in sorted(self.maildir.rglob("*.eml"))]

    def webhook_calls(self) -> list[dict]:
        return [json.loads(line) for line in self.webhooks.read_text().splitlines()] if self.webhooks.exists() else []
