"""The audit log: `sealedbeat vault audit` and docs/audit-verify.py, which shares no code with it, judge alike."""

import http.client
import http.server
import json
import os
import pathlib
import queue
import resource
import secrets
import shutil
import signal
import sqlite3
import ssl
import subprocess
import sys
import threading

import cbor2
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("SEALEDBEAT", ROOT / ".build/release/sealedbeat"))
VERIFIER = ROOT / "docs/audit-verify.py"
CORPUS = json.loads((ROOT / "Tests/Vectors/audit-tampering.json").read_text())["tamperings"]


def run(*arguments, expect=0):
    done = subprocess.run([BINARY, *map(str, arguments)], capture_output=True, text=True, timeout=120)
    assert done.returncode == expect, (arguments, done.returncode, done.stdout, done.stderr)
    return done


class Vault:
    """A vault made by the command line, served when asked."""

    def __init__(self, folder: pathlib.Path):
        self.folder, self.directory = folder, folder / "vault"
        self.credentials = folder / "credentials"
        self.process = None
        run("vault", "init", "--vault-dir", self.directory)
        run("vault", "provision", "--vault-dir", self.directory, "--credentials-out", self.credentials, "--allow-disk")
        self.key = (self.credentials / "svc.operator/audit-key.hex").read_text().strip()

    def serve(self, *flags):
        self.process = subprocess.Popen(
            [BINARY, "vault", "serve", "--vault-dir", self.directory, "--listen", "127.0.0.1:0", "--enrol-listen",
             "127.0.0.1:0", *map(str, flags)],
            stderr=subprocess.PIPE, text=True)
        begun = self.lines_until_ready()
        assert self.process.poll() is None, begun
        self.port = int(json.loads(begun[-1])["service"].rsplit(":", 1)[1])
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        return self

    def lines_until_ready(self):
        lines = []
        for line in iter(self.process.stderr.readline, ""):
            lines.append(line)
            if "vault is ready" in line:
                break
        else:
            self.process.wait(30)
        return lines

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(60)

    def connect(self, service):
        identity = self.credentials / service
        context = ssl.create_default_context(cafile=identity / "service-ca.pem")
        context.load_cert_chain(identity / "identity.pem", identity / "identity.key")
        return http.client.HTTPSConnection("localhost", self.port, context=context, timeout=60)

    def ask_for_keys(self, count, connection=None):
        """Asks for the keys of sessions of a device that does not exist: refused and recorded, an entry each."""
        connection = connection or self.connect("svc.decryptor")
        requests = [["pump-1", secrets.token_bytes(16), secrets.token_bytes(12), 1, 1] for _ in range(count)]
        connection.request("POST", "/v1/session-keys", cbor2.dumps([1, requests]))
        answer = connection.getresponse()
        answer.read()
        return answer.status

    def audit(self, *arguments, expect=0):
        return run("vault", "audit", *arguments, "--vault", f"https://localhost:{self.port}", "--credentials",
                   self.credentials / "svc.operator", expect=expect).stdout


def judge(directory, key=None, witness=None, at_least=None):
    """What both verifiers say, which must be the same: whether the log is whole, and the first bad entry."""
    flags = [word for name, value in (("--key", key), ("--witness", witness), ("--at-least", at_least)) if value
             for word in (name, str(value))]
    ours = subprocess.run([BINARY, "vault", "audit", "verify", "--vault-dir", directory, "--json", *flags],
                          capture_output=True, text=True, timeout=120)
    theirs = subprocess.run([sys.executable, VERIFIER, directory, *flags], capture_output=True, text=True, timeout=120)
    assert ours.returncode == theirs.returncode and ours.returncode in (0, 1), (ours, theirs)
    mine, other = json.loads(ours.stdout), json.loads(theirs.stdout)
    assert mine["isWhole"] == other["isWhole"] == (ours.returncode == 0), (mine, other)
    if mine["isWhole"]:
        assert mine == other
    else:
        assert mine.get("firstBadEntry") == other["firstBadEntry"], (mine, other)
    return other


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """A closed vault with about 2,500 entries, an older copy of its directory, and a witness's file."""
    vault = Vault(tmp_path_factory.mktemp("audit"))
    vault.witness = vault.folder / "witness"
    vault.serve("--witness-file", vault.witness)
    assert [vault.ask_for_keys(count) for count in (1000, 1000, 400)] == [200] * 3
    vault.stop()
    vault.older = vault.folder / "older"
    shutil.copytree(vault.directory, vault.older)
    vault.serve("--witness-file", vault.witness)
    vault.ask_for_keys(5)
    vault.stop()
    vault.verdict = judge(vault.directory, vault.key, vault.witness)
    vault.mark = f"{vault.verdict['count']}:{vault.verdict['head']}"
    return vault


@pytest.fixture
def copy(history, tmp_path):
    return pathlib.Path(shutil.copytree(history.directory, tmp_path / "copy"))


