"""A stand-in for the dashboard: serves the real pages, and an event stream of as many made patients as a test asks for.

For what a real system cannot be brought to on a test machine: two hundred patients, states that come when they are called, an alert at a
known moment. The addresses and the shapes of what is told are those of `docs/dashboard.md`; only the hearts are made.
"""
import base64
import contextlib
import json
import math
import re
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "Sources/Dashboard/Web"
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
          "base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
RATE = 125
CHUNK = 187
# Letters of pseudonyms: what `P-[A-Z2-9]{4,12}` takes.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def operations() -> bytes:
    """The module that the server makes of its table of routes, made of the same table."""
    text = "".join(file.read_text() for file in sorted((WEB.parent / "Access").glob("Endpoint*.swift")))
    routes = {name: [method.upper(), path] for name, method, path in re.findall(r'case \.(\w+): \.init\(\.(\w+), "([^"]+)"', text)}
    return f"export const operations = Object.freeze({json.dumps(routes)});\n".encode()


def pseudonym(number: int) -> str:
    word = ""
    for _ in range(4):
        word = LETTERS[number % len(LETTERS)] + word
        number //= len(LETTERS)
    return "P-" + word


def beat(phase: float) -> float:
    """Microvolts of a made heart, by the phase of its beat, 0…1: P, QRS and T as bumps."""
    def bump(at, width, height):
        return height * math.exp(-(((phase - at) / width) ** 2))
    return bump(0.2, 0.025, 120) + bump(0.295, 0.008, -150) + bump(0.31, 0.009, 1100) + bump(0.33, 0.009, -220) + bump(0.55, 0.045, 260)


class Patient:
    """One made patient; a test may change what is said of them at any time."""

    def __init__(self, number: int):
        self.name = pseudonym(number)
        self.period = 0.7 + 0.4 * ((number * 37) % 100) / 100
        self.offset = (number * 53) % CHUNK
        self.is_sending = True
        self.beats = 0
        now = int(time.time() * 1000)
        self.status = {
            "patient": self.name, "name": f"Patient {number:03d}", "groups": [], "device": f"bed-{number:03d}", "session": f"{number:032x}",
            "state": "live", "link": "online", "linkSinceMs": now, "heartRate": round(60 / self.period), "quality": 0.95, "isLeadOff": False,
            "abnormalProbability": 0.02, "highestAbnormalProbability": 0.1, "rPeaks": 100, "abnormalBeats": 0,
            "rhythm": {"code": "mostly-normal", "beats": 60, "abnormalShare": 0.0}, "capturedMs": now, "receivedMs": now,
            "battery": 0.3 + 0.7 * ((number * 29) % 100) / 100, "alerts": {"unresolved": 0, "unacknowledged": 0},
        }

    def strip(self, chunk: int) -> dict:
        first = chunk * CHUNK
        values = [round(beat((index / RATE / self.period) % 1)) for index in range(first, first + CHUNK)]
        return {
            "patient": self.name, "session": self.status["session"], "sequence": chunk, "channel": "ecg", "lead": "II", "firstSample": first,
            "count": CHUNK, "missing": 0, "isLeadOff": False, "capturedMs": self.status["capturedMs"],
            "samples": base64.b64encode(struct.pack(f"<{CHUNK}h", *values)).decode(),
        }


