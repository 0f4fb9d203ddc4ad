"""The mail server, from one address: smtp://user@host:587 or smtps://user@host:465.

smtp: goes over to encryption before anything is said (STARTTLS); only to this very machine it may
stay plain. smtps: is encrypted from the first byte. The password stands in the file `mail-password`
in the data folder, private as the other secrets, or in the address itself.
"""

import stat
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.mail.message import sanitize_address

PASSWORD_FILE: Final = "mail-password"  # noqa: S105 - a file's name.
_PORTS: Final = {"smtp": 587, "smtps": 465}
_THIS_MACHINE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters are handed over; without a host they are put into a folder."""

    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starts_tls: bool = False
    is_tls: bool = False


def read_mail_server(url: str | None, folder: Path) -> MailServer:
    """Return the mail server that the address names; `folder` may hold its password.

    :raises ImproperlyConfigured: if the address is none, or others can read the password.
    """
    if not url:
        return MailServer()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    if parts.scheme not in _PORTS or not parts.hostname:
        # Never the address itself: it may hold the password.
        raise ImproperlyConfigured(
            "FIELDLEDGER_SMTP_URL is no mail server. Write it like smtp://user@mail.example.com:587"
            " or smtps://user@mail.example.com:465."
        )
    return MailServer(
        host=parts.hostname,
        port=port or _PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or "") or _password(folder / PASSWORD_FILE),
        starts_tls=parts.scheme == "smtp" and parts.hostname not in _THIS_MACHINE,
        is_tls=parts.scheme == "smtps",
    )


def read_sender(text: str | None, default: str) -> str:
    """Return whom letters are from; a comma in a name needs quotes, as mail has it (RFC 5322).

    :raises ImproperlyConfigured: if it is no address that letters can be from.
    """
    if not text:
        return default
    try:
        sanitize_address(text, "utf-8")
        is_address = "@" in parseaddr(text)[1]
    except ValueError:
        is_address = False
    if not is_address:
        raise ImproperlyConfigured(
            "FIELDLEDGER_MAIL_FROM is no address. Write it like office@example.com or"
            ' "Harbor Air, Inc." <office@example.com>, a name with a comma in quotes.'
        )
    return text


def _password(path: Path) -> str:
    if not path.exists():
        return ""
    if path.stat().st_mode & _OTHERS:
        raise ImproperlyConfigured(
            f"Other people of this machine can read {path}. Type: chmod 600 {path}"
        )
    return path.read_text(encoding="utf-8").strip()
