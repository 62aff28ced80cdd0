"""kill -9 at every step of what changes keys: strace ends the process at the Nth call of each system call that puts something
on the disk. Afterwards the vault opens, its log is whole, no key is lost, what was destroyed is gone, and the operation can
be done to its end.

Steps: every fsync, fdatasync, rename, link, unlink and ftruncate; of the writes in between, which SQLite makes valid only with
the last of them, the first, the last two and four in the middle.
"""
import collections
import json
import os
import shutil
import signal
import subprocess

import http.client

import cbor2
import pytest

from system import BINARY
from vault_file import sign_policy
from vault_process import Vault, sealedbeat
from waiting import until

SYNCS = ["fsync", "fdatasync", "rename", "renameat2", "link", "linkat", "unlink", "unlinkat", "ftruncate"]
# SQLite's; backups and root keys are written by plain ones, which elsewhere are log lines and sockets.
DATABASE_WRITES = ["pwrite64"]
WRITES = ["pwrite64", "write"]
MIDDLE_WRITES = 4
TRIES = 3

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None or os.geteuid() != 0, reason="strace of a hardened process takes root")


def points(trace: str, writes: list[str] = WRITES) -> list[tuple[str, int]]:
    """The steps of a traced operation: of each thread and call, which of its calls."""
    counts = collections.Counter()
    for line in trace.splitlines():
        words = line.split(None, 1)
        if len(words) == 2 and "(" in words[1] and "resumed>" not in line:
            counts[words[0], words[1].split("(")[0]] += 1
    most = collections.Counter()
    for (_, call), count in counts.items():
        most[call] = max(most[call], count)
    chosen = [(call, number) for call in SYNCS for number in range(1, most[call] + 1)]
    for call in writes:
        numbers = range(1, most[call] + 1)
        middle = [numbers[len(numbers) * step // (MIDDLE_WRITES + 1)] for step in range(1, MIDDLE_WRITES + 1)] if numbers else []
        chosen += [(call, number) for number in sorted({*numbers[:1], *middle, *numbers[-2:]})]
    return chosen


def inject(point: tuple[str, int]) -> list[str]:
    return ["-e", f"inject={point[0]}:signal=SIGKILL:when={point[1]}"]


# -- a process that runs

class Tracer:
    """strace on a vault that is being served."""

    def __init__(self, vault: Vault, options: list[str]):
        self.vault = vault
        self.output = vault.folder / "strace"
        messages = open(vault.folder / "strace.log", "wb")
        self.process = subprocess.Popen(
            ["strace", "-f", "-o", self.output, "-e", "trace=" + ",".join(SYNCS + WRITES), *options, "-p",
             str(vault.process.pid)], stdout=messages, stderr=messages)
        until(lambda: b"attached" in (vault.folder / "strace.log").read_bytes(), "strace is attached", every=0.01)

    def detach(self) -> str:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.wait(20)
        return self.output.read_text()


def attempt(operation, vault: Vault, devices: dict) -> bool:
    """Whether the operation was answered."""
    try:
        operation(vault, devices)
        return True
    except (OSError, http.client.HTTPException, AssertionError):
        if vault.process.poll() is None:
            # Killed but not reaped yet, or really refused.
            vault.process.wait(10)
        return False


def check(vault: Vault, devices: dict) -> None:
    for device in devices.values():
        known = len(vault.states(device.name))
        for version in range(1, known + 1):
            if (device.name, version) in device.gone:
                assert vault.released(device, version) == "destroyed"
            else:
                assert vault.released(device, version) == device.expected(version), f"{device.name} {version}"


def crash_at(point, template: Vault, devices: dict, folder, operation, is_done) -> bool:
    """Kills the served vault at a step and checks what is left; returns whether it was killed there.

    A step is counted in its thread, and threads share their work as it comes: one that is not reached is tried again."""
    for _ in range(TRIES):
        run = template.copy(folder / "run").serve()
        tracer = Tracer(run, inject(point))
        answered = attempt(operation, run, devices)
        if answered:
            until(lambda: run.process.poll() is not None or is_done(run, devices), "the operation ends or dies", 20)
        tracer.detach()
        was_killed = run.process.poll() == -signal.SIGKILL
        run.stop()
        run.verify_audit()
        with run:
            assert not list(run.directory.glob("outgoing-*")), point
            check(run, devices)
            if not is_done(run, devices):
                operation(run, devices)
                until(lambda: is_done(run, devices), f"{point}: the operation can be done again", 20)
            check(run, devices)
        run.verify_audit()
        if was_killed:
            return True
    return False


def crash_everywhere(template: Vault, devices: dict, folder, operation, is_done, writes=DATABASE_WRITES) -> int:
    """Kills the served vault at each step of `operation`, and checks what is left.

    `operation` is repeated afterwards until `is_done`."""
    run = template.copy(folder / "count").serve()
    tracer = Tracer(run, [])
    operation(run, devices)
    until(lambda: is_done(run, devices), "the operation is done", 20)
    chosen = points(tracer.detach(), writes)
    run.stop()
    assert {"fsync", "fdatasync"} & {call for call, _ in chosen}, "what was answered was not on the disk"
    killed = sum(crash_at(point, template, devices, folder, operation, is_done) for point in chosen)
    print(f"{killed} kills at {len(chosen)} steps: {chosen}")
    return killed


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A vault with three devices; the first is asked to rotate, the second is due to be destroyed on one clock."""
    vault = Vault(tmp_path_factory.mktemp("template"))
    vault.init()
    vault.provision()
    with vault:
        devices = {name: vault.enrol(name) for name in ("pump-1", "pump-2", "pump-3")}
        for device in devices.values():
            device.gone = set()
            assert vault.released(device, 1) == device.expected(1)
        vault.operate("POST", "/v1/devices/pump-1/rotation")
        devices["pump-1"].message = devices["pump-1"].rotation(vault.public_key, 2)
        people(vault)
    return vault, devices


def people(vault: Vault) -> None:
    """Two custodians: the operator lets the first one in, and the two of them the second."""
    for name in ("alice", "bob"):
        folder = vault.credentials / name
        sealedbeat("vault", "person", "request", name, "--out", folder, "--allow-disk")
        vault.command("person", "add", name, "--role", "custodian", "--request", folder / "request.pem", "--reason", "joins")
        if name == "bob":
            vault.command("proposals", "approve", "1", identity="alice")
        vault.command("person", "certificate", name, "--out", folder)


def test_rotation_of_a_device_key(template, tmp_path):
    vault, devices = template
    device = devices["pump-1"]

    def rotate(run, _):
        status, answer = run.ask(device.folder, "POST", "/v1/rotate", device.message)
        assert status == 200, answer

    assert crash_everywhere(vault, devices, tmp_path, rotate, lambda run, _: len(run.states("pump-1")) == 2) >= 6


def test_rotation_of_the_tenant_key_and_rewrap(template, tmp_path):
    vault, devices = template

    def rotate(run, _):
        if run.operate("GET", "/v1/rewrap")["version"] == 1:
            run.operate("POST", "/v1/tenant-key/rotation", {"reason": "test"})

    def is_done(run, _):
        progress = run.operate("GET", "/v1/rewrap")
        old = [key for key in run.operate("GET", "/v1/report")["ownKeys"] if key["id"] == "tenant-kek/1"]
        return progress["version"] == 2 and progress["remaining"] == 0 and old[0]["state"] == "destroyed"

    assert crash_everywhere(vault, devices, tmp_path, rotate, is_done) >= 8


def test_backup(template, tmp_path):
    vault, devices = template

    def back_up(run, _):
        status, answer = run.ask("svc.operator", "POST", "/v1/backup")
        assert status == 200 and len(answer) > 1000
        run.backed_up = True

    assert crash_everywhere(vault, devices, tmp_path, back_up, lambda run, _: getattr(run, "backed_up", False), WRITES) >= 8


def test_destruction(template, tmp_path):
    vault, devices = template
    due = vault.copy(tmp_path / "due")
    with due:
        answer = due.command("destroy", "pump-2", "--days", "7", "--reason", "over", identity="alice")
        due.command("proposals", "approve", str(json.loads(answer.stdout)["id"]), identity="bob")
    # Seven days, on both clocks; the vault would not open without the signature.
    due.tamper("UPDATE destruction SET due = 1, observed_due = 0")
    sign_policy(due.directory, due.root)
    (wrapped,), = due.rows("SELECT wrapped FROM device_key WHERE device = 'pump-2'")
    kept = {name: device for name, device in devices.items() if name != "pump-2"}

    def is_done(run, _):
        return run.states("pump-2") == ["destroyed"]

    def wait(run, _):
        until(lambda: run.process.poll() is not None or is_done(run, _), "the first round of upkeep", 20)
        assert run.process.poll() is None

    assert crash_everywhere(due, kept, tmp_path, wait, is_done) >= 6
    # The last of these runs: nothing of the key is left in any file.
    run = Vault(tmp_path / "run", vault.credentials)
    assert all(wrapped not in file.read_bytes() for file in run.directory.iterdir() if file.is_file())
    with run:
        assert run.released(devices["pump-2"], 1) == "destroyed"
        run.command("certificate", "pump-2", "--out", str(tmp_path / "certificate"))
    subprocess.run(
        ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "audit-key.pem", "-rawin", "-in", "statement.json", "-sigfile",
         "signature.bin"], cwd=tmp_path / "certificate", check=True)


# -- a command

def crash_command(arguments, folder, prepare, finish) -> int:
    """Kills a command at each step; `finish` then does it again and looks."""
    trace = folder / "trace"
    prepare()
    options = ["strace", "-f", "-o", str(trace), "-e", "trace=" + ",".join(SYNCS + WRITES)]
    sealedbeat(*arguments, tracer=options)
    chosen = points(trace.read_text())
    killed = 0
    for point in chosen:
        prepare()
        result = sealedbeat(*arguments, tracer=[*options, *inject(point)], check=False)
        killed += result.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
        finish(point, result)
    print(f"{killed} kills at {len(chosen)} steps: {chosen}")
    return killed


def test_init(tmp_path):
    vault = Vault(tmp_path / "new")

    def prepare():
        shutil.rmtree(vault.folder, ignore_errors=True)
        vault.folder.mkdir()

    def finish(point, _):
        again = vault.init(check=False)
        assert again.returncode == 0 or "holds a vault already" in again.stderr, f"{point}: {again.stderr}"
        # It opens with its root, and issues identities.
        vault.provision()
        vault.verify_audit()

    assert crash_command(["vault", "init", *vault.place], tmp_path, prepare, finish) >= 8


def test_restore(template, tmp_path):
    vault, devices = template
    source = vault.copy(tmp_path / "source")
    backup, recovery = tmp_path / "backup", tmp_path / "recovery"
    with source:
        source.command("backup", "--out", str(backup), "--recovery-out", str(recovery))
    target = Vault(tmp_path / "restored", vault.credentials)

    def prepare():
        shutil.rmtree(target.folder, ignore_errors=True)
        target.folder.mkdir()
        shutil.copy(source.root, target.root)

    arguments = ["vault", "restore", "--backup", backup, "--recovery", recovery, *target.place]

    def finish(point, result):
        if not (target.directory / "vault.sqlite").exists():
            sealedbeat(*arguments)
        target.verify_audit()
        actions = [cbor2.loads(entry)[3] for entry, in target.rows("SELECT entry FROM audit ORDER BY seq")]
        assert actions.count("restore") == 1, f"{point}: the log says that it was restored"

    killed = crash_command(arguments, tmp_path, prepare, finish)
    with target:
        check(target, devices)
    assert killed >= 8
