#!/usr/bin/python3
"""A mail server on 127.0.0.1 for the demo and the tests: STARTTLS and AUTH required, every mail kept as an .eml file.

It is Debian's python3-aiosmtpd with certificate, user and password of the caller; nothing is passed on to anybody.
Ends cleanly on SIGTERM or SIGINT.
"""
import argparse
import asyncio
import hmac
import os
import pathlib
import signal
import ssl
import sys
import tempfile

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def write_atomically(path, data):
    """Whoever waits for the file sees all of it or nothing."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.replace(temporary, path)


class Mailbox:
    """Keeps each accepted mail as NNNNNN.eml."""

    def __init__(self, directory, refused):
        self.directory, self.refused = directory, refused
        self.count = len(list(directory.glob("*.eml")))

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.refused:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        data = envelope.original_content or envelope.content
        # What was said in the conversation and is not in the mail itself.
        trace = (
            f"X-Received-TLS: {session.ssl is not None}\r\n"
            f"X-Received-Authenticated: {session.authenticated}\r\n"
            f"X-Received-From: {envelope.mail_from}\r\n"
            f"X-Received-For: {', '.join(envelope.rcpt_tos)}\r\n"
        ).encode()
        write_atomically(self.directory / f"{self.count:06}.eml", trace + data)
        return "250 2.0.0 OK"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--port-file", type=pathlib.Path, help="where to write the port that is listened on")
    parser.add_argument("--maildir", type=pathlib.Path, required=True, help="directory for the .eml files")
    parser.add_argument("--certificate", required=True, help="certificate chain in PEM")
    parser.add_argument("--key", required=True, help="its private key in PEM")
    parser.add_argument("--user", required=True, help="user name for AUTH")
    parser.add_argument("--password-file", type=pathlib.Path, required=True, help="file with the password")
    parser.add_argument("--refuse", action="append", default=[], metavar="ADDRESS", help="a mailbox that there is not; may be given again")
    options = parser.parse_args()
    # A parent may have started us from a thread that blocks signals; a blocked SIGTERM would never end us.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})

    options.maildir.mkdir(parents=True, exist_ok=True)
    password = options.password_file.read_bytes().rstrip(b"\r\n")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(options.certificate, options.key)
    mailbox = Mailbox(options.maildir, frozenset(options.refuse))

    def authenticate(server, session, envelope, mechanism, data):
        right = (
            isinstance(data, LoginPassword)
            and hmac.compare_digest(data.login, options.user.encode())
            and hmac.compare_digest(data.password, password)
        )
        # handled=False lets the server answer "535 5.7.8 Authentication credentials invalid".
        return AuthResult(success=right, handled=right)

    def conversation():
        return SMTP(
            mailbox, hostname="localhost", tls_context=context, require_starttls=True, auth_required=True,
            authenticator=authenticate, enable_SMTPUTF8=False, data_size_limit=1 << 20,
        )

    async def serve():
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        server = await loop.create_server(conversation, "127.0.0.1", options.port)
        port = server.sockets[0].getsockname()[1]
        if options.port_file:
            write_atomically(options.port_file, f"{port}\n".encode())
        print(f"mail server on 127.0.0.1:{port}, mails in {options.maildir}", flush=True)
        await stop.wait()
        server.close()
        await server.wait_closed()

    asyncio.run(serve())


if __name__ == "__main__":
    sys.exit(main())
