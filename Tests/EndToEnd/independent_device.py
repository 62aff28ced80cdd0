"""A device written from docs/wire-format.md alone, with other people's libraries: what an attacker with a soldering iron
would have, and a check that the document says enough."""
import hashlib
import hmac
import json
import os
import ssl
import threading
import time
import urllib.request
from pathlib import Path

import cbor2
import paho.mqtt.client as mqtt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()


def _hpke_seal(public: bytes, info: bytes, aad: bytes, plaintext: bytes) -> tuple[bytes, bytes]:
    """RFC 9180, base mode, single shot: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM."""
    kem, suite = b"KEM\x00\x10", b"HPKE\x00\x10\x00\x01\x00\x02"

    def extract(identifier, salt, label, material):
        return _hmac(salt or bytes(32), b"HPKE-v1" + identifier + label + material)

    def expand(identifier, key, label, context, size):
        return _hmac(key, size.to_bytes(2, "big") + b"HPKE-v1" + identifier + label + context + b"\x01")[:size]

    ephemeral = ec.generate_private_key(ec.SECP256R1())
    encapsulated = ephemeral.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    exchanged = ephemeral.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
    shared = expand(kem, extract(kem, b"", b"eae_prk", exchanged), b"shared_secret", encapsulated + public, 32)
    context = b"\x00" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", info)
    secret = extract(suite, shared, b"secret", b"")
    sealed = AESGCM(expand(suite, secret, b"key", context, 32)).encrypt(
        expand(suite, secret, b"base_nonce", context, 12), plaintext, aad)
    return encapsulated, sealed


class IndependentDevice:
    def __init__(self, provisioning: Path, folder: Path):
        bundle = json.loads(provisioning.read_text())
        self.name = bundle["device"]
        self.address = bundle["mqttHost"], bundle["mqttPort"]
        self.folder = folder
        folder.mkdir(parents=True)
        self.authority = folder / "ca.pem"
        self.authority.write_text(bundle["caPEM"])
        self.data_key = os.urandom(32)
        self.begin_session()
        self.receipts: list[tuple[bytes, int]] = []
        self.messages: list[tuple[str, bytes]] = []
        self._news = threading.Condition()
        self._enrol(bundle)

    def begin_session(self) -> None:
        self.session, self.iv, self.next_sequence = os.urandom(16), os.urandom(12), 0

    def _enrol(self, bundle: dict) -> None:
        identity = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)])
        request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(identity, hashes.SHA256())
        plaintext = cbor2.dumps(
            [self.name, bytes.fromhex(bundle["claimToken"]), self.data_key,
             request.public_bytes(serialization.Encoding.DER)], canonical=True)
        parts = _hpke_seal(bytes.fromhex(bundle["hpkePublicKey"]), b"SealedBeat/1 enrol", b"", plaintext)
        body = cbor2.dumps([1, *parts], canonical=True)
        question = urllib.request.Request(
            bundle["enrolURL"] + "/v1/enrol", body, {"Content-Type": "application/cbor"}, method="POST")
        with urllib.request.urlopen(question, timeout=20, context=ssl.create_default_context(cafile=self.authority)) as answer:
            version, self.key_version, certificate, _ = cbor2.loads(answer.read())
        assert version == 1
        pem = x509.load_der_x509_certificate(certificate).public_bytes(serialization.Encoding.PEM)
        (self.folder / "device.pem").write_bytes(pem)
        (self.folder / "device.key").write_bytes(identity.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))

    def chunk(self, sequence: int | None = None, samples: bytes | None = None, session: bytes | None = None,
              aad: str | None = None, first: int | None = None) -> bytes:
        """Seals a chunk of lead I as the document says."""
        if sequence is None:
            sequence = self.next_sequence
            self.next_sequence += 1
        samples = bytes(374) if samples is None else samples
        session = session or self.session
        nonce = bytes(a ^ b for a, b in zip(self.iv, sequence.to_bytes(12, "big")))
        info = b"SealedBeat/1 session\x00" + self.name.encode() + b"\x00" + self.session
        key = _hmac(_hmac(self.iv, self.data_key), info + b"\x01")
        parameters = [sequence, 1, sequence * 187 if first is None else first, 125000, len(samples) // 2, 5000,
                      time.time_ns() // 1000, True, 0, 0x010000, 0]
        # The document's order of the labels, which is the canonical one.
        header = cbor2.dumps({1: 3, 4: self.key_version.to_bytes(4, "big"), 5: nonce, 10: session, -65537: parameters})
        structure = cbor2.dumps(["Encrypt0", header, (aad or self.name).encode()])
        return cbor2.dumps(cbor2.CBORTag(16, [header, {}, AESGCM(key).encrypt(nonce, samples, structure)]))

    # -- MQTT

    def connect(self, clean: bool = True) -> "IndependentDevice":
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"{self.name}-python", clean_session=clean)
        self.client.tls_set(str(self.authority), str(self.folder / "device.pem"), str(self.folder / "device.key"))
        connected, self._subscriptions = threading.Event(), {}
        self.lost = threading.Event()
        self.client.on_connect = lambda *_: connected.set()
        self.client.on_disconnect = lambda *_: self.lost.set()
        self.client.on_message = self._on_message
        self.client.on_subscribe = self._on_subscribe
        self.client.connect(*self.address)
        self.client.loop_start()
        assert connected.wait(20), "no CONNACK"
        return self

    def _on_message(self, _client, _data, message) -> None:
        with self._news:
            self.messages.append((message.topic, message.payload))
            if message.topic == f"sb/1/{self.name}/receipt":
                self.receipts.append(tuple(cbor2.loads(message.payload)))
            self._news.notify_all()

    def _on_subscribe(self, _client, _data, identifier, codes, _properties) -> None:
        with self._news:
            self._subscriptions[identifier] = [code.value for code in codes]
            self._news.notify_all()

    def subscribe(self, *filters: str) -> list[int]:
        """Subscribes and returns the codes of SUBACK: 0–2 granted, 128 refused."""
        _, identifier = self.client.subscribe([(name, 1) for name in filters])
        with self._news:
            assert self._news.wait_for(lambda: identifier in self._subscriptions, 20), "no SUBACK"
            return self._subscriptions[identifier]

    def publish(self, message: bytes, device: str | None = None, channel: str = "chunk") -> None:
        """Publishes at QoS 1 and waits for PUBACK."""
        self.client.publish(f"sb/1/{device or self.name}/{channel}", message, qos=1).wait_for_publish(20)

    def wait_for_receipt(self, committed: int) -> None:
        with self._news:
            assert self._news.wait_for(
                lambda: any(session == self.session and upto >= committed for session, upto in self.receipts), 30
            ), f"no receipt for {committed}: {self.receipts}"

    def disconnect(self) -> None:
        self.client.disconnect()
        self.client.loop_stop()
