"""The API as its document says it is: valid, kept to under fuzzing, and FHIR that others can read."""
import re

import pytest
import schemathesis
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.device import Device
from fhir.resources.R4B.observation import Observation
from fhir.resources.R4B.operationoutcome import OperationOutcome
from fhir.resources.R4B.patient import Patient
from hypothesis import HealthCheck, Phase, given, seed, settings
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance, response_schema_conformance, status_code_conformance)

from dashboard_client import Client
from system import PASSWORD, System
from waiting import until

ACCOUNTS = {"doctor": "clinician", "admin": "administrator", "auditor": "auditor"}


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    """One patient with a minute of a synthetic heart, and an account of each role, signed in."""
    with System(tmp_path_factory.mktemp("api")) as system:
        for account, role in ACCOUNTS.items():
            system.add_user(account, role)
        patient = system.add_patient("Anna Albrecht", "bed-one")
        system.device("bed-one", "--synthetic", "normal", "--speed", "20", "--duration", "60").wait()
        until(lambda: system.analysed() >= 30, "beats are analysed", 60)
        clients = {account: Client(system).sign_in(account) for account in ACCOUNTS}
        yield system, clients, patient


@pytest.fixture(scope="module")
def document(ward):
    system, _, _ = ward
    return Client(system).get("/api/openapi.json").json()


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_the_document_is_valid_openapi_31(document):
    OpenAPIV31SpecValidator(document).validate()
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names)) > 50


def test_every_route_for_every_role(ward, document):
    """Made from the document: who is not named there is refused, on every route."""
    system, clients, patient = ward
    filled = {"pseudonym": patient, "device": "bed-one", "alert": "0" * 32, "account": "nobody", "id": "1"}
    asked = 0
    for method, path, operation in operations(document):
        if operation["operationId"] in ("signOut", "signIn"):
            continue
        roles = operation["x-roles"]
        address = re.sub(r"\{(\w+)\}", lambda name: filled.get(name[1], "0"), path)
        body = None if method == "GET" else {}
        nobody = Client(system).ask(method, address, body)
        # Where there is no identity provider, its routes are for everybody and answer that there is none.
        expected = nobody.status not in (401, 403) if roles == ["everybody"] else nobody.status == 401
        assert expected, (method, path, nobody.status)
        for account, role in ACCOUNTS.items():
            if role in roles or roles in (["everybody"], ["signed-in"]):
                continue
            answer = clients[account].ask(method, address, body)
            assert answer.status == 403, (method, path, account, answer.status)
            asked += 1
    assert asked > 60


def test_forged_requests_change_nothing(ward, document):
    """Every changing route, without the origin, with a foreign one, from another site, without or with a wrong request token."""
    _, clients, patient = ward
    filled = {"pseudonym": patient, "device": "bed-one", "alert": "0" * 32, "account": "doctor", "id": "1"}
    forged = [
        {"Origin": None}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"}, {"X-Request-Token": None}, {"X-Request-Token": "0" * 32},
    ]
    tried = 0
    for method, path, operation in operations(document):
        if method == "GET" or operation["operationId"] == "signIn":
            continue
        address = re.sub(r"\{(\w+)\}", lambda name: filled.get(name[1], "0"), path)
        for account, role in ACCOUNTS.items():
            if role not in operation["x-roles"] and operation["x-roles"] != ["signed-in"]:
                continue
            for change in forged:
                answer = clients[account].ask(method, address, {}, change)
                assert answer.status == 403 and answer.problem == "foreign-request", (method, path, account, change, answer.body)
                tried += 1
    assert tried > 100
    # The sign-ins are still there: signing out was among what was tried.
    assert all(client.get("/api/session").status == 200 for client in clients.values())


