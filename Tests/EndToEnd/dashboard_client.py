"""Asks the dashboard as a browser or as a program would, with the standard library alone."""
import http.client
import json
import ssl
from urllib.parse import urlsplit

from system import PASSWORD


class Answer:
    def __init__(self, response: http.client.HTTPResponse):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)

    @property
    def problem(self) -> str | None:
        """The stable code of a refusal."""
        try:
            return self.json()["error"]["code"]
        except (ValueError, KeyError, TypeError):
            return None


class Client:
    """One person's browser, or with `token` a program."""

    def __init__(self, system, token: str | None = None):
        self.base = system.addresses["dashboardURL"].rstrip("/")
        self.authority = urlsplit(self.base).netloc
        # The system makes its own authority at each start; what is tested here lies above TLS.
        self.tls = ssl._create_unverified_context()
        self.token = token
        self.cookie: str | None = None
        self.request_token: str | None = None

    def connection(self, timeout: float = 15) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self.authority, context=self.tls, timeout=timeout)

    def headers(self, method: str) -> dict[str, str]:
        if self.token:
            return {"Authorization": f"Bearer {self.token}"}
        headers = {}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if method != "GET":
            headers |= {"Origin": self.base, "Sec-Fetch-Site": "same-origin"}
            if self.request_token:
                headers["X-Request-Token"] = self.request_token
        return headers

    def ask(self, method: str, path: str, body=None, changing: dict[str, str | None] | None = None) -> Answer:
        """`changing` adds, replaces, or with None removes headers."""
        headers = self.headers(method)
        if body is not None:
            headers["Content-Type"] = "application/json"
        for name, value in (changing or {}).items():
            headers.pop(name, None)
            if value is not None:
                headers[name] = value
        connection = self.connection()
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def sign_in(self, account: str, password: str = PASSWORD) -> "Client":
        answer = self.ask("POST", "/api/session", {"account": account, "password": password})
        assert answer.status == 200, (answer.status, answer.body)
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.request_token = answer.json()["requestToken"]
        return self

    def make_token(self, *scopes: str) -> str:
        answer = self.ask("POST", "/api/tokens", {"name": "test", "scopes": list(scopes), "days": 1})
        assert answer.status == 200, answer.body
        return answer.json()["token"]
