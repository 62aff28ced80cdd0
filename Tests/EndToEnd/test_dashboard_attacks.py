"""What somebody does who wants in, or wants the pages to stop: against the running dashboard, over its real TLS."""
import contextlib
import resource
import socket
import ssl
import sys
import time

import pytest

from dashboard_client import Client
from system import PASSWORD, ROOT, System
from waiting import until

sys.path.insert(0, str(ROOT / "Tests/Browser"))
import pages  # noqa: E402

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>\"'`${7*7}{{7*7}}"


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    with System(tmp_path_factory.mktemp("attacks")) as system:
        system.add_user("doctor")
        system.add_user("admin", "administrator")
        patient = system.add_patient(MARKUP, "bed-one")
        system.device("bed-one", "--synthetic", "normal", "--speed", "20", "--duration", "30").wait()
        until(lambda: system.analysed() >= 15, "beats are analysed", 60)
        yield system, patient


@contextlib.contextmanager
def raw(client):
    """A TLS connection on which a test writes what it likes."""
    host, port = client.authority.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=60) as plain:
        with client.tls.wrap_socket(plain, server_hostname=host) as secured:
            yield secured


def is_cut(connection, within: float, drip: bytes) -> float:
    """Seconds until the server ends a connection on which a byte goes out every second."""
    began = time.monotonic()
    connection.settimeout(1)
    while time.monotonic() - began < within:
        try:
            connection.sendall(drip)
            if connection.recv(4096) == b"":
                return time.monotonic() - began
        except (TimeoutError, ssl.SSLWantReadError):
            continue
        except OSError:
            return time.monotonic() - began
    raise AssertionError(f"still open after {within} s")


@pytest.mark.parametrize("path", [
    "/../etc/passwd", "/web/../../etc/passwd", "/web/%2e%2e/%2e%2e/etc/passwd", "/web/..%2f..%2fetc%2fpasswd",
    "/web/....//etc/passwd", "//etc/passwd", "/web/%00app.js", "/api/patients/..%2f..%2fward", "/fhir/Patient/..%2fDevice",
    "/web/%c0%ae%c0%ae/app.js", "/web/strings/../../../index.html",
])
def test_no_path_leads_out(ward, path):
    system, _ = ward
    client = Client(system).sign_in("doctor")
    answer = client.get(path)
    assert answer.status in (400, 404), (path, answer.status)
    assert b"root:" not in answer.body


def test_a_cookie_that_was_planted_does_not_become_a_session(ward):
    """Session fixation: whatever cookie the browser had, signing in makes another, and the old one opens nothing."""
    system, _ = ward
    planted = "__Host-sealedbeat=" + "A" * 43
    victim = Client(system)
    victim.cookie = planted
    victim.sign_in("doctor")
    assert victim.cookie != planted
    attacker = Client(system)
    attacker.cookie = planted
    assert attacker.get("/api/ward").status == 401
    # A second sign-in with a valid cookie makes a new one as well.
    again = Client(system)
    again.cookie = victim.cookie
    again.sign_in("doctor")
    assert again.cookie != victim.cookie


def test_guessing_is_slowed_down_and_others_still_sign_in(ward):
    system, _ = ward
    client = Client(system)
    outcomes = [
        client.ask("POST", "/api/session", {"account": "admin", "password": f"wrong password number {number}"}).status
        for number in range(12)]
    assert outcomes[:5] == [401] * 5 and 429 in outcomes[5:] and set(outcomes) <= {401, 429, 503}
    locked = client.ask("POST", "/api/session", {"account": "admin", "password": PASSWORD})
    assert locked.status == 429 and int(locked.headers["Retry-After"]) > 0
    assert Client(system).sign_in("doctor").get("/api/ward").status == 200


@pytest.mark.parametrize("start,drip", [
    (b"GET /api/session HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
    (b"POST /api/session HTTP/1.1\r\nHost: x\r\nOrigin: https://x\r\nContent-Type: application/json\r\n"
     b"Content-Length: 4000\r\n\r\n{", b" "),
], ids=["headers", "body"])
def test_a_slow_client_is_cut(ward, start, drip):
    """A byte or a line a second keeps no connection."""
    system, _ = ward
    with raw(Client(system)) as connection:
        connection.sendall(start)
        assert is_cut(connection, 75, drip) < 70


def test_a_thousand_open_streams(ward):
    """Memory stays bounded, and another person is served meanwhile."""
    system, _ = ward
    wanted = 1000
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(limit[0], min(4096, limit[1])), limit[1]))
    client = Client(system).sign_in("doctor")

    def memory() -> int:
        status = open(f"/proc/{system.child('dashboard')['processIdentifier']}/status").read()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024

    before = memory()
    with contextlib.ExitStack() as streams:
        for _ in range(wanted):
            connection = streams.enter_context(contextlib.closing(client.connection(30)))
            connection.request("GET", "/api/events", headers=client.headers("GET"))
            answer = connection.getresponse()
            assert answer.status == 200
        began = time.monotonic()
        assert client.get("/api/ward").status == 200
        waited = time.monotonic() - began
        grown = memory() - before
        print(f"{wanted} streams: {grown} MiB more, another request {waited * 1000:.0f} ms")
        assert grown < 512 and waited < 5
    assert client.get("/api/ward").status == 200


def test_names_full_of_markup_stay_text(ward):
    """In a real browser: nothing runs, nothing is drawn as markup, the policy has nothing to report."""
    system, patient = ward
    with contextlib.ExitStack() as stack:
        driver = pages.chromium()
        stack.callback(driver.quit)
        base = system.addresses["dashboardURL"]
        pages.sign_in(driver, base, "doctor", PASSWORD)
        for address in ("/ward", f"/patients/{patient}", "/alerts"):
            driver.get(base.rstrip("/") + address)
            if address != "/alerts":
                pages.wait(driver, 20, lambda d: "onerror=alert(1)" in d.find_element("tag name", "body").text, address)
            assert driver.execute_script("return document.querySelectorAll('img[src=x], body script').length") == 0
            assert "49" not in driver.title
        assert pages.console_errors(driver) == []
