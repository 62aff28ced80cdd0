"""A person at the dashboard's API, as a browser would ask: keeps the cookie, sends origin and request token."""
import http.cookiejar
import json
import ssl
import urllib.error
import urllib.request


class Person:
    def __init__(self, base: str):
        self.base = base
        # The certificate is the installation's own; that it is the right one is tested elsewhere.
        context = ssl._create_unverified_context()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=context), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        self.token = None

    def send(self, method: str, path: str, body=None) -> tuple[int, dict]:
        headers = {"Origin": self.base, "Content-Type": "application/json"}
        if self.token:
            headers["X-Request-Token"] = self.token
        data = json.dumps(body).encode() if body is not None else b"" if method != "GET" else None
        request = urllib.request.Request(self.base + path, data=data, method=method, headers=headers)
        try:
            with self.opener.open(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as refusal:
            return refusal.code, json.loads(refusal.read() or b"{}")

    def get(self, path: str) -> dict:
        status, answer = self.send("GET", path)
        assert status == 200, (path, status, answer)
        return answer

    def sign_in(self, account: str, password: str) -> "Person":
        status, answer = self.send("POST", "/api/session", {"account": account, "password": password})
        assert status == 200, answer
        self.token = answer["requestToken"]
        return self
