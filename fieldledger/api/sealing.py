"""Keeping what must be shown or used again so that a stolen database does not give it away."""

import secrets
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE_LENGTH: Final = 12  # NIST SP 800-38D, 5.2.1.1.


def seal(content: bytes, *, bound_to: str) -> bytes:
    """Return `content` sealed; it opens only with the same `bound_to`."""
    nonce = secrets.token_bytes(_NONCE_LENGTH)
    return nonce + AESGCM(_key()).encrypt(nonce, content, bound_to.encode())


def unseal(sealed: bytes, *, bound_to: str) -> bytes | None:
    """Return what was sealed; None if it was sealed with another key, as after a restore."""
    nonce, rest = sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:]
    try:
        return AESGCM(_key()).decrypt(nonce, rest, bound_to.encode())
    except (InvalidTag, ValueError):
        return None


def _key() -> bytes:
    return sha256(b"api seal:" + settings.SEALING_KEY).digest()
