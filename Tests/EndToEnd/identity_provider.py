"""An identity provider (OpenID Connect Core 1.0, code flow with PKCE) on a free port, with a page where a person says who they are."""
import base64
import hashlib
import html
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class IdentityProvider:
    """Lets in whoever gives a name; runs until it is closed."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        # What each code that was given out stands for.
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                address = urlsplit(self.path)
                provider.get(self, address.path, {name: values[0] for name, values in parse_qs(address.query).items()})

            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                provider.token(self, {name: values[0] for name, values in form.items()})

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def settings(self) -> dict[str, str]:
        return {"dashboard.oidc.issuer": self.issuer, "dashboard.oidc.name": "Clinic <b>SSO</b>", "dashboard.oidc.creates-accounts-as": "clinician"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def get(self, request, path, query):
        if path == "/.well-known/openid-configuration":
            return self.reply(request, {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys"})
        if path == "/keys":
            point = self.key.public_key().public_numbers()
            return self.reply(request, {"keys": [{"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "one",
                                                  "x": url64(point.x.to_bytes(32)), "y": url64(point.y.to_bytes(32))}]})
        if path == "/authorize":
            assert query["response_type"] == "code" and query["code_challenge_method"] == "S256", query
            kept = "".join(f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in query.items())
            page = (f'<!doctype html><html lang="en"><title>Sign in</title><form action="/answer">{kept}<label>Name <input name="name" data-testid="provider-name"></label>'
                    '<button data-testid="provider-yes">Yes</button><button name="refused" value="1" data-testid="provider-no">No</button></form></html>')
            return self.reply(request, page.encode(), "text/html; charset=utf-8")
        if path == "/answer":
            back = {"state": query["state"], "iss": self.issuer}
            if "refused" in query:
                back["error"] = "access_denied"
            else:
                back["code"] = secrets.token_urlsafe(16)
                self.codes[back["code"]] = query
            request.send_response(302)
            request.send_header("Location", f"{query['redirect_uri']}?{urlencode(back)}")
            request.end_headers()
            return None
        # A browser looks for an icon of the page; that there is none is no fault.
        request.send_response(204 if path == "/favicon.ico" else 404)
        return request.end_headers()

    def token(self, request, form):
        """A code serves once, and only whoever began (RFC 7636)."""
        bound = self.codes.pop(form.get("code", ""), None)
        proof = url64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if bound is None or proof != bound["code_challenge"] or form.get("redirect_uri") != bound["redirect_uri"]:
            return request.send_error(400)
        claims = {"iss": self.issuer, "sub": bound["name"], "aud": bound["client_id"], "exp": time.time() + 60, "iat": time.time(), "nonce": bound["nonce"],
                  "preferred_username": bound["name"]}
        signed = ".".join(url64(json.dumps(one).encode()) for one in ({"alg": "ES256", "kid": "one", "typ": "JWT"}, claims))
        r, s = decode_dss_signature(self.key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return self.reply(request, {"id_token": f"{signed}.{url64(r.to_bytes(32) + s.to_bytes(32))}", "token_type": "Bearer", "access_token": "none"})

    @staticmethod
    def reply(request, body, kind="application/json"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request.send_response(200)
        request.send_header("Content-Type", kind)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)
