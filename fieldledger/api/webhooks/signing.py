"""Secrets and signatures as Standard Webhooks 1.0.0 has them (standardwebhooks.com)."""

import base64
import hashlib
import hmac
import secrets
from typing import Final

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what a secret begins with, not one.
_SECRET_BYTES: Final = 32  # 24 to 64 by the specification.


def new_secret() -> str:
    """Return a new secret: "whsec_" and 256 random bits in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def headers_of(*, secret: str, message_id: str, sent_at_s: int, body: str) -> dict[str, str]:
    """Return the three headers that let the receiver verify a message.

    `sent_at_s` is in seconds since 1970. The signature is over id, time and body.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{sent_at_s}.{body}".encode()
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode("ascii")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(sent_at_s),
        "webhook-signature": f"v1,{signature}",
    }
