#!/usr/bin/env python3
"""Verifies a SealedBeat audit log, or a proof from one, by docs/security/audit.md and without any of SealedBeat's code.
Prints a JSON verdict. Exit code 0: whole. 1: not, and the first bad entry is named. 2: wrong usage."""
import argparse, functools, hashlib, json, pathlib, sqlite3, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
names = ("count", "chain", "root", "time", "vault", "signature")
class Bad(Exception): pass
def check(holds, entry, finding):
    if not holds: raise Bad(entry, finding)
def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def leaf(entry): return sha(b"\0", entry)
def node(left, right): return sha(b"\1", left, right)
def cbor(value):  # RFC 8949 §4.2: unsigned integers, byte strings, texts and arrays, shortest form
    if isinstance(value, str): return head(3, len(value.encode())) + value.encode()
    if isinstance(value, bytes): return head(2, len(value)) + value
    return head(0, value) if isinstance(value, int) else head(4, len(value)) + b"".join(map(cbor, value))
def head(major, size):
    width = next((n for n in range(4) if size < 256 ** (1 << n)), 3)
    return bytes([major << 5 | size]) if size < 24 else bytes([major << 5 | 24 + width]) + size.to_bytes(1 << width, "big")
def parse(entry):  # the items of an entry: integers and texts
    items, at = [], 1
    while at < len(entry):
        text, size, at = entry[at] >> 5, entry[at] & 31, at + 1
        if size > 23: size, at = int.from_bytes(entry[at:at + (1 << size - 24)], "big"), at + (1 << size - 24)
        items.append(entry[at:at + size].decode() if text else size)
        at += size if text else 0
    return items
def root(peaks): return functools.reduce(lambda right, left: node(left, right), reversed(peaks)) if peaks else sha()
def signed(key, count, chain, top, time, vault, signature):
    statement = cbor(["SealedBeat/1 audit checkpoint", count, chain, top, time, vault])
    try: return Ed25519PublicKey.from_public_bytes(key).verify(signature, statement) is None
    except Exception: return False  # the signature is wrong, or none
def checkpoint(line): return tuple(line[name] if name in ("count", "time") else bytes.fromhex(line[name]) for name in names)

