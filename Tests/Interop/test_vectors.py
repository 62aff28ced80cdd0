"""The golden vectors, checked by implementations that share no code with us: pycose (COSE), cbor2 and cryptography."""

import json
import pathlib

import cbor2
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.x509.oid import NameOID
from pycose.keys import SymmetricKey
from pycose.messages import CoseMessage, Enc0Message

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "Vectors"
CHUNKS = json.loads((VECTORS / "chunks.json").read_text())["vectors"]
MESSAGES = json.loads((VECTORS / "messages.json").read_text())
ENROLMENT = json.loads((VECTORS / "enrolment.json").read_text())["vectors"]

PARAMETERS = -65537
FIELDS = (
    "sequence kind firstSample sampleRate count nanovoltsPerLSB captureTime clockSynchronised leadOff firmware backlog"
).split()


class Refused(Exception):
    """What the receiver below says of a vector that it does not take."""


def named(vectors):
    return pytest.mark.parametrize("vector", vectors, ids=[vector["name"] for vector in vectors])


def canonical(data):
    """Decodes one item and demands that encoding it again deterministically gives the same octets."""
    try:
        item = cbor2.loads(data)
    except Exception as error:  # cbor2 has several kinds; all of them mean "not CBOR"
        raise Refused("structure") from error
    if cbor2.dumps(item, canonical=True) != data:
        raise Refused("structure")
    return item


def session_key(vector, session):
    info = b"\0".join([b"SealedBeat/1 session", vector["device"].encode(), session])
    key = bytes.fromhex(vector["deviceKey"])
    return HKDF(hashes.SHA256(), 32, bytes.fromhex(vector["sessionIV"]), info).derive(key)


def header_of(message):
    """The fields of the protected header, after the checks of structure that docs/wire-format.md demands."""
    envelope = canonical(message)
    if not isinstance(envelope, cbor2.CBORTag) or envelope.tag != 16 or len(envelope.value) != 3:
        raise Refused("structure")
    protected, unprotected, ciphertext = envelope.value
    if unprotected or not isinstance(protected, bytes) or not isinstance(ciphertext, bytes):
        raise Refused("structure")
    fields = canonical(protected)
    if list(fields) != [1, 4, 5, 10, PARAMETERS] or fields[1] != 3 or len(fields[PARAMETERS]) != len(FIELDS):
        raise Refused("structure")
    if [len(fields[4]), len(fields[5]), len(fields[10])] != [4, 12, 16]:
        raise Refused("structure")
    for name, value in zip(FIELDS, fields[PARAMETERS]):
        if type(value) is not (bool if name == "clockSynchronised" else int) or value < 0:
            raise Refused("structure")
    header = dict(zip(FIELDS, fields[PARAMETERS]))
    header |= {"keyVersion": int.from_bytes(fields[4], "big"), "iv": fields[5].hex(), "sessionID": fields[10].hex()}
    check_ranges(header, len(ciphertext) - 16)
    return header


def check_ranges(header, plaintext_length):
    is_status, is_voltage = header["kind"] == 32, header["kind"] in (1, 2, 3)
    right = (
        header["kind"] in (1, 2, 3, 16, 17, 32)
        and header["keyVersion"] >= 1
        and header["leadOff"] <= 3
        and header["backlog"] <= header["sequence"] < 2**32
        and header["firstSample"] <= 2**48
        and (header["count"] == 0 if is_status else 1 <= header["count"] <= 187)
        and (1 <= header["nanovoltsPerLSB"] <= 1_000_000 if is_voltage else header["nanovoltsPerLSB"] == 0)
        and (plaintext_length <= 374 if is_status else plaintext_length == 2 * header["count"])
    )
    if not right:
        raise Refused("structure")


def receive(vector):
    """Opens a vector with pycose; raises Refused with the check that it failed."""
    message = bytes.fromhex(vector["message"])
    if len(message) > 1024:
        raise Refused("structure")
    header = header_of(message)
    if header["keyVersion"] != vector["keyVersion"]:
        raise Refused("key-version")
    iv = int.from_bytes(bytes.fromhex(vector["sessionIV"]), "big") ^ header["sequence"]
    if iv.to_bytes(12, "big").hex() != header["iv"]:
        raise Refused("nonce")
    opened = CoseMessage.decode(message)
    assert isinstance(opened, Enc0Message)
    opened.key = SymmetricKey(session_key(vector, bytes.fromhex(header["sessionID"])))
    opened.external_aad = vector["device"].encode()
    try:
        plaintext = opened.decrypt()
    except Exception as error:  # pycose wraps cryptography's InvalidTag in its own type
        raise Refused("authentication") from error
    if any(header_of(bytes.fromhex(earlier))["sequence"] == header["sequence"] for earlier in vector["preceding"]):
        raise Refused("replay")
    return header, plaintext


