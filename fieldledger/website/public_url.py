"""The address people and the Web Connector use, and what follows from it."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

DEFAULT = "http://localhost:8000"


@dataclass(frozen=True, slots=True)
class PublicUrl:
    """An address without a path: https anywhere, plain http on this machine alone."""

    url: str  # "https://office.example.com", without a slash at its end.
    host: str  # "office.example.com"
    https: bool


def read_public_url(text: str) -> PublicUrl:
    """Return what FIELDLEDGER_PUBLIC_URL says.

    :raises ImproperlyConfigured: if it is no such address, or would carry passwords unprotected.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"FIELDLEDGER_PUBLIC_URL cannot be read: {error}.") from None
    host = parts.hostname or ""
    beyond = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in {"http", "https"} or not host or beyond:
        raise ImproperlyConfigured(
            "FIELDLEDGER_PUBLIC_URL must look like https://office.example.com, with no path."
        )
    if parts.scheme == "http" and not _is_this_machine(host):
        raise ImproperlyConfigured(
            f"FIELDLEDGER_PUBLIC_URL is http://{host}: passwords would cross the network"
            " unprotected. Put a proxy that ends TLS in front and name its https address."
        )
    shown = f"[{host}]" if ":" in host else host
    address = f"{parts.scheme}://{shown}" + (f":{port}" if port else "")
    return PublicUrl(url=address, host=shown, https=parts.scheme == "https")


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