class SyntheticWard:
    """Serves until it is closed. `say(event, data)` tells every open page something."""

    def __init__(self, count: int, role: str = "clinician"):
        self.patients = [Patient(number) for number in range(count)]
        self.role = role
        self.alerts: list[dict] = []
        # What groups of patients are called, by their public names.
        self.groups: dict[str, str] = {}
        self.requests: list[str] = []
        self._streams: list["Stream"] = []
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        # As if the network between had gone: nothing is told, and nobody notices but by silence.
        self.is_silent = False
        ward = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                ward._answer(self)

            def do_POST(self):
                ward._answer(self)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        threading.Thread(target=self._send, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._is_over.set()
        self._server.shutdown()
        self._server.server_close()

    def patient(self, name: str) -> Patient:
        return next(one for one in self.patients if one.name == name)

    def change(self, name: str, **facts):
        """Changes what is said of a patient, and says it."""
        patient = self.patient(name)
        patient.status.update(facts)
        self.say("vitals", patient.status)

    def say(self, event: str, data: dict):
        message = f"event: {event}\ndata: {json.dumps(data)}\n\n".encode()
        if self.is_silent:
            return
        with self._lock:
            for stream in self._streams:
                stream.put(message)

    # MARK: What is served

    def _answer(self, request):
        path = request.path.split("?")[0]
        self.requests.append(path)
        now = int(time.time() * 1000)
        answers = {
            "/api/session": {"account": "doctor", "role": self.role, "requestToken": "none", "expiresMs": now + 3_600_000},
            "/api/ward": {"nowMs": now, "patients": [one.status for one in self.patients],
                          "groups": [{"group": group, "name": name} for group, name in sorted(self.groups.items(), key=lambda one: one[1])]},
            "/api/alerts": {"items": self.alerts},
        }
        if path == "/api/events":
            return self._stream(request)
        if path in answers:
            return self._reply(request, 200, "application/json", json.dumps(answers[path]).encode())
        if path.startswith("/api/"):
            return self._reply(request, 404, "application/json", b'{"error": {"code": "not-found", "reason": "not made"}}')
        if path == "/web/operations.js":
            return self._reply(request, 200, TYPES[".js"], operations())
        file = WEB / path.removeprefix("/web/") if path.startswith("/web/") else WEB / "index.html"
        if not file.resolve().is_relative_to(WEB) or not file.is_file():
            return self._reply(request, 404, "text/plain", b"")
        return self._reply(request, 200, TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes())

    @staticmethod
    def _reply(request, status, kind, body):
        request.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Content-Security-Policy", POLICY), ("Cache-Control", "no-store")):
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def _stream(self, request):
        request.send_response(200)
        for name, value in (("Content-Type", "text/event-stream"), ("Content-Security-Policy", POLICY), ("Connection", "close")):
            request.send_header(name, value)
        request.end_headers()
        stream = Stream()
        with self._lock:
            for patient in self.patients if not self.is_silent else []:
                stream.put(f"event: vitals\ndata: {json.dumps(patient.status)}\n\n".encode())
            self._streams.append(stream)
        with contextlib.suppress(OSError):
            while not self._is_over.is_set():
                request.wfile.write(stream.take())
                request.wfile.flush()
        with self._lock:
            self._streams.remove(stream)

    # MARK: Hearts

    def _send(self):
        """Each patient's chunk every 1.496 s, spread over that time as real devices' are; the clock every 2 s."""
        begun = time.monotonic()
        sent = [0] * len(self.patients)
        clock = 0.0
        while not self._is_over.wait(0.02):
            elapsed = time.monotonic() - begun
            now = int(time.time() * 1000)
            for place, patient in enumerate(self.patients):
                due = int((elapsed * RATE + patient.offset) / CHUNK)
                if due <= sent[place]:
                    continue
                sent[place] = due
                if not patient.is_sending:
                    continue
                # In place: a test may put another one in its place meanwhile.
                patient.status.update(capturedMs=now, receivedMs=now, rPeaks=patient.status["rPeaks"] + 2)
                self.say("strip", patient.strip(due))
                self.say("vitals", patient.status)
            if elapsed >= clock:
                clock += 2
                self.say("clock", {"nowMs": now})


class Stream:
    """What waits for one page."""

    def __init__(self):
        self._waiting = bytearray()
        self._condition = threading.Condition()

    def put(self, message: bytes):
        with self._condition:
            self._waiting += message
            self._condition.notify()

    def take(self) -> bytes:
        with self._condition:
            self._condition.wait_for(lambda: self._waiting, timeout=0.5)
            taken, self._waiting = bytes(self._waiting), bytearray()
            return taken
