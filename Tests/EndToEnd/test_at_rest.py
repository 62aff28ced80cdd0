"""What lies on the disk, in the logs and in the process table."""
import os
import re
import struct
from pathlib import Path

import pytest

from waiting import until

NAME = "Wilhelmine Unverwechselbar"
#: Samples of a wave that is found nowhere by chance.
WAVE = [((index * 7919) % 4001) - 2000 for index in range(187)]


@pytest.fixture(scope="module")
def used(shared_system, tmp_path_factory, recordings):
    """A system that has done everything once."""
    from independent_device import IndependentDevice

    system = shared_system
    system.add_user("doctor")
    system.add_patient(NAME, "rest-106")
    system.device("rest-106", "--record", recordings / "106", "--speed", "60", "--duration", "300").wait()
    device = IndependentDevice(system.claim("rest-wave"), tmp_path_factory.mktemp("wave") / "state").connect()
    device.subscribe("sb/1/rest-wave/receipt")
    for _ in range(4):
        device.publish(device.chunk(samples=struct.pack("<187h", *WAVE)))
    device.wait_for_receipt(3)
    device.disconnect()
    until(lambda: system.analysed() >= system.committed() > 0, "everything is analysed")
    until(lambda: system.sinks.mails(), "an alert was told")
    return system, device


def files(folder: Path):
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]


def test_no_sample_and_no_name_on_the_disk(used):
    system, device = used
    needles = {
        "samples, little-endian": struct.pack("<8h", *WAVE[20:28]),
        "samples, big-endian": struct.pack(">8h", *WAVE[20:28]),
        "samples, as text": ",".join(map(str, WAVE[20:26])).encode(),
        "samples, as float": struct.pack("<4f", *WAVE[20:24]),
        "name": NAME.encode(), "surname": b"Unverwechselbar", "birth date": b"1950-02-03",
        "data key": device.data_key, "data key, hexadecimal": device.data_key.hex().encode(),
    }
    looked = 0
    for file in files(system.data) + files(system.folder / "devices"):
        contents = file.read_bytes()
        looked += len(contents)
        for what, needle in needles.items():
            assert needle not in contents, f"{what} in {file}"
    assert looked > 100_000, "there was something to look at"
    # The scan finds what is there.
    assert any(b"rest-wave" in file.read_bytes() for file in files(system.data / "store"))


def test_no_private_key_on_the_disk(used):
    system, _ = used
    for file in files(system.data) + files(system.folder / "devices"):
        contents = file.read_bytes()
        assert b"BEGIN PRIVATE KEY" not in contents and b"BEGIN EC PRIVATE KEY" not in contents, file
    mode = (system.data / "vault/root.key").stat().st_mode & 0o777
    assert mode == 0o600


def test_nothing_secret_in_logs_arguments_and_environment(used):
    system, device = used
    root_key = (system.data / "vault/root.key").read_bytes()
    password = system.sinks.password_file.read_bytes()
    secret = system.sinks.secret_file.read_bytes()
    texts = {str(log): log.read_bytes() for log in [*(system.data / "log").iterdir(), system.folder / "up.log"]}
    for child in system.state["children"]:
        for part in ("cmdline", "environ"):
            process = Path(f"/proc/{child['processIdentifier']}/{part}")
            if os.access(process, os.R_OK):
                texts[f"{child['name']} {part}"] = process.read_bytes()
    assert any("cmdline" in name for name in texts)
    for where, text in texts.items():
        for needle in (root_key, root_key.hex().encode(), password, secret, device.data_key.hex().encode(), NAME.encode()):
            assert needle not in text, where
        assert not re.search(rb"PRIVATE KEY", text), where


def test_processes_leave_no_core_dump(used):
    system, _ = used
    for name in ("vault", "broker", "decryptor", "notifier", "dashboard", "retention"):
        limits = Path(f"/proc/{system.child(name)['processIdentifier']}/limits").read_text()
        assert re.search(r"Max core file size\s+0\s+0", limits), name


def test_credentials_lie_in_memory(used):
    system, _ = used
    credentials = Path(system.addresses["credentials"])
    kind = os.popen(f"stat -f -c %T {credentials}").read().strip()
    assert kind in ("tmpfs", "ramfs")
    assert all(file.stat().st_mode & 0o077 == 0 for file in files(credentials))


def test_certificates_are_what_openssl_says(used):
    import subprocess

    system, _ = used
    credentials = Path(system.addresses["credentials"])
    for service in ("svc.broker", "svc.decryptor", "svc.vault"):
        folder = credentials / service
        subprocess.run(
            ["openssl", "verify", "-x509_strict", "-CAfile", folder / "service-ca.pem", folder / "identity.pem"],
            check=True, capture_output=True)
        text = subprocess.run(
            ["openssl", "x509", "-in", folder / "identity.pem", "-noout", "-subject"], check=True, capture_output=True,
            text=True).stdout
        assert service in text
