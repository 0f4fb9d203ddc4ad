"""The setup file (.qwc) that a person adds to the Web Connector, and the addresses it may name.

It holds no secret: the password is typed by a person. Once added, the Web Connector keeps its
content in the Windows registry, so the addresses, the user name, OwnerID and FileID of a
connection never change, and downloading the file again gives the same bytes.

Source: Intuit QBWC Programmer's Guide ch. 4, table 4-1, and appendix A for the error numbers.
"""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from fieldledger.qbwc.writing import escape

FILE_NAME: Final = "fieldledgerQB_connector.qwc"
CONTENT_TYPE: Final = "text/xml; charset=utf-8"
DESCRIPTION_LENGTH_MAX: Final = 80  # Characters; the guide's advice, it is cut in the dialog.
MINUTES_MIN: Final = 1  # The Web Connector's own floor.
MINUTES_MAX: Final = 24 * 60

_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
_HOST_LENGTH_MAX: Final = 253
# Windows reads these as numeric addresses too: 2130706433, 0x7f000001, 127.1.
_NUMERIC_LABEL: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


class CannotBeReached(ValueError):
    """The Web Connector would refuse the address; the message says why and what to do."""


def check_address(url: str) -> None:
    """Say nothing if the Web Connector takes `url` as an application's address.

    https, or http on this very computer (the name `localhost`); a host name, never a numeric
    address: QBWC1001, QBWC1002 and QBWC1010 otherwise.

    :raises CannotBeReached: if it does not.
    """
    parts, host = _parts_of(url)
    if _is_numeric(host):
        raise CannotBeReached(
            f"The Web Connector refuses numeric addresses such as {host} (QBWC1001):"
            " give this server a name and use that."
        )
    if len(host) > _HOST_LENGTH_MAX or not all(map(_LABEL.fullmatch, host.split("."))):
        raise CannotBeReached(
            "The host's name in the address may hold letters, digits, hyphens and dots only."
        )
    if parts.scheme == "http" and host != "localhost":
        raise CannotBeReached(
            f"The Web Connector takes plain http from localhost alone (QBWC1010): {host} needs an"
            " https address with a certificate that the QuickBooks computer trusts."
        )


def _parts_of(url: str) -> tuple[SplitResult, str]:
    example = "It must look like https://office.example.com/qbwc."
    if any(each.isspace() or not each.isprintable() for each in url):
        raise CannotBeReached(f"The address holds a space or an invisible character. {example}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise CannotBeReached(f"The address cannot be read. {example}") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        raise CannotBeReached(f"The address is not one of a web page. {example}")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise CannotBeReached(f"The address holds more than a host and a path. {example}")
    return parts, parts.hostname.removesuffix(".")


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _NUMERIC_LABEL.fullmatch(host.rpartition(".")[2]) is not None
    return True


def write_setup_file(
    *,
    app_name: str,
    app_url: str,
    app_description: str,
    app_support: str,
    username: str,
    owner_id: UUID,
    file_id: UUID,
    minutes: int = 2,
    app_display_name: str = "",
) -> bytes:
    """Return the setup file of one connection; the same arguments give the same bytes.

    `owner_id` is the product's, one for all connections; `file_id` is the connection's own:
    the Web Connector stamps it into the company file. `app_name` (one for each company on a
    computer) is shown in the Web Connector, unless `app_display_name` is given, and in QuickBooks.
    Adding the file again replaces the application silently, because AppUniqueName names the
    connection. `minutes` is how often it runs when Auto-Run is ticked; a person may change that.

    :raises CannotBeReached: if an address is refused, or the two are of different hosts.
    :raises ValueError: if a name is empty, the description is long or `minutes` out of range.
    """
    check_address(app_url)
    check_address(app_support)
    if urlsplit(app_url).hostname != urlsplit(app_support).hostname:
        raise CannotBeReached(
            "The support page must be on the same host as the service itself (QBWC1000)."
        )
    if len(app_description) > DESCRIPTION_LENGTH_MAX:
        raise ValueError(f"the description is over {DESCRIPTION_LENGTH_MAX} characters")
    if not MINUTES_MIN <= minutes <= MINUTES_MAX:
        raise ValueError(f"minutes must be {MINUTES_MIN} to {MINUTES_MAX}")
    required = {"app_name": app_name, "app_description": app_description, "username": username}
    for name, text in required.items():
        if not text.strip():
            raise ValueError(f"{name} is empty")
    rows = (
        ("AppName", app_name),
        ("AppID", ""),  # Required, and empty in all of Intuit's samples.
        ("AppURL", app_url),
        ("AppDescription", app_description),
        ("AppSupport", app_support),
        ("UserName", username),
        ("OwnerID", _braced(owner_id)),
        ("FileID", _braced(file_id)),
        ("QBType", "QBFS"),  # QuickBooks Desktop, not Point of Sale.
        ("Style", "Document"),
        ("Scheduler", None),
        ("IsReadOnly", "false"),  # We write.
        ("Notify", "false"),
        ("PersonalDataPref", "pdpNotNeeded"),
        ("UnattendedModePref", "umpOptional"),
        ("AppUniqueName", f"Fieldledger {_braced(file_id)}"),
        ("AppDisplayName", app_display_name or app_name),
    )
    lines = [_line(element, text, minutes) for element, text in rows]
    return b'<?xml version="1.0"?>\n<QBWCXML>\n' + b"".join(lines) + b"</QBWCXML>\n"


def _line(element: str, text: str | None, minutes: int) -> bytes:
    name = element.encode()
    if text is None:
        inside = b"<RunEveryNMinutes>%d</RunEveryNMinutes>" % minutes
    else:
        inside = escape(" ".join(text.split()))
    return b"  <%b>%b</%b>\n" % (name, inside, name)


def _braced(guid: UUID) -> str:
    return "{" + str(guid).upper() + "}"
