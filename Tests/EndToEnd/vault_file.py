"""The vault's file, read and signed by somebody who has the root, with other people's libraries: what docs/security says of it."""
import contextlib
import hashlib
import json
import sqlite3
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def unwrapped(directory: Path, root_key_file: Path) -> dict[str, bytes]:
    """Every key in the file, by name: AES-256-GCM under the root and under the tenant's key."""
    with contextlib.closing(sqlite3.connect(f"file:{directory / 'vault.sqlite'}?mode=ro", uri=True)) as file:
        root = json.loads(file.execute("SELECT value FROM meta WHERE name = 'root'").fetchone()[0])
        own = file.execute(
            "SELECT name, version, state, kek, wrapped FROM own_key WHERE wrapped IS NOT NULL").fetchall()
        devices = file.execute(
            "SELECT device, version, state, kek, wrapped FROM device_key WHERE wrapped IS NOT NULL").fetchall()
    keys = {"root": root_key_file.read_bytes()}
    for name, version, state, kek, wrapped in own:
        if name in ("tenant-kek", "backup"):
            assert kek == root["version"]
            keys[f"{name}/{version}"] = _unwrap(keys["root"], wrapped, [name, f"root/{kek}", version, state])
    for name, version, state, kek, wrapped in own:
        if f"{name}/{version}" not in keys:
            keys[f"{name}/{version}"] = _unwrap(keys[f"tenant-kek/{kek}"], wrapped, [name, "", version, state])
    for device, version, state, kek, wrapped in devices:
        keys[f"{device}/{version}"] = _unwrap(keys[f"tenant-kek/{kek}"], wrapped, ["device", device, version, state])
    return keys


def _unwrap(key: bytes, wrapped: bytes, context: list) -> bytes:
    assert wrapped[0] == 1
    return AESGCM(key).decrypt(wrapped[1:13], wrapped[13:], cbor2.dumps(["SealedBeat/1 key", "default", *context]))


# What the vault decides by rows, in the order in which it signs them (docs/security/algorithms.md).
POLICY = [
    "SELECT id, service, device, purpose, created, expires FROM access_grant ORDER BY id",
    "SELECT name, role, serial, certificate, added FROM person WHERE removed IS NULL ORDER BY name",
    "SELECT serial, service, issued, expires FROM service_certificate WHERE replaced IS NULL ORDER BY serial",
    "SELECT id, device, token_hash, created, expires FROM claim WHERE used IS NULL AND revoked IS NULL ORDER BY id",
    "SELECT id, operation, object, parameters, reason, proposer, proposed, expires, approver, approved FROM proposal "
    "WHERE withdrawn IS NULL AND carried_out IS NULL ORDER BY id",
    "SELECT id, device, through, reason, proposer, approver, scheduled, due, observed_due FROM destruction "
    "WHERE cancelled IS NULL AND carried_out IS NULL ORDER BY id",
    "SELECT device, reason, actor, since FROM legal_hold ORDER BY device",
    "SELECT name, revoked, reinstated, revoked_version FROM device "
    "WHERE revoked_version > 0 OR revoked IS NOT NULL ORDER BY name",
    "SELECT name, value FROM meta WHERE name IN ('observed-seconds', 'first-custodian', 'first-grants') ORDER BY name",
]


def policy_digest(file: sqlite3.Connection) -> bytes:
    digest = hashlib.sha256()

    def add(kind: str, value: bytes) -> None:
        digest.update(f"{kind}{len(value)}:".encode() + value)

    for number, query in enumerate(POLICY):
        add("q", str(number).encode())
        for row in file.execute(query):
            add("r", str(len(row)).encode())
            for value in row:
                if value is None:
                    add("n", b"")
                elif isinstance(value, int):
                    add("i", str(value).encode())
                elif isinstance(value, str):
                    add("t", value.encode())
                else:
                    add("b", value)
    return digest.digest()


def sign_policy(directory: Path, root_key_file: Path) -> None:
    """Signs the rows as they are, as only the vault, or somebody with its root, can."""
    key = Ed25519PrivateKey.from_private_bytes(unwrapped(directory, root_key_file)["audit-signing/1"])
    with contextlib.closing(sqlite3.connect(directory / "vault.sqlite")) as file:
        (count,), = file.execute("SELECT count FROM audit_head")
        statement = cbor2.dumps(["SealedBeat/1 policy", count, policy_digest(file)])
        file.execute("UPDATE meta SET value = ? WHERE name = 'policy-seal'", [key.sign(statement)])
        file.commit()