def test_a_log_that_nobody_touched_is_whole(history):
    verdict = judge(history.directory, history.key, history.witness, history.mark)
    assert verdict["isWhole"] and verdict["count"] > 2400 and verdict["checkpoints"] == 3 and verdict["witnessed"] >= 3
    assert verdict["publicKey"] == history.key
    assert len(VERIFIER.read_text().splitlines()) < 100


@pytest.mark.parametrize("tampering", CORPUS, ids=lambda tampering: tampering["name"])
def test_tampering_is_found_and_named_alike(history, copy, tampering):
    with sqlite3.connect(copy / "vault.sqlite", isolation_level=None) as database:
        database.executescript(tampering["sql"])
    database.close()
    against = tampering.get("against")
    verdict = judge(copy, history.key, history.witness if against == "witness" else None,
                    history.mark if against == "mark" else None)
    expected = tampering["firstBadEntry"]
    if isinstance(expected, dict):
        expected = history.verdict["count"] + expected["afterLast"]
    assert not verdict["isWhole"] and verdict["firstBadEntry"] == expected, verdict


def test_removed_and_foreign_files_are_found(history, copy, tmp_path):
    assert not judge(copy, "00" * 32)["isWhole"]
    assert not judge(copy, history.key, tmp_path / "none")["isWhole"]
    for text in (b"{}\n", history.witness.read_bytes().replace(b'"count":', b'"count":1', 1)):
        (tmp_path / "witness").write_bytes(text)
        assert not judge(copy, history.key, tmp_path / "witness")["isWhole"]
    (tmp_path / "witness").write_bytes(history.witness.read_bytes() + b'{"chain":"00')
    assert judge(copy, history.key, tmp_path / "witness")["isWhole"]
    page = bytearray((copy / "vault.sqlite").read_bytes())
    page[4096 * 20:4096 * 30] = bytes(4096 * 10)
    (copy / "vault.sqlite").write_bytes(page)
    assert not judge(copy, history.key)["isWhole"]
    (copy / "vault.sqlite").unlink()
    assert not judge(copy, history.key)["isWhole"]


def test_entries_that_rest_in_sqlites_log_are_missed_when_it_is_removed(tmp_path):
    vault = Vault(tmp_path).serve("--witness-file", tmp_path / "witness")
    vault.ask_for_keys(10)
    vault.stop(signal.SIGKILL)
    assert (vault.directory / "vault.sqlite-wal").stat().st_size > 0
    stated = judge(shutil.copytree(vault.directory, tmp_path / "whole", ignore=shutil.ignore_patterns("*.sock")), vault.key, tmp_path / "witness")
    assert stated["isWhole"]
    (vault.directory / "vault.sqlite-wal").unlink()
    verdict = judge(vault.directory, vault.key, at_least=f"{stated['count']}:{stated['head']}")
    assert not verdict["isWhole"] and verdict["firstBadEntry"] < stated["count"] + 1


def test_a_rolled_back_vault_does_not_open_until_somebody_accepts_it_on_record(history, tmp_path):
    older = shutil.copytree(history.older, tmp_path / "vault")
    witness = pathlib.Path(shutil.copy(history.witness, tmp_path / "witness"))
    count = judge(older, history.key)["count"]
    assert judge(older, history.key, witness)["firstBadEntry"] == count + 1
    assert judge(older, history.key, at_least=history.mark)["firstBadEntry"] == count + 1
    refused = run("vault", "serve", "--vault-dir", older, "--witness-file", witness, expect=65)
    assert "rolled back" in refused.stderr and "--accept-rollback" in refused.stderr
    assert judge(older, history.key)["count"] == count
    vault = Vault.__new__(Vault)
    vault.folder, vault.directory, vault.credentials = tmp_path, older, history.credentials
    vault.serve("--witness-file", witness, "--accept-rollback").stop()
    verdict = judge(older, history.key, witness)
    assert verdict["isWhole"] and verdict["acceptedRollbacks"] == [history.mark]
    # The lost branch does not agree any more; and without a flag the vault opens again.
    assert not judge(history.directory, history.key, witness)["isWhole"]
    vault.serve("--witness-file", witness).stop()
    witness.unlink()
    assert "in use" in run("vault", "serve", "--vault-dir", older, "--witness-file", witness, expect=65).stderr


def test_wrong_usage_has_its_own_exit_code(history):
    for arguments in ([], ["--proof", "x"], [history.directory, "--key", "zz"], [history.directory, "--at-least", "5"]):
        done = subprocess.run([sys.executable, VERIFIER, *arguments], capture_output=True, timeout=60)
        assert done.returncode == 2


