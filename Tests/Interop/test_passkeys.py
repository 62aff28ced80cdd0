"""The vectors of Tests/Vectors/passkeys.json, by python-fido2: what is right there it takes, what is not it refuses or we are stricter."""
import json
from pathlib import Path

import pytest
from fido2.server import Fido2Server
from fido2.utils import websafe_decode
from fido2.webauthn import (
    AttestationObject, AuthenticatorAssertionResponse, AuthenticatorAttestationResponse, AuthenticationResponse, PublicKeyCredentialRpEntity,
    RegistrationResponse)

VECTORS = json.loads((Path(__file__).parent.parent / "Vectors/passkeys.json").read_text())
#: What WebAuthn leaves to the server and we decide, or where python-fido2 does not mind that something is cut off: another server may take it.
OURS = {
    "in a frame", "below another page", "nobody verified", "rs256", "off the curve", "a statement under none", "attested",
    "something behind the key", "extensions that are not there", "something behind", "cut short", "key cut short"}


def server():
    return Fido2Server(PublicKeyCredentialRpEntity(id=VECTORS["party"], name="SealedBeat"), verify_origin=lambda one: one == VECTORS["url"])


def state():
    return {"challenge": VECTORS["challenge"], "user_verification": None}


def register(vector):
    return server().register_complete(state(), RegistrationResponse(
        raw_id=bytes.fromhex(VECTORS["credential"]),
        response=AuthenticatorAttestationResponse(
            client_data=bytes.fromhex(vector["clientData"]), attestation_object=bytes.fromhex(vector["attestation"]))))


@pytest.mark.parametrize("vector", VECTORS["registrations"], ids=lambda one: one["name"])
def test_registrations(vector):
    if vector["expected"] == "ok":
        assert register(vector).credential_data.credential_id.hex() == VECTORS["credential"]
    elif vector["name"] not in OURS:
        with pytest.raises(Exception):
            register(vector)


@pytest.mark.parametrize("vector", VECTORS["uses"], ids=lambda one: one["name"])
def test_uses(vector):
    registered = next(one for one in VECTORS["registrations"] if one["name"] == vector["registered"])
    credential = AttestationObject(bytes.fromhex(registered["attestation"])).auth_data.credential_data

    def use():
        return server().authenticate_complete(state(), [credential], AuthenticationResponse(
            raw_id=bytes.fromhex(VECTORS["credential"]),
            response=AuthenticatorAssertionResponse(
                client_data=bytes.fromhex(vector["clientData"]), authenticator_data=bytes.fromhex(vector["data"]),
                signature=bytes.fromhex(vector["signature"]))))

    if vector["expected"] == "ok":
        assert use().credential_id.hex() == VECTORS["credential"]
    elif vector["name"] not in OURS:
        with pytest.raises(Exception):
            use()


def test_the_challenge_is_one():
    assert len(websafe_decode(VECTORS["challenge"])) == 32
