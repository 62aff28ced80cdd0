"""An authenticator app."""
import base64
import hashlib
import hmac
import struct
import time

from waiting import until


class Phone:
    """Time-based codes (RFC 6238: SHA-1, 6 digits, 30 s); gives each once."""

    def __init__(self, secret: str):
        secret = secret.replace(" ", "")
        self.key = base64.b32decode(secret + "=" * (-len(secret) % 8))
        self.last = 0

    def code(self) -> str:
        until(lambda: int(time.time()) // 30 > self.last, "the next code", 35)
        self.last = int(time.time()) // 30
        mac = hmac.new(self.key, struct.pack(">Q", self.last), hashlib.sha1).digest()
        offset = mac[-1] & 15
        return f"{(struct.unpack('>I', mac[offset:offset + 4])[0] & 0x7FFFFFFF) % 10**6:06}"
