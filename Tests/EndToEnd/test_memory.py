"""What the vault's memory gives away: to a crash, to a core dump, to the process table and to the log."""
import base64
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from guarded_vault import VaultProcess

REQUIRED = bool(os.environ.get("SEALEDBEAT_REQUIRE_RECORDINGS"))


@pytest.fixture
def vault(tmp_path):
    with VaultProcess(tmp_path) as vault:
        yield vault


def use(vault: VaultProcess) -> dict[str, bytes]:
    """Does everything once that touches a key, and returns every key."""
    devices = [vault.enrol(f"pump-{number}") for number in range(3)]
    sessions = {}
    for device in devices:
        for _ in range(3):
            device.begin_session()
            sessions[f"session of {device.name}"] = vault.session_key(device)
    vault.operate("suspend", "pump-1", "--reason", "lost")
    vault.operate("resume", "pump-1", "--reason", "found")
    keys = vault.unwrapped()
    for device in devices:
        assert keys[f"{device.name}/1"] == device.data_key, "the independent reading finds what the device made"
    assert len(keys) == 11
    return keys


def traces(keys: dict[str, bytes], contents: bytes) -> list[str]:
    """Which keys are in some bytes, and in which form; a P-256 or Curve25519 scalar may lie in either byte order."""
    found = []
    for name, key in keys.items():
        forms = {
            "raw": key, "reversed": key[::-1], "hexadecimal": key.hex().encode(), "capitals": key.hex().upper().encode(),
            "base 64": base64.b64encode(key).rstrip(b"="),
            # Words of 64 bits, as big-number arithmetic keeps a big-endian number.
            "words": b"".join(key[i:i + 8][::-1] for i in range(24, -8, -8)),
        }
        found += [f"{name} ({form})" for form, needle in forms.items() if needle in contents]
    return found


def core_of(vault: VaultProcess, everything: bool = False) -> bytes:
    """The core that a debugger of root takes of the running vault; with `everything`, also of what is marked as not to be
    dumped."""
    file = vault.folder / "core"
    options = ["-ex", "set dump-excluded-mappings on", "-ex", "set use-coredump-filter off"] if everything else []
    result = subprocess.run(
        ["gdb", "--batch", "-nx", "-p", str(vault.process.pid), *options, "-ex", f"gcore {file}"],
        capture_output=True, text=True, timeout=120)
    assert file.exists(), result.stdout + result.stderr
    contents = file.read_bytes()
    file.unlink()
    return contents


@pytest.mark.skipif(
    not REQUIRED and (shutil.which("gdb") is None or os.geteuid() != 0), reason="needs gdb, and root to attach it")
def test_a_core_of_the_running_vault_holds_no_key(vault):
    keys = use(vault)
    contents = core_of(vault)
    assert len(contents) > 1 << 20, "there was something to look at"
    assert b"pump-1" in contents, "the scan finds what is there"
    assert traces(keys, contents) == []
    assert vault.process.poll() is None


@pytest.mark.skipif(
    not REQUIRED and (shutil.which("gdb") is None or os.geteuid() != 0), reason="needs gdb, and root to attach it")
def test_a_sealed_vault_holds_no_key_at_all(vault):
    keys = use(vault)
    assert "pump-0/1 (raw)" in traces(keys, core_of(vault, everything=True)), "an open vault has it in its cache"
    vault.operate("seal")
    assert traces(keys, core_of(vault, everything=True)) == []


@pytest.mark.parametrize("sent", [signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS])
def test_a_crash_leaves_no_core_and_tells_no_key(vault, sent):
    keys = use(vault)
    os.kill(vault.process.pid, sent)
    _, status = os.waitpid(vault.process.pid, 0)
    vault.process.returncode = -sent
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == sent
    assert not os.WCOREDUMP(status)
    assert list(vault.working.iterdir()) == []
    assert traces(keys, vault.log.read_bytes()) == []


def test_nothing_in_arguments_environment_and_log(vault):
    keys = use(vault)
    process = Path(f"/proc/{vault.process.pid}")
    for part in ("cmdline", "environ"):
        if os.access(process / part, os.R_OK):
            assert traces(keys, (process / part).read_bytes()) == [], part
    log = vault.log.read_bytes()
    assert b"device enrolled" in log
    assert traces(keys, log) == []
    for file in vault.data.iterdir():
        if file.is_file():
            assert traces(keys, file.read_bytes()) == [], file


def test_the_process_is_hardened(vault):
    process = Path(f"/proc/{vault.process.pid}")
    status = (process / "status").read_text()
    assert re.search(r"NoNewPrivs:\s+1", status)
    assert re.search(r"Max core file size\s+0\s+0", (process / "limits").read_text())
    locked = int(re.search(r"VmLck:\s+(\d+) kB", status).group(1))
    stated = vault.operate("status")
    if '"lockedMemory":"all"' in stated:
        assert locked > 20_000
    else:
        assert '"lockedMemory":"secrets"' in stated and locked >= 4096
