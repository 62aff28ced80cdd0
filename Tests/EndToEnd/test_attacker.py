"""Somebody with a valid device certificate, and somebody without one, against the real mosquitto, broker and decryptor."""
import os
import signal
import socket
import ssl

import pytest

from independent_device import IndependentDevice
from waiting import until

CONNECT = bytes.fromhex("101000044d5154540402003c000461747461")


@pytest.fixture(scope="module")
def ward(shared_system):
    return shared_system


@pytest.fixture(scope="module")
def victim(ward, tmp_path_factory):
    device = IndependentDevice(ward.claim("victim-1"), tmp_path_factory.mktemp("victim") / "state").connect()
    device.subscribe("sb/1/victim-1/receipt")
    for _ in range(5):
        device.publish(device.chunk())
    device.wait_for_receipt(4)
    yield device
    device.disconnect()


@pytest.fixture(scope="module")
def mallory(ward, tmp_path_factory):
    device = IndependentDevice(ward.claim("mallory-1"), tmp_path_factory.mktemp("mallory") / "state").connect()
    yield device
    device.disconnect()


def chunks_of(ward, device):
    return ward.rows("chunks", "SELECT COALESCE(SUM(chunk_count), 0) FROM session WHERE device = ?", device)[0][0]


def refused_by_decryptor(ward):
    return ward.metric("decryptor", "sealedbeat_decryptor_refused_chunks_total")


def parked_by_decryptor(ward):
    return ward.metric("decryptor", "sealedbeat_decryptor_parked_sessions")


def sentinel(ward, victim):
    """A chunk behind everything that was sent before: once it is committed, the rest was judged."""
    victim.publish(victim.chunk())
    victim.wait_for_receipt(victim.next_sequence - 1)


def test_a_device_written_from_the_document_is_served(ward, victim):
    assert chunks_of(ward, "victim-1") >= 5
    until(lambda: ward.analysed() >= 5, "the chunks are analysed")


def test_without_a_certificate_nobody_connects(ward):
    context = ssl.create_default_context(cafile=ward.data / "ca.pem")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        with socket.create_connection(("127.0.0.1", ward.addresses["mqttPort"]), timeout=10) as plain:
            with context.wrap_socket(plain, server_hostname="localhost") as secure:
                # With TLS 1.3 the server's refusal comes with its first answer.
                secure.sendall(CONNECT)
                if not secure.recv(1):
                    raise ConnectionError("closed without CONNACK")


def test_plain_text_is_refused(ward):
    with socket.create_connection(("127.0.0.1", ward.addresses["mqttPort"]), timeout=10) as plain:
        plain.sendall(CONNECT)
        try:
            assert b"\x20\x02" not in plain.recv(16)
        except ConnectionError:
            pass


def test_nobody_publishes_for_another(ward, victim, mallory):
    before = chunks_of(ward, "victim-1")
    for message in (mallory.chunk(), victim.chunk(), b"rubbish"):
        mallory.publish(message, device="victim-1")
    mallory.publish(b"offline", device="victim-1", channel="status")
    mallory.publish(b"\x82\x01\x02", device="victim-1", channel="command")
    victim.next_sequence -= 1
    sentinel(ward, victim)
    assert chunks_of(ward, "victim-1") == before + 1


def test_nobody_listens_to_another(ward, victim, mallory):
    codes = mallory.subscribe(
        "sb/1/victim-1/receipt", "sb/1/victim-1/command", "sb/1/victim-1/chunk", "sb/1/+/receipt", "#", "$SYS/#")
    sentinel(ward, victim)
    assert mallory.messages == [], codes


def test_a_repeated_chunk_is_a_duplicate(ward, victim):
    duplicates = ward.metric("broker", 'sealedbeat_broker_chunks_total{outcome="duplicate"}')
    before = chunks_of(ward, "victim-1")
    message = victim.chunk()
    for _ in range(3):
        victim.publish(message)
    sentinel(ward, victim)
    assert chunks_of(ward, "victim-1") == before + 2
    assert ward.metric("broker", 'sealedbeat_broker_chunks_total{outcome="duplicate"}') == duplicates + 2


def test_another_chunk_under_a_used_sequence_is_refused(ward, victim):
    conflicts = ward.metric("broker", 'sealedbeat_broker_chunks_total{outcome="conflicting"}')
    victim.publish(victim.chunk(sequence=0, samples=bytes([1]) * 374))
    sentinel(ward, victim)
    assert ward.metric("broker", 'sealedbeat_broker_chunks_total{outcome="conflicting"}') == conflicts + 1


def test_reordered_chunks_are_put_in_order(ward, victim):
    first, second, third = victim.chunk(), victim.chunk(), victim.chunk()
    for message in (third, first, second):
        victim.publish(message)
    victim.wait_for_receipt(victim.next_sequence - 1)


def test_flipped_moved_and_foreign_chunks_are_refused_and_counted(ward, victim, mallory):
    mallory.begin_session()
    before = refused_by_decryptor(ward)
    flipped = bytearray(mallory.chunk())
    flipped[-20] ^= 1
    moved = mallory.chunk(session=bytes(16))
    foreign = mallory.chunk(aad="victim-1")
    good = mallory.chunk()
    parked = parked_by_decryptor(ward)
    # Stopped meanwhile, the decryptor finds both sessions at once.
    decryptor = ward.child("decryptor")["processIdentifier"]
    os.kill(decryptor, signal.SIGSTOP)
    try:
        # The last one was sealed for one session and relabelled as another's.
        for message in (bytes(flipped), foreign, good, moved):
            mallory.publish(message)
        until(lambda: chunks_of(ward, "mallory-1") == 4, "all are on disk")
    finally:
        os.kill(decryptor, signal.SIGCONT)
    until(lambda: refused_by_decryptor(ward) == before + 2, "the decryptor refuses what does not authenticate")
    until(lambda: parked_by_decryptor(ward) == parked + 1, "the vault refuses a second session under the first one's IV")
    analysed = ward.analysed()
    sentinel(ward, victim)
    until(lambda: ward.analysed() > analysed, "others are analysed all the same")


@pytest.mark.parametrize("name, message", [
    ("empty", b""), ("text", b"hello"), ("longer than a chunk", bytes(1100)), ("CBOR bomb", b"\x9b" + b"\xff" * 8),
    ("nested", b"\x81" * 900), ("tag only", b"\xd0"),
])
def test_malformed_messages_are_counted_and_stop_nothing(ward, victim, name, message):
    before = ward.metric("broker", "sealedbeat_broker_refused_total")
    victim.publish(message)
    sentinel(ward, victim)
    assert ward.metric("broker", "sealedbeat_broker_refused_total") == before + 1


def test_what_exceeds_the_servers_limit_never_reaches_the_broker(ward, victim, tmp_path):
    device = IndependentDevice(ward.claim("oversize-1"), tmp_path / "state").connect()
    before = ward.metric("broker", "sealedbeat_broker_refused_total")
    lost = device.lost
    device.client.publish("sb/1/oversize-1/chunk", bytes(5000), qos=1)
    assert lost.wait(20), "mosquitto closes the connection"
    device.disconnect()
    sentinel(ward, victim)
    assert ward.metric("broker", "sealedbeat_broker_refused_total") == before


def test_an_unenrolled_claim_is_useless_twice(ward, victim, tmp_path):
    provisioning = ward.claim("twice-1")
    IndependentDevice(provisioning, tmp_path / "first")
    with pytest.raises(OSError):
        IndependentDevice(provisioning, tmp_path / "second")