@named([vector for vector in CHUNKS if vector["expected"] == "ok"])
def test_chunk_opens(vector):
    header, plaintext = receive(vector)
    assert header == vector["header"]
    assert plaintext.hex() == vector["plaintext"]
    assert session_key(vector, bytes.fromhex(vector["sessionID"])).hex() == vector["sessionKey"]


@named([vector for vector in CHUNKS if vector["expected"] != "ok"])
def test_chunk_is_refused(vector):
    with pytest.raises(Refused, match=f"^{vector['detectedBy']}$"):
        receive(vector)


@named([vector for vector in CHUNKS if vector["expected"] == "ok"])
def test_chunk_is_what_pycose_would_write(vector):
    """Sealing the same header and plaintext with pycose gives the same octets."""
    envelope = cbor2.loads(bytes.fromhex(vector["message"]))
    aad = cbor2.dumps(["Encrypt0", envelope.value[0], vector["device"].encode()])
    sealed = AESGCM(bytes.fromhex(vector["sessionKey"])).encrypt(
        bytes.fromhex(vector["header"]["iv"]), bytes.fromhex(vector["plaintext"]), aad
    )
    rebuilt = cbor2.dumps(cbor2.CBORTag(16, [envelope.value[0], {}, sealed]), canonical=True)
    assert rebuilt.hex() == vector["message"]


@named(MESSAGES["receipts"])
def test_receipt(vector):
    data = bytes.fromhex(vector["message"])
    if vector["expected"] == "ok":
        assert cbor2.loads(data) == [bytes.fromhex(vector["sessionID"]), vector["committed"]]
        assert cbor2.dumps(cbor2.loads(data), canonical=True) == data
        return
    try:
        session, committed = canonical(data)
        assert len(session) != 16 or committed < 0
    except (Refused, ValueError):
        pass


@named(MESSAGES["commands"])
def test_command(vector):
    data = bytes.fromhex(vector["message"])
    if vector["expected"] == "ok":
        assert cbor2.dumps([1, vector["version"]], canonical=True) == data
        return
    try:
        code, version = canonical(data)
        assert code != 1 or version < 1
    except (Refused, ValueError):
        pass


def hkdf_sha256(key, data):
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(data)
    return mac.finalize()


def hpke_open(private, encapsulated, info, aad, ciphertext):
    """HPKE base mode, single shot, from RFC 9180 alone: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM."""
    kem, suite = b"KEM\x00\x10", b"HPKE\x00\x10\x00\x01\x00\x02"

    def extract(suite_id, salt, label, ikm):
        return hkdf_sha256(salt or bytes(32), b"HPKE-v1" + suite_id + label + ikm)

    def expand(suite_id, prk, label, context, size):
        return hkdf_sha256(prk, size.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + context + b"\x01")[:size]

    point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), encapsulated)
    numbers = private.public_key().public_numbers()
    recipient = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    prk = extract(kem, b"", b"eae_prk", private.exchange(ec.ECDH(), point))
    shared = expand(kem, prk, b"shared_secret", encapsulated + recipient, 32)
    context = b"\x00" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    secret = extract(suite, shared, b"secret", b"")
    nonce = expand(suite, secret, b"base_nonce", context, 12)
    return AESGCM(expand(suite, secret, b"key", context, 32)).decrypt(nonce, ciphertext, aad)


def open_enrolment(vector):
    version, encapsulated, ciphertext = canonical(bytes.fromhex(vector["message"]))
    if version != 1:
        raise Refused("structure")
    private = ec.derive_private_key(int(vector["vaultPrivateKey"], 16), ec.SECP256R1())
    aad = vector["device"].encode() if vector["kind"] == "rotate" else b""
    return canonical(hpke_open(private, encapsulated, b"SealedBeat/1 " + vector["kind"].encode(), aad, ciphertext))


@named([vector for vector in ENROLMENT if vector["expected"] == "ok"])
def test_enrolment_opens(vector):
    plaintext = open_enrolment(vector)
    key = bytes.fromhex(vector["deviceKey"])
    if vector["kind"] == "rotate":
        assert plaintext == [vector["version"], key]
        return
    csr = bytes.fromhex(vector["csr"])
    assert plaintext == [vector["device"], bytes.fromhex(vector["claimToken"]), key, csr]
    request = x509.load_der_x509_csr(csr)
    assert request.is_signature_valid
    assert request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == vector["device"]
    assert len(list(request.subject)) == 1
    assert isinstance(request.public_key().curve, ec.SECP256R1)


@named([vector for vector in ENROLMENT if vector["expected"] != "ok"])
def test_enrolment_is_refused(vector):
    with pytest.raises((Refused, InvalidTag)):
        open_enrolment(vector)
