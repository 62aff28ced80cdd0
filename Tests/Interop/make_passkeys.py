"""Makes Tests/Vectors/passkeys.json with python-fido2: registrations and uses of passkeys, right ones and ones with one fault each."""
import hashlib
import json
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from fido2 import cbor
from fido2.cose import ES256, RS256, EdDSA
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

PARTY, ORIGIN = "ward.example.org", "https://ward.example.org"
FLAG = AuthenticatorData.FLAG
UP, UV, AT, ED = FLAG.UP, FLAG.UV, FLAG.AT, FLAG.ED
CHALLENGE = hashlib.sha256(b"a challenge of these vectors").digest()
CREDENTIAL = hashlib.sha256(b"a credential of these vectors").digest()


def client(kind, challenge=CHALLENGE, origin=ORIGIN, **more):
    data = {"type": kind, "challenge": websafe_encode(challenge), "origin": origin, "crossOrigin": False, **more}
    return json.dumps(data, separators=(",", ":")).encode()


def data(flags, counter, party=PARTY, key=None, credential=CREDENTIAL, extensions=None):
    made = AttestedCredentialData.create(bytes(16), credential, key) if key is not None else b""
    return bytes(AuthenticatorData.create(hashlib.sha256(party.encode()).digest(), flags, counter, made, extensions))


def attestation(auth, fmt="none", statement=None):
    return cbor.encode({"fmt": fmt, "attStmt": statement or {}, "authData": auth})


def main(path):
    es, ed = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
    other, rs = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    es_key, ed_key = ES256.from_cryptography_key(es.public_key()), EdDSA.from_cryptography_key(ed.public_key())
    rs_key = RS256.from_cryptography_key(rs.public_key())
    off_curve = ES256({**es_key, -3: bytes(31) + b"\1"})
    good = data(UP | UV | AT, 7, key=es_key)
    create, get = client("webauthn.create"), client("webauthn.get")

    registrations = [
        ("es256", create, attestation(good), "ok"),
        ("eddsa", create, attestation(data(UP | UV | AT, 0, key=ed_key)), "ok"),
        ("extensions", create, attestation(data(UP | UV | AT | ED, 7, key=es_key, extensions={"credProtect": 2})), "ok"),
        ("wrong type", get, attestation(good), "wrong-type"),
        ("wrong challenge", client("webauthn.create", hashlib.sha256(b"x").digest()), attestation(good), "wrong-challenge"),
        ("wrong origin", client("webauthn.create", origin="https://ward.example.org.evil.example"), attestation(good), "wrong-origin"),
        ("another port", client("webauthn.create", origin=ORIGIN + ":8443"), attestation(good), "wrong-origin"),
        ("in a frame", client("webauthn.create", crossOrigin=True), attestation(good), "wrong-origin"),
        ("below another page", client("webauthn.create", topOrigin="https://evil.example"), attestation(good), "wrong-origin"),
        ("another party", create, attestation(data(UP | UV | AT, 7, party="evil.example", key=es_key)), "wrong-party"),
        ("nobody present", create, attestation(data(UV | AT, 7, key=es_key)), "nobody-present"),
        ("nobody verified", create, attestation(data(UP | AT, 7, key=es_key)), "not-verified"),
        ("no key", create, attestation(data(UP | UV, 7)), "malformed"),
        ("rs256", create, attestation(data(UP | UV | AT, 7, key=rs_key)), "unknown-key"),
        ("off the curve", create, attestation(data(UP | UV | AT, 7, key=off_curve)), "unknown-key"),
        ("attested", create, attestation(good, "packed", {"alg": -7, "sig": b"\0" * 70}), "attestation"),
        ("a statement under none", create, attestation(good, "none", {"alg": -7}), "attestation"),
        ("cut short", create, attestation(good)[:-9], "malformed"),
        ("key cut short", create, attestation(good[:-9]), "malformed"),
        ("something behind", create, attestation(good) + b"\0", "malformed"),
        ("something behind the key", create, attestation(good + b"\0"), "malformed"),
        ("extensions that are not there", create, attestation(data(UP | UV | AT, 7, key=es_key)[:32] + bytes([good[32] | 0x80]) + good[33:]), "malformed"),
        ("a long id", create, attestation(good[:53] + b"\xff\xff" + good[55:]), "malformed"),
        ("no JSON", b"{", attestation(good), "malformed"),
        ("no CBOR", create, b"\xff" * 60, "malformed"),
        ("nothing", create, b"", "malformed"),
    ]

    def sign(key, auth, told):
        message = auth + hashlib.sha256(told).digest()
        return key.sign(message, ec.ECDSA(hashes.SHA256())) if key is not ed else key.sign(message)

    used = data(UP | UV, 8)

    def use(name, expected, key=es, registered="es256", told=get, auth=used, signature=None, verified=True):
        return {
            "name": name, "registered": registered, "clientData": told.hex(), "data": auth.hex(), "needsVerification": verified,
            "signature": (sign(key, auth, told) if signature is None else signature).hex(), "expected": expected,
            **({"counter": struct.unpack(">I", auth[33:37])[0]} if expected == "ok" else {})}

    uses = [
        use("es256", "ok"),
        use("eddsa", "ok", key=ed, registered="eddsa", auth=data(UP | UV, 0)),
        use("a touch alone beside a password", "ok", auth=data(UP, 8), verified=False),
        use("extensions", "ok", auth=data(UP | UV | ED, 8, extensions={"x": True})),
        use("wrong type", "wrong-type", told=create),
        use("wrong challenge", "wrong-challenge", told=client("webauthn.get", hashlib.sha256(b"x").digest())),
        use("wrong origin", "wrong-origin", told=client("webauthn.get", origin="http://ward.example.org")),
        use("another party", "wrong-party", auth=data(UP | UV, 8, party="evil.example")),
        use("nobody present", "nobody-present", auth=data(UV, 8)),
        use("nobody verified", "not-verified", auth=data(UP, 8)),
        use("another key", "wrong-signature", key=other),
        use("another account's key", "wrong-signature", registered="eddsa"),
        use("other data", "wrong-signature", signature=sign(es, data(UP | UV, 9), get)),
        use("other client data", "wrong-signature", signature=sign(es, used, get + b" ")),
        use("no signature", "wrong-signature", signature=b""),
        use("not DER", "wrong-signature", signature=b"\x30\x06\x02\x01\x01\x02\x01"),
        use("cut short", "malformed", auth=used[:36]),
        use("something behind", "malformed", auth=used + b"\0"),
        use("no JSON", "malformed", told=b"[]"),
    ]
    Path(path).write_text(json.dumps({
        "format": "SealedBeat passkey vectors 1", "url": ORIGIN, "party": PARTY, "challenge": websafe_encode(CHALLENGE),
        "credential": CREDENTIAL.hex(),
        "registrations": [
            {"name": name, "clientData": told.hex(), "attestation": made.hex(), "expected": expected}
            for name, told, made, expected in registrations],
        "uses": uses}, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
