"""How calls between us and other systems are signed, in both directions."""

import hashlib
import hmac


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=UNIX,v1=HEX`, where HEX is HMAC-SHA256 of `UNIX.BODY` with STAYSAIL_SECRET. Receivers refuse a `t` that is long past."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
