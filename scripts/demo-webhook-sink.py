#!/usr/bin/env python3
"""A webhook receiver on 127.0.0.1 for the demo and the tests: HTTPS, signature verified, every request one JSON line.

It does what a receiver should: it refuses what is unsigned, altered or older than five minutes, and it recognises a
repetition by its Idempotency-Key. Ends cleanly on SIGTERM or SIGINT.
"""
import argparse
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import signal
import ssl
import sys
import tempfile
import threading
import time

BODY_LIMIT = 64 * 1024
AGE_LIMIT_SECONDS = 300


def write_atomically(path, data):
    """Whoever waits for the file sees all of it or nothing."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.replace(temporary, path)


def verify(header, body, secret, now):
    """Returns None, or why the signature does not hold."""
    parts = dict(part.split("=", 1) for part in (header or "").split(",") if "=" in part)
    if "t" not in parts or "v1" not in parts or not parts["t"].isdigit():
        return "signature missing"
    expected = hmac.new(secret, parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, parts["v1"]):
        return "signature wrong"
    if abs(now - int(parts["t"])) > AGE_LIMIT_SECONDS:
        return "signature too old"
    return None


class Sink:
    def __init__(self, output, secret, failures, gone):
        self.output, self.secret, self.failures, self.gone = output, secret, failures, gone
        self.seen = set()
        self.lock = threading.Lock()

    def take(self, headers, body):
        """Returns the status to answer with."""
        reason = verify(headers.get("SealedBeat-Signature"), body, self.secret, time.time())
        key = headers.get("Idempotency-Key")
        gone = self.gone.read_text().split() if self.gone and self.gone.exists() else []
        with self.lock:
            if reason is not None:
                status = 401
            elif self.failures > 0:
                self.failures -= 1
                status, reason = 500, "failing as told"
            elif json.loads(body)["alert"]["patient"] in gone:
                status, reason = 410, "gone as told"
            else:
                status = 200
            line = {
                "verified": status != 401, "status": status, "reason": reason, "idempotencyKey": key,
                "repeated": key in self.seen,
            }
            if status != 401:
                line["body"] = json.loads(body)
            if status == 200:
                self.seen.add(key)
            with open(self.output, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        return status


def handler(sink):
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self):
            try:
                length = int(self.headers.get("Content-Length", ""))
            except ValueError:
                return self.answer(411)
            if not 0 <= length <= BODY_LIMIT:
                return self.answer(413)
            try:
                status = sink.take(self.headers, self.rfile.read(length))
            except ValueError:
                status = 400
            return self.answer(status)

        def answer(self, status):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            if status in (411, 413):
                self.close_connection = True

        def log_message(self, *arguments):
            pass

    return Handler


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, handler, context):
        super().__init__(address, handler)
        self.context = context

    def get_request(self):
        connection, address = super().get_request()
        connection.settimeout(30)
        # The handshake happens in the connection's own thread, at its first read.
        return self.context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address):
        # A client that does not trust our certificate is an event, not a fault.
        print(f"connection ended: {sys.exc_info()[0].__name__}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--port-file", type=pathlib.Path, help="where to write the port that is listened on")
    parser.add_argument("--output", type=pathlib.Path, required=True, help="file to append one JSON line a request to")
    parser.add_argument("--certificate", required=True, help="certificate chain in PEM")
    parser.add_argument("--key", required=True, help="its private key in PEM")
    parser.add_argument("--secret-file", type=pathlib.Path, required=True, help="file with the signing secret")
    parser.add_argument("--fail-first", type=int, default=0, help="answer 500 to so many requests first")
    parser.add_argument("--gone-file", type=pathlib.Path, help="file with the patients about whom 410 is answered, looked at with each request")
    options = parser.parse_args()
    # A parent may have started us from a thread that blocks signals; a blocked SIGTERM would never end us.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(options.certificate, options.key)
    secret = options.secret_file.read_bytes().rstrip(b"\r\n")
    server = Server(("127.0.0.1", options.port), handler(Sink(options.output, secret, options.fail_first, options.gone_file)), context)

    def stop(*_):
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    port = server.server_address[1]
    if options.port_file:
        write_atomically(options.port_file, f"{port}\n".encode())
    print(f"webhook sink on 127.0.0.1:{port}, requests in {options.output}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.server_close()


if __name__ == "__main__":
    sys.exit(main())
