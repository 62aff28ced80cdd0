"""Disk full, a corrupted page, a malformed weights file, a port in use: a sentence that helps, and nothing committed is lost."""
import contextlib
import os
import socket
import sqlite3
import subprocess

import pytest

from system import BINARY, System
from waiting import until


def test_a_malformed_weights_file_is_one_sentence(tmp_path):
    weights = tmp_path / "bad.safetensors"
    weights.write_bytes(b"\xff" * 4096)
    result = subprocess.run(
        [BINARY, "decryptor", "--data-dir", tmp_path / "data", "--set", f"decryptor.model={weights}"], capture_output=True,
        text=True, timeout=60)
    assert result.returncode == 78
    assert str(weights) in result.stderr and "Fatal" not in result.stderr


def test_a_wrong_setting_is_one_sentence(tmp_path):
    for setting, expected in (("mqtt.port=banana", "0 to 65535"), ("no.such.key=1", "no key"), ("nonsense", "key=value")):
        result = subprocess.run(
            [BINARY, "up", "--data-dir", tmp_path / "data", "--set", setting], capture_output=True, text=True, timeout=60)
        assert result.returncode == 78 and expected in result.stderr, result.stderr
        assert len(result.stderr.strip().splitlines()) == 1


def test_a_port_in_use_and_a_missing_mosquitto_are_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for setting, expected in ((f"dashboard.port={port}", f"Port {port}"), ("up.mosquitto=/nowhere", "mosquitto is not at")):
            result = subprocess.run(
                [BINARY, "up", "--data-dir", tmp_path / "data", "--set", setting], capture_output=True, text=True, timeout=60)
            assert result.returncode == 69 and expected in result.stderr, result.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system takes root")
def test_a_full_disk_loses_nothing(tmp_path, recordings):
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs", data], check=True)
    try:
        with System(tmp_path) as system:
            system.add_patient("Somebody", "bed-100")
            device = system.device("bed-100", "--record", recordings / "100", "--speed", "20", "--duration", "900")
            until(lambda: system.committed() > 10, "chunks arrive")
            filler = data / "filler"
            with open(filler, "wb") as file, contextlib.suppress(OSError):
                while True:
                    os.write(file.fileno(), bytes(65536))
            until(lambda: system.metric("broker", "sealedbeat_broker_transaction_failures_total") > 0, "the disk is full", 120)
            filler.unlink()
            sealed = device.wait()["chunksSealed"]
            assert system.committed() == sealed
            until(lambda: system.analysed() == sealed, "everything is analysed", 120)
    finally:
        subprocess.run(["umount", "-l", data], check=False)


def test_a_corrupted_page_is_named_and_spares_the_other_files(tmp_path, recordings):
    system = System(tmp_path)
    try:
        system.start()
        system.add_patient("Somebody", "bed-100")
        sealed = system.device("bed-100", "--record", recordings / "100", "--speed", "60", "--duration", "300").wait()["chunksSealed"]
        until(lambda: system.analysed() == sealed, "everything is analysed")
        system.process.terminate()
        system.process.wait(60)
        file = system.data / "store/chunks.sqlite"
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = file.stat().st_size // 4096
        assert pages > 10
        with open(file, "r+b") as raw:
            raw.seek(4096 * (pages // 2))
            raw.write(b"\xa5" * 4096)
        result = subprocess.run(
            [BINARY, "broker", "--data-dir", system.data], capture_output=True, text=True, timeout=60,
            env=os.environ | {"CREDENTIALS_DIRECTORY": "/nonexistent"})
        assert result.returncode == 65, result.stderr
        assert "chunks.sqlite" in result.stderr
        assert system.analysed() == sealed
    finally:
        system.stop()
