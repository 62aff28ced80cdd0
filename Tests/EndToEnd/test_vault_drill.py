"""The compromise drill, as docs/security tells it: what the command lists is what the store holds under the key, and no more."""
import json

from independent_device import IndependentDevice
from waiting import until


def test_a_compromise_report_lists_exactly_what_is_exposed(system, tmp_path):
    credentials = f"{system.addresses['credentials']}/svc.operator"

    def vault(*arguments) -> dict:
        result = system.command(
            "vault", *arguments, "--data-dir", system.data, "--vault", system.addresses["vaultURL"], "--credentials", credentials)
        return json.loads(result.stdout)

    truth: dict[str, dict[str, int]] = {}
    devices = {}
    for name, sessions in (("drill-1", (3, 5)), ("drill-2", (4,))):
        device = devices[name] = IndependentDevice(system.claim(name), tmp_path / name).connect()
        device.subscribe(f"sb/1/{name}/receipt")
        truth[name] = {}
        for number, chunks in enumerate(sessions):
            if number:
                device.begin_session()
            for _ in range(chunks):
                device.publish(device.chunk())
            device.wait_for_receipt(chunks - 1)
            truth[name][device.session.hex()] = chunks
    until(lambda: system.analysed() == 12, "everything is analysed")

    report = vault("compromise", "report", "drill-1", "--reason", "its debug port was open")
    assert report["versions"] == [1] and report["nextVersion"] == 2
    assert {session["session"]: session["chunks"] for session in report["sessions"]} == truth["drill-1"]
    assert report["chunks"] == 8
    assert all(session["keyVersion"] == 1 and session["keysFirstReleasedMs"] for session in report["sessions"])
    assert vault("compromise", "show", "drill-1") == report

    # Whoever has the key can seal a chunk of a session that was never there: it is stored, and its key is not released.
    forger = devices["drill-1"]
    forger.begin_session()
    forger.publish(forger.chunk())
    forger.wait_for_receipt(0)
    until(lambda: system.rows("chunks", "SELECT COUNT(*) FROM chunk") == [(13,)], "the forged chunk is stored")

    def refusals():
        listing = system.command(
            "vault", "audit", "list", "--vault", system.addresses["vaultURL"], "--credentials", credentials).stdout
        return [entry for entry in json.loads(listing) if entry["reason"].startswith(f"compromised, session {forger.session.hex()}")]

    until(refusals, "its key was refused")
    assert system.analysed() == 12
    shown = vault("compromise", "show", "drill-1")
    assert {session["session"] for session in shown["sessions"] if session.get("keysFirstReleasedMs")} == set(truth["drill-1"])
    # The other device is none of this.
    other = devices["drill-2"]
    other.publish(other.chunk())
    other.wait_for_receipt(4)
    until(lambda: system.analysed() == 13, "the other device's chunks are analysed")
    for device in devices.values():
        device.disconnect()