def verify(directory, key, witness, mark):
    database = sqlite3.connect(pathlib.Path(directory, "vault.sqlite").absolute().as_uri() + "?mode=ro", uri=True)
    database.execute("BEGIN")  # one snapshot
    stated = (database.execute("SELECT value FROM meta WHERE name = 'audit-public-key'").fetchone() or [None])[0]
    check(stated and key in (None, stated), None, "the vault's audit key is missing, or not the one to trust")
    top = database.execute("SELECT count, hash, root, time, vault, signature, peaks FROM audit_head").fetchone()
    check(top and signed(stated, *top[:6]), None, "the head of the log is missing, or not signed by the vault")
    lines, kept, seen, restores, count, chain, peaks = [], {}, {0: (sha(), sha())}, [], 0, sha(), []
    for text in pathlib.Path(witness).read_bytes().split(b"\n") if witness else []:
        if text.endswith(b"}"): lines.append(checkpoint(json.loads(text)))  # else a crash left a part of a line
    check(all(line[4] == top[4] and signed(stated, *line) for line in lines), None, "a line of the witness is not the vault's")
    for point in database.execute("SELECT count, hash, root, time, vault, signature FROM audit_checkpoint ORDER BY count"):
        kept[point[0]] = point[1:3]
        check(point[4] == top[4] and point[0] % 1024 == 0 and signed(stated, *point), point[0], "a checkpoint is not the vault's")
    nodes = {row[:2]: row[2] for row in database.execute("SELECT level, number, hash FROM audit_node")}
    wanted, checkpoints = {line[0] for line in lines} | ({mark[0]} if mark else set()), len(kept) + 1
    for count, (place, entry, stored) in enumerate(database.execute("SELECT seq, entry, hash FROM audit ORDER BY seq"), 1):
        check(place == count, count, f"entry {count} is missing: {place} follows {count - 1}")
        check(place <= top[0], place, f"entry {place} was inserted: only {top[0]} entries were signed")
        check(entry.startswith(b"\x88" + cbor(place)), place, f"entry {place} is not one that the vault wrote there")
        value, level, chain = leaf(entry), 0, node(chain, leaf(entry))
        check(chain == stored, place, f"entry {place} was altered, inserted or moved: its hash does not follow")
        while place - 1 >> level & 1:
            value, level = node(peaks.pop(), value), level + 1
            check(level < 10 or nodes.pop((level, place - 1 >> level), None) == value, place, f"the tree was altered at entry {place}")
        peaks.append(value)
        if place % 1024 == 0:
            check(place in kept, place, f"the checkpoint at entry {place} was removed")
            check(kept.pop(place) == (chain, root(peaks)), place, f"the log was rewritten at or before entry {place}")
        if place in wanted: seen[place] = (chain, root(peaks))
        if b"\x67restore" in entry and (items := parse(entry))[3:7] == ["restore", "done", "vault", "accept-rollback"]:
            restores.append(items[7])
    check(count == top[0] and not kept, count + 1, f"entry {count + 1} is missing: more entries were signed")
    check((chain, root(peaks)) == top[1:3], count, f"the log was rewritten at or before entry {count}")
    check(not nodes and b"".join(peaks) == top[6], None, "the tree in the file is not that of the entries")
    check(not mark or mark[0] <= count, count + 1, f"the vault was rolled back: {count} entries are there")
    check(not mark or seen[mark[0]][0] == mark[1], mark and mark[0], "the log was rewritten: its chain is not the one named")
    excused = max((index for index, line in enumerate(lines) if f"{line[0]}:{line[1].hex()}" in restores), default=-1)
    for line in lines[excused + 1:]:
        check(line[0] <= count, count + 1, f"the vault was rolled back: {count} entries, the witness saw {line[0]}")
        check(seen[line[0]] == line[1:3], line[0], f"the log was rewritten at or before entry {line[0]}, says the witness")
    return {"count": count, "head": chain.hex(), "root": root(peaks).hex(), "checkpoints": checkpoints,
            "witnessed": sum(seen.get(line[0]) == line[1:3] for line in lines), "acceptedRollbacks": restores, "publicKey": stated.hex()}

def prove(file, key):  # RFC 9162 §2.1.3.2
    proof = json.loads(pathlib.Path(file).read_bytes())
    point, entry, first = checkpoint(proof["checkpoint"]), bytes.fromhex(proof["entry"]), proof["sequence"] - 1
    value, last = leaf(entry), point[0] - 1
    for step in map(bytes.fromhex, proof["path"]):
        value, isRight = (node(step, value), True) if first & 1 or first == last else (node(value, step), False)
        while isRight and not first & 1 and first: first, last = first >> 1, last >> 1
        first, last = first >> 1, last >> 1
    check(signed(key, *point) and (last, value) == (0, point[2]) and parse(entry)[0] == proof["sequence"], None, "the proof does not hold")
    return {"entry": parse(entry)}
asks = argparse.ArgumentParser(description=__doc__)
asks.add_argument("directory", nargs="?", help="the vault's"), asks.add_argument("--key", type=bytes.fromhex, help="to trust")
asks.add_argument("--at-least", type=lambda text: (lambda n, chain: (int(n), bytes.fromhex(chain)))(*text.split(":")), help="COUNT:HEAD")
asks.add_argument("--witness", help="a witness's file"), asks.add_argument("--proof", help="an inclusion proof to check, with --key")
asked = asks.parse_args()
if bool(asked.proof) == bool(asked.directory) or asked.proof and not asked.key: asks.error("name a directory, or --proof and --key")
try: found = prove(asked.proof, asked.key) if asked.proof else verify(asked.directory, asked.key, asked.witness, asked.at_least)
except Bad as bad: found = {"firstBadEntry": bad.args[0], "finding": bad.args[1]}
except Exception as error: found = {"firstBadEntry": None, "finding": f"something cannot be read: {error}"}
print(json.dumps({"isWhole": "finding" not in found} | found))
sys.exit(1 if "finding" in found else 0)
