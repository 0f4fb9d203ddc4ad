"""The Web Connector's password: made by the machine, checked fast, copyable for a while.

It has 143 random bits, so nobody guesses it and a plain keyed hash is as good a verifier as a
slow one (OWASP ASVS 5.0, 6.5.2 allows it from 112 bits on), while a slow one would let anybody
keep our processors busy. A copy that can be opened again lies sealed in the database; its key is in
a file outside, so that a stolen database opens nothing.
"""

import base64
import hashlib
import hmac
import secrets
import string
from datetime import datetime, timedelta
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from fieldledger.quickbooks.models import Connection

PASSWORD_LENGTH: Final = 24
SEALED_FOR: Final = timedelta(days=7)
SEALED_AFTER_FIRST_USE: Final = timedelta(hours=24)
PREVIOUS_FOR: Final = timedelta(hours=24)
_LETTERS: Final = string.ascii_letters + string.digits
_NONCE_LENGTH: Final = 12


def new_username() -> str:
    """Return a user name that says nothing about the business, so that none can be aimed at."""
    alphabet = string.ascii_lowercase + string.digits
    return "fl-" + "".join(secrets.choice(alphabet) for _ in range(10))


def digest_of(password: str) -> str:
    """Return the verifier of a password: a keyed BLAKE2b of 256 bits, in hexadecimal.

    Unlike hmac's functions it does not let go of the interpreter for so short a text, which would
    cost a poll more than the hash itself.
    """
    text = password.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(
        text, digest_size=32, key=settings.SEALING_KEY, person=b"connector"
    ).hexdigest()


def is_right(password: str, *digests: str) -> bool:
    """Whether `password` has one of the verifiers; takes as long for a wrong one as for a right."""
    given = digest_of(password)
    found = [hmac.compare_digest(given, each) for each in digests if each]
    return any(found)


def renew(connection: Connection, *, now: datetime) -> str:
    """Give the connection a new password and return it; the caller saves.

    The old one goes on working until the new one is used, for a day at most.
    """
    password = "".join(secrets.choice(_LETTERS) for _ in range(PASSWORD_LENGTH))
    if connection.password_digest:
        connection.previous_digest = connection.password_digest
        connection.previous_until = now + PREVIOUS_FOR
    connection.password_digest = digest_of(password)
    connection.sealed_password = _seal(connection, password)
    connection.sealed_until = now + SEALED_FOR
    return password


def reveal(connection: Connection, *, now: datetime) -> str | None:
    """Return the password if it may still be copied; None when a new one has to be made."""
    if not connection.sealed_password or not connection.sealed_until:
        return None
    if connection.sealed_until <= now:
        return None
    try:
        sealed = base64.b64decode(connection.sealed_password)
        opened = AESGCM(_key()).decrypt(
            sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:], _bound_to(connection)
        )
    except (InvalidTag, ValueError):
        return None  # Sealed with another key: a restored database on a new machine.
    return opened.decode()


def note_use(connection: Connection, *, now: datetime) -> None:
    """Let a new password that works retire the old one, and its copy a day later; caller saves."""
    connection.previous_digest, connection.previous_until = "", None
    if connection.sealed_until is not None:
        connection.sealed_until = min(connection.sealed_until, now + SEALED_AFTER_FIRST_USE)
        if connection.sealed_until <= now:
            connection.sealed_password, connection.sealed_until = "", None


def _seal(connection: Connection, password: str) -> str:
    nonce = secrets.token_bytes(_NONCE_LENGTH)
    sealed = AESGCM(_key()).encrypt(nonce, password.encode(), _bound_to(connection))
    return base64.b64encode(nonce + sealed).decode("ascii")


def _key() -> bytes:
    return hashlib.sha256(b"seal:" + settings.SEALING_KEY).digest()


def _bound_to(connection: Connection) -> bytes:
    return f"{connection.business_id}|{connection.guid}".encode()
