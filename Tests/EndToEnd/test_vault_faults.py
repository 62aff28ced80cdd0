"""A disk that is full: the vault refuses, does nothing, and goes on when there is room."""
import contextlib
import json
import os
import subprocess

import pytest

from vault_process import Vault
from waiting import until


def code(answer: tuple[int, bytes]) -> str:
    status, body = answer
    return json.loads(body)["error"]["code"] if status != 200 else "done"


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system takes root")
def test_a_full_disk_stops_the_vault_and_harms_nothing(tmp_path):
    vault = Vault(tmp_path)
    vault.directory.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m,mode=700", "tmpfs", vault.directory], check=True)
    try:
        vault.init()
        vault.provision()
        with vault:
            device = vault.enrol("pump-1")
            assert vault.released(device, 1) == device.expected(1)
            before = vault.rows("SELECT COUNT(*) FROM audit"), vault.rows("SELECT * FROM device_key"), vault.rows(
                "SELECT * FROM access_grant")
            filler = vault.directory / "filler"
            with open(filler, "wb", buffering=0) as file:
                for size in (65536, 4096, 1):
                    with contextlib.suppress(OSError):
                        while True:
                            file.write(bytes(size))

            def suspend():
                return vault.ask("svc.operator", "POST", "/v1/devices/pump-1/suspension", {"reason": "test"})

            # SQLite's log has room inside the file that is there already; then nothing is done any more.
            def turn():
                answer = code(suspend())
                if answer == "done":
                    vault.operate("DELETE", "/v1/devices/pump-1/suspension?reason=test")
                return answer == "audit-unavailable"

            with contextlib.suppress(AssertionError):
                until(turn, "the disk is full")
            until(lambda: code(suspend()) == "audit-unavailable", "the disk is full")
            states = vault.rows("SELECT state FROM device_key")
            for method, path, body in (
                ("POST", "/v1/devices/pump-1/rotation", None), ("POST", "/v1/claims", {"device": "pump-2"}),
                ("POST", "/v1/tenant-key/rotation", {"reason": "test"}),
                ("POST", "/v1/grants", {"service": "svc.notifier", "purpose": "session"}),
                ("POST", "/v1/devices/pump-1/destruction", {"reason": "test"}), ("GET", "/v1/report", None),
            ):
                assert code(vault.ask("svc.operator", method, path, body)) == "audit-unavailable", path
            import cbor2
            session, iv = device.sessions[1]
            request = cbor2.dumps([1, [["pump-1", session, iv, 1, 1]]], canonical=True)
            assert code(vault.ask("svc.decryptor", "POST", "/v1/session-keys", request)) == "audit-unavailable"
            assert code(vault.ask("svc.operator", "POST", "/v1/backup")) in ("audit-unavailable", "storage")
            assert vault.rows("SELECT state FROM device_key") == states
            assert vault.rows("SELECT * FROM access_grant") == before[2]
            assert vault.rows("SELECT pending FROM device") == [(None,)]
            assert not list(vault.directory.glob("outgoing-*"))

            filler.unlink()
            if vault.states("pump-1") == ["suspended"]:
                vault.operate("DELETE", "/v1/devices/pump-1/suspension?reason=room")
            assert vault.released(device, 1) == device.expected(1)
            assert vault.operate("POST", "/v1/devices/pump-1/rotation")["version"] == 2
        vault.verify_audit()
        with vault:
            assert vault.released(device, 1) == device.expected(1)
    finally:
        subprocess.run(["umount", "-l", vault.directory], check=False)