def test_proofs_hold_for_python_and_only_unchanged(tmp_path):
    vault = Vault(tmp_path).serve()
    assert vault.ask_for_keys(1000) == 200 and vault.ask_for_keys(300) == 200
    def both(text):
        (tmp_path / "proof").write_text(text)
        ours = subprocess.run([BINARY, "vault", "audit", "check-proof", tmp_path / "proof", "--key", vault.key],
                              capture_output=True, text=True, timeout=60)
        theirs = subprocess.run([sys.executable, VERIFIER, "--proof", tmp_path / "proof", "--key", vault.key],
                                capture_output=True, text=True, timeout=60)
        assert ours.returncode == theirs.returncode, (ours, theirs)
        return theirs.returncode, ours.stdout, theirs.stdout
    for sequence in (1, 2, 3, 511, 1024, 1025, 1200, 1301):
        text = vault.audit("prove", sequence)
        code, ours, theirs = both(text)
        assert code == 0 and json.loads(ours)["sequence"] == sequence == json.loads(theirs)["entry"][0]
        proof = json.loads(text)
        for change in (
            {"path": proof["path"][:-1]}, {"path": proof["path"][::-1]}, {"entry": proof["entry"][:-2] + "7a"},
            {"sequence": sequence + 1}, {"checkpoint": proof["checkpoint"] | {"root": "00" * 32}},
            {"checkpoint": proof["checkpoint"] | {"count": proof["checkpoint"]["count"] + 1}},
        ):
            assert both(json.dumps(proof | change))[0] == 1, (sequence, change)
    consistent = json.loads(vault.audit("consistency", "--from", "1024"))
    (tmp_path / "proof").write_text(json.dumps(consistent))
    run("vault", "audit", "check-proof", tmp_path / "proof", "--key", vault.key)
    (tmp_path / "proof").write_text(json.dumps(consistent | {"path": consistent["path"][1:]}))
    run("vault", "audit", "check-proof", tmp_path / "proof", "--key", vault.key, expect=1)
    vault.stop()


def test_the_export_is_the_log(tmp_path):
    vault = Vault(tmp_path).serve()
    vault.ask_for_keys(1000), vault.ask_for_keys(200)
    vault.audit("export", "--out", tmp_path / "log.jsonl")
    some = [json.loads(line) for line in vault.audit("export", "--from", "1190").splitlines()]
    listed = json.loads(vault.audit("list", "--actor", "svc.decryptor", "--object", "device/pump-1"))
    assert len(listed) == 1000 and {entry["outcome"] for entry in listed} == {"refused"}
    vault.stop()
    exported = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    names = ("sequence", "time", "actor", "action", "outcome", "object", "purpose", "reason")
    with sqlite3.connect(vault.directory / "vault.sqlite") as database:
        entries = [dict(zip(names, cbor2.loads(entry))) for entry, in database.execute("SELECT entry FROM audit ORDER BY seq")]
    database.close()
    assert exported == entries[:len(exported)] and exported[-1]["action"] == "export-audit" and len(exported) > 1200
    assert some == entries[1189:len(some) + 1189]
    assert [entry["action"] for entry in entries[len(exported):-1]] == ["export-audit", "read-audit"]
    assert (tmp_path / "log.jsonl").stat().st_mode & 0o777 == 0o600


def test_where_the_disk_is_full_nothing_happens_and_afterwards_everything_does(tmp_path):
    vault = Vault(tmp_path).serve()
    assert vault.ask_for_keys(10) == 200
    before = judge(vault.directory, vault.key)["count"]
    # No file of this process may grow any more. SIGXFSZ is held off as the runtime would: the write fails instead.
    unlimited = resource.prlimit(vault.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(vault.process.pid, resource.RLIMIT_FSIZE, (4096, unlimited[1]))
    assert vault.ask_for_keys(1000) == 503
    assert "refused" not in vault.audit("list", expect=69)
    assert judge(vault.directory, vault.key)["count"] == before
    resource.prlimit(vault.process.pid, resource.RLIMIT_FSIZE, unlimited)
    assert vault.ask_for_keys(3) == 200
    vault.stop()
    assert judge(vault.directory, vault.key)["count"] >= before + 3


def test_a_webhook_witnesses_and_its_failures_do_not_hold_anything_up(tmp_path):
    posts, answers = queue.Queue(), [503, 302]

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = answers.pop(0) if answers else 200
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            posts.put((status, body))

        def log_message(self, *_):
            pass

    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    vault = Vault(tmp_path).serve("--witness-url", f"http://127.0.0.1:{receiver.server_port}/checkpoints")
    assert vault.ask_for_keys(10) == 200
    taken = []
    while len(taken) < 1:
        status, body = posts.get(timeout=60)
        taken += [body] if status == 200 else []
    vault.ask_for_keys(10)
    vault.stop()
    receiver.shutdown()
    taken += [body for status, body in iter(lambda: posts.get_nowait() if not posts.empty() else None, None) if status == 200]
    (tmp_path / "witness").write_bytes(b"\n".join(taken) + b"\n")
    verdict = judge(vault.directory, vault.key, tmp_path / "witness")
    assert verdict["isWhole"] and verdict["witnessed"] == len(taken) >= 2
    # The last one handed over is the log's end: the entry that says the vault closed.
    assert json.loads(taken[-1])["count"] == verdict["count"]