# Streams do not end, and signing in and out, disabling accounts and destroying would end the test itself.
LEFT_OUT = {"streamEvents", "signIn", "signOut", "changeAccount"}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_answers_keep_to_the_document(ward, document, account):
    """Requests made from the document, well and badly formed: no 5xx but what is said to be away, nothing that it does not describe."""
    _, clients, _ = ward
    client = clients[account]
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=client.base)
    role = ACCOUNTS[account]
    made = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        raw = operation.definition.raw
        if raw["operationId"] in LEFT_OUT or not {role, "everybody", "signed-in"} & set(raw["x-roles"]):
            continue

        @seed(20261127)
        @settings(max_examples=6, database=None, deadline=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        def run(case):
            nonlocal made
            made += 1
            case.headers = {}
            case.cookies = {}
            response = case.call(
                headers=client.headers(case.method.upper()), verify=False, timeout=20)
            case.validate_response(response, checks=[
                not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance])

        run()
    assert made > 50


# -- FHIR, read by somebody else's model of it

@pytest.fixture(scope="module")
def program(ward):
    """A program with a token that may read FHIR and nothing else: no cookie."""
    system, clients, _ = ward
    return Client(system, token=clients["doctor"].make_token("fhir:read"))


def read(client, path, model, status=200):
    answer = client.get(path)
    assert answer.status == status, (path, answer.body)
    assert answer.headers["Content-Type"].startswith("application/fhir+json")
    return model.model_validate_json(answer.body)


def test_what_the_server_can_do(ward):
    system, _, _ = ward
    statement = read(Client(system), "/fhir/metadata", CapabilityStatement)
    assert {resource.type for resource in statement.rest[0].resource} == {"Patient", "Device", "Observation", "AuditEvent"}


def test_patients_and_devices_are_valid(ward, program):
    _, _, patient = ward
    one = read(program, f"/fhir/Patient/{patient}", Patient)
    assert one.name[0].text == "Anna Albrecht" and one.birthDate.isoformat() == "1950-02-03"
    bundle = read(program, "/fhir/Patient", Bundle)
    assert patient in [entry.resource.id for entry in bundle.entry]
    device = read(program, "/fhir/Device/bed-one", Device)
    assert device.patient.reference == f"Patient/{patient}"


@pytest.mark.parametrize("code", ["8867-4", "131328"])
def test_observations_are_valid_over_all_pages(ward, program, code):
    _, _, patient = ward
    seen = []
    address = f"/fhir/Observation?patient={patient}&code={code}&_count=7"
    while address:
        bundle = read(program, address, Bundle)
        seen += [entry.resource for entry in bundle.entry or []]
        address = next((link.url.removeprefix(program.base) for link in bundle.link if link.relation == "next"), None)
    assert len(seen) >= 20 and len({one.id for one in seen}) == len(seen)
    assert [one.effectiveDateTime for one in seen] == sorted(one.effectiveDateTime for one in seen)
    again = read(program, f"/fhir/Observation/{seen[3].id}", Observation)
    if code == "131328":
        assert len(again.valueSampledData.data.split()) == 187
    else:
        assert 30 < float(again.valueQuantity.value) < 220


def test_audit_events_are_valid_and_for_auditors(ward, program):
    _, clients, patient = ward
    for path in (f"/api/patients/{patient}", "/api/ward"):
        assert clients["doctor"].get(path).status == 200
    bundle = read(clients["auditor"], "/fhir/AuditEvent?_count=20", Bundle)
    assert len(bundle.entry) == 20
    event = read(clients["auditor"], f"/fhir/AuditEvent/{bundle.entry[5].resource.id}", AuditEvent)
    assert event.id == bundle.entry[5].resource.id
    # Whatever was done until now, over all pages: of every record, once, in order.
    address, seen = "/fhir/AuditEvent?_count=30", []
    while address:
        bundle = read(clients["auditor"], address, Bundle)
        seen += [entry.resource for entry in bundle.entry or []]
        address = next(
            (link.url.removeprefix(clients["auditor"].base) for link in bundle.link if link.relation == "next"), None)
    assert len({one.id for one in seen}) == len(seen)
    assert {one.id.split("-")[0] for one in seen} >= {"vault", "account", "view"}
    assert {one.subtype[-1].code for one in seen} >= {"viewed", "ward-viewed"}
    assert {one.type.code for one in seen} >= {"110100", "110114", "110110", "110113"}
    refused = read(program, "/fhir/AuditEvent", OperationOutcome, status=403)
    assert refused.issue[0].code == "forbidden"


def test_who_decided_who_sees_whom_is_on_record(ward):
    system, clients, patient = ward
    admin = clients["admin"]
    system.command("user", "add", "nurse", "--role", "clinician", "--patients", "none", "--data-dir", system.data, stdin=PASSWORD + "\n")
    nurse = Client(system).sign_in("nurse")
    made = admin.ask("POST", "/api/groups", {"name": "Oncology"})
    assert made.status == 200, made.body
    group = made.json()["group"]
    system.command("patient", "group", "join", patient, group, "--data-dir", system.data)
    assert admin.ask("PUT", f"/api/accounts/nurse/groups/{group}").status == 204
    until(lambda: nurse.get(f"/api/patients/{patient}").status == 200, "who is assigned the group sees who is in it", 30)
    assert admin.ask("DELETE", f"/api/groups/{group}").status == 204
    until(lambda: nurse.get(f"/api/patients/{patient}").status == 404, "the group has ended", 30)
    bundle = read(clients["auditor"], f"/fhir/AuditEvent?entity=Group/{group}", Bundle)
    events = [entry.resource for entry in bundle.entry]
    assert [(one.subtype[-1].code, one.agent[0].who.display) for one in events] == [
        ("group-joined", "operator"), ("group-assigned", "admin"), ("group-unassigned", "admin"), ("group-left", "admin"),
        ("group-removed", "admin")]
    about = [[entity.what.reference or entity.what.identifier.value for entity in one.entity] for one in events]
    assert about == [[f"Patient/{patient}", group], ["nurse", group], ["nurse", group], [f"Patient/{patient}", group], [group]]
    assert "Oncology" not in clients["auditor"].get("/api/account-events").body.decode()


def test_a_token_opens_its_scope_and_nothing_else(ward, program):
    assert program.get("/fhir/Patient").status == 200
    refused = program.get("/api/ward")
    assert refused.status == 403 and refused.problem == "scope-missing"
    assert program.ask("POST", "/api/tokens", {"name": "x", "scopes": ["fhir:read"], "days": 1}).status == 403
