"""The installation's secrets: made on the first start, in the data folder, private.

Two of them. The secret key signs cookies; the sealing key seals what must be shown again later,
as the Web Connector's password until it was used. Several machines on one database share both by
naming one FIELDLEDGER_SECRET_KEY: the sealing key then follows from it.
"""

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

SECRET_KEY_FILE = "secret-key"  # noqa: S105 - a file's name.
SEALING_KEY_FILE = "sealing-key"
KEY_LENGTH_MIN = 32  # Characters.

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def secret_key(folder: Path, *, given: str | None) -> str:
    """Return the key that signs: the one `given` in the environment, else the folder's own.

    :raises ImproperlyConfigured: if the given key is short, or the file can be read by others.
    """
    if given:
        if len(given) < KEY_LENGTH_MIN:
            raise ImproperlyConfigured(
                f"FIELDLEDGER_SECRET_KEY is too short to be safe: give at least {KEY_LENGTH_MIN}"
                " random characters, or leave it out and one is made."
            )
        return given
    return _kept(folder / SECRET_KEY_FILE)


def sealing_key(folder: Path, *, given: str | None) -> bytes:
    """Return the 32 bytes that seal.

    :raises ImproperlyConfigured: if the file can be read by others.
    """
    if given:
        return hmac.digest(given.encode(), b"fieldledger sealing key", "sha256")
    return hashlib.sha256(_kept(folder / SEALING_KEY_FILE).encode()).digest()


def _kept(path: Path) -> str:
    if not path.exists():
        _make_once(path)
    if path.stat().st_mode & _OTHERS:
        raise ImproperlyConfigured(
            f"Other people of this machine can read {path}. Type: chmod 600 {path}"
        )
    key = path.read_text(encoding="ascii").strip()
    if len(key) < KEY_LENGTH_MIN:
        raise ImproperlyConfigured(
            f"{path} is damaged: bring it back from a backup. (Without one, remove it: everybody"
            " signs in anew, and the Web Connector's password must be made anew.)"
        )
    return key


def _make_once(path: Path) -> None:
    """Make the file whole or not at all; of several programs that start at once, one wins."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            opened.write(secrets.token_urlsafe(48))
            opened.flush()
            os.fsync(opened.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
