"""A device gets a new data key while it streams, by the operator's command, through the real parts."""
from system import System
from waiting import until


def test_a_key_is_rotated_while_the_device_streams(system, recordings):
    system.add_patient("Somebody", "bed-200")
    device = system.device("bed-200", "--record", recordings / "200", "--speed", "12", "--duration", "480")
    until(lambda: system.committed() > 20, "chunks arrive")
    credentials = f"{system.addresses['credentials']}/svc.operator"
    answer = system.command(
        "vault", "rotate", "bed-200", "--data-dir", system.data, "--vault", system.addresses["vaultURL"],
        "--credentials", credentials)
    assert "key 2" in answer.stdout
    until(lambda: len(system.rows("chunks", "SELECT 1 FROM session")) == 2, "a session under the new key has begun", 60)
    summary = device.wait()
    assert summary["held"] == 0 and summary["lostSamples"] == 0, "no sample was lost at the change"
    sessions = system.rows("chunks", "SELECT key_version, next, highest FROM session ORDER BY id")
    assert [version for version, _, _ in sessions] == [1, 2]
    assert all(following == highest + 1 for _, following, highest in sessions)
    assert system.committed() == summary["chunksSealed"]
    until(lambda: system.analysed() == system.committed(), "what both keys sealed is analysed")
    assert system.metric("decryptor", "sealedbeat_decryptor_refused_chunks_total") == 0


def test_keys_are_rotated_by_themselves_when_their_crypto_period_ends(tmp_path, recordings):
    """No command: the vault asks the device, which goes on streaming without a gap under one key after another."""
    with System(tmp_path, {"vault.device-key-period-seconds": "10"}) as system:
        system.add_patient("Somebody", "bed-200")
        device = system.device("bed-200", "--record", recordings / "200", "--speed", "12", "--duration", "480")
        summary = device.wait()
        assert summary["held"] == 0 and summary["lostSamples"] == 0, "no sample was lost at a change"
        sessions = system.rows("chunks", "SELECT key_version, next, highest FROM session ORDER BY id")
        versions = [version for version, _, _ in sessions]
        assert len(versions) >= 3 and versions == sorted(versions), versions
        assert all(following == highest + 1 for _, following, highest in sessions)
        assert system.committed() == summary["chunksSealed"]
        until(lambda: system.analysed() == system.committed(), "what every key sealed is analysed")
        assert system.metric("decryptor", "sealedbeat_decryptor_refused_chunks_total") == 0


def test_the_audit_log_knows_of_every_release_and_verifies(shared_system, tmp_path):
    from independent_device import IndependentDevice

    system = shared_system
    device = IndependentDevice(system.claim("audit-1"), tmp_path / "state").connect()
    device.subscribe("sb/1/audit-1/receipt")
    device.publish(device.chunk())
    device.wait_for_receipt(0)
    device.disconnect()
    until(lambda: system.rows("findings", "SELECT 1 FROM analysis WHERE device = 'audit-1'"), "its key was released")
    credentials = f"{system.addresses['credentials']}/svc.operator"
    listing = system.command("vault", "audit", "list", "--vault", system.addresses["vaultURL"], "--credentials", credentials)
    assert "audit-1" in listing.stdout and "svc.decryptor" in listing.stdout
    assert device.data_key.hex() not in listing.stdout
    verified = system.command("vault", "audit", "verify", "--vault-dir", system.data / "vault")
    assert verified.returncode == 0, verified.stderr
